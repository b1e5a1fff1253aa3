"""What the package ships to judge with: the files themselves, and what the judge says it loaded of them."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any


def embedded_models(folder: Path, loaded: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """Name, version, size in bytes and SHA-256 of every model file.

    `loaded` is a judge's `models`: name → version and SHA-256. A file that the judge did not load has no
    version here.
    """
    by_hash = {told.partition("sha256:")[2]: (name, told) for name, told in loaded.items()}
    for path in sorted(folder.iterdir()):
        if path.suffix in (".npz", ".onnx"):
            content = path.read_bytes()
            sha256 = hashlib.sha256(content).hexdigest()
            name, told = by_hash.get(sha256, (path.stem, ""))
            version = told.partition(" sha256:")[0] or None
            yield {"name": name, "version": version, "bytes": len(content), "sha256": sha256}
