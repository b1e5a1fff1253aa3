"""The machine and the software that made a record, as a stranger may know them."""

import hashlib
from functools import cache
from pathlib import Path

_MACHINE_ID = Path("/etc/machine-id")


@cache
def host_id() -> str | None:
    """A name for this machine that says nothing of it: a hash, because machine-id(5) asks for one.

    The first 16 bytes of SHA-256("schoolwatch host" || machine id), in hex; None where there is no such id.
    """
    try:
        identity = _MACHINE_ID.read_text().strip()
    except OSError:
        return None
    return hashlib.sha256(b"schoolwatch host" + identity.encode()).hexdigest()[:32] if identity else None
