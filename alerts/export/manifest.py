"""The lists of an export's files and their SHA-256, in the form that `sha256sum --check` reads."""

import hashlib
from collections.abc import Mapping

MANIFEST = "manifest-sha256.txt"


def written(files: Mapping[str, bytes]) -> bytes:
    """Sorted by name; line feeds only, or `sha256sum` would look for names that end in a carriage return."""
    return rendered_hashes(files).encode("ascii")


def rendered_hashes(files: Mapping[str, bytes]) -> str:
    return "".join(f"{hashlib.sha256(files[name]).hexdigest()}  {name}\n" for name in sorted(files))
