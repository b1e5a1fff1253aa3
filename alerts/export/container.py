"""The zip file, byte for byte: the same files give the same zip on every machine and in every year."""

import io
import zipfile
from collections.abc import Mapping

_EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest time that a zip can hold; real times stand in the tables."""
_READABLE_FILE = 0o100644 << 16


def packed(files: Mapping[str, bytes]) -> bytes:
    # Stored, not compressed: what a compressor writes differs between its releases, and then nobody could
    # check the container by writing it again.
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3  # Unix, on Windows too
            entry.external_attr = _READABLE_FILE
            archive.writestr(entry, files[name])
    return written.getvalue()
