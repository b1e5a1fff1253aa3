"""What the package ships to judge with: the files themselves, and what the judge says it loaded of them."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from classifiers.features import PUBLIC
from classifiers.panel import ENCODER, JOINED, SCHOOL

_FILES = {name: f"{name}.npz" for name in (PUBLIC, SCHOOL, JOINED)} | {ENCODER: f"{ENCODER}.onnx"}


def embedded_models(folder: Path, loaded: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Name, file, version, size in bytes and SHA-256 of every model that the package ships, and its state.

    `loaded` is a judge's `models`: name → version and SHA-256. A model that the judge did not load has no
    version here and is `not loaded`, or `missing` where there is no file (then without size and SHA-256).
    """
    for name, file in _FILES.items():
        row: dict[str, Any] = {"name": name, "file": file, "version": None, "bytes": None, "sha256": None}
        if not (folder / file).is_file():
            yield row | {"state": "missing"}
            continue
        content = (folder / file).read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        version, _, of = loaded.get(name, "").partition(" sha256:")
        state = {"version": version, "state": "loaded"} if of == sha256 else {"state": "not loaded"}
        yield row | {"bytes": len(content), "sha256": sha256} | state
