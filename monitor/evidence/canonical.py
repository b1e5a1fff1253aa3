"""One way to write a value as bytes, so that the same value always has the same hash."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

# Made once: the call with options makes an encoder each time, which costs as much as a short document.
_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def canonical_json(value: Any) -> bytes:
    """Sorted keys, no spaces, ASCII escapes, no floats that round: the same bytes on every machine.

    ASCII escapes keep what UTF-8 cannot hold (half a surrogate pair) exactly as it was written.
    """
    return _ENCODER.encode(value).encode()


def canonical_object(parts: Mapping[str, bytes]) -> bytes:
    """The object whose values are canonical JSON already; what many documents share is encoded once.

    Names are plain words of this program: ASCII without quotes.
    """
    return b"{" + b",".join(b'"%s":%s' % (name.encode(), parts[name]) for name in sorted(parts)) + b"}"


def canonical_parts(value: Mapping[str, Any]) -> dict[str, bytes]:
    """Name → value as canonical JSON, for `canonical_object`."""
    return {name: canonical_json(one) for name, one in value.items()}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
