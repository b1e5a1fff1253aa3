"""The list of every file in an export and its SHA-256, in the form that `sha256sum --check` reads."""

import hashlib
import re
from collections.abc import Mapping

MANIFEST = "manifest-sha256.txt"
_LINE = re.compile(r"([0-9a-f]{64})  ([\x21-\x7e]+)")


class BadManifest(ValueError):
    """The list is not one that this tool wrote. Names the line."""


def written(files: Mapping[str, bytes]) -> bytes:
    """Sorted by name; line feeds only, or `sha256sum` would look for names that end in a carriage return."""
    return rendered({name: hashlib.sha256(data).hexdigest() for name, data in files.items()})


def rendered(hashes: Mapping[str, str]) -> bytes:
    return "".join(f"{hashes[name]}  {name}\n" for name in sorted(hashes)).encode("ascii")


def read(data: bytes) -> dict[str, str]:
    """Name → SHA-256. Raises BadManifest, also when a byte is not where `rendered` would put it."""
    hashes: dict[str, str] = {}
    for number, line in enumerate(data.decode("ascii", "replace").removesuffix("\n").split("\n"), start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            raise BadManifest(f"line {number} is not a SHA-256, two spaces and a name")
        if found[2] in hashes:
            raise BadManifest(f"line {number} names {found[2]} a second time")
        hashes[found[2]] = found[1]
    if rendered(hashes) != data:
        raise BadManifest("its lines are not in order, or something stands after the last one")
    return hashes
