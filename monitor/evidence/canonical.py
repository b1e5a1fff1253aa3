"""One way to write a value as bytes, so that the same value always has the same hash."""

import hashlib
import json
from typing import Any


def canonical_json(value: Any) -> bytes:
    """Sorted keys, no spaces, ASCII escapes, no floats that round: the same bytes on every machine.

    ASCII escapes keep what UTF-8 cannot hold (half a surrogate pair) exactly as it was written.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False
    ).encode()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
