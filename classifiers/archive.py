"""Arrays and a header in one file: a numpy archive without pickle, the same bytes for the same numbers."""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from classifiers.errors import ModelBroken

MEND = "Install schoolwatch again, or train the models anew with ./run train"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, MemoryError)
"""What building a model of numbers that are not its own can end with."""
Arrays = Mapping[str, npt.NDArray[Any]]
T = TypeVar("T")


@dataclass(frozen=True)
class Archive:
    header: dict[str, Any]
    arrays: Arrays
    sha256: str


def write_archive(path: Path, header: Mapping[str, Any], arrays: Arrays) -> None:
    told = np.frombuffer(json.dumps(header, sort_keys=True).encode(), dtype=np.uint8)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, array in {"header": told, **arrays}.items():
            member = io.BytesIO()
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", _LONG_AGO)
            archive.writestr(entry, member.getvalue(), zipfile.ZIP_DEFLATED, 9)
    path.write_bytes(whole.getvalue())


def read_archive(path: Path, wanted: int, build: Callable[[Archive], T]) -> T:
    """What `build` makes of the file, whose header must name the format `wanted`; else `ModelBroken`."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ModelBroken(path, f"the model cannot be read ({error.strerror})", MEND) from error
    held = _unpack(path, content)
    try:
        if held.header["format"] != wanted:
            raise ValueError("another format")
        return build(held)
    except _FAULTS as error:
        raise _damaged(path, error) from error


def _unpack(path: Path, content: bytes) -> Archive:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in archive.files if name != "header"}
            header = json.loads(archive["header"].tobytes())
    except Exception as error:  # one wrong byte can fail in any way inside zipfile, zlib and numpy
        raise _damaged(path, error) from error
    return Archive(header, arrays, hashlib.sha256(content).hexdigest())


def _damaged(path: Path, error: Exception) -> ModelBroken:
    return ModelBroken(path, f"the model is damaged ({type(error).__name__})", MEND)
