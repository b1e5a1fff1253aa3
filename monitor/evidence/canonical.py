"""One way to write a value as bytes, so that the same value always has the same hash."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping
from json.encoder import encode_basestring_ascii
from typing import Any

# Made once: the call with options makes an encoder each time, which costs as much as a short document.
# Nothing that is written here holds itself, and to look for that costs as much again.
_ENCODER = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, check_circular=False
)


def canonical_json(value: Any) -> bytes:
    """Sorted keys, no spaces, ASCII escapes, no floats that round: the same bytes on every machine.

    ASCII escapes keep what UTF-8 cannot hold (half a surrogate pair) exactly as it was written.
    """
    return _ENCODER.encode(value).encode()


canonical_text: Callable[[str], str] = encode_basestring_ascii
"""A text as canonical JSON has it, quotes included."""


class CanonicalFrame:
    """An object of which many documents share all but some values: all that stands between those is put
    together once. Names are plain words of this program: ASCII without quotes.
    """

    def __init__(self, shared: Mapping[str, bytes], own: Collection[str]) -> None:
        names = sorted({*shared, *own})
        self._own = [name for name in names if name in own]
        parts = (b"%b" if name in own else shared[name].replace(b"%", b"%%") for name in names)
        members = (b'"%b":%b' % (name.encode(), part) for name, part in zip(names, parts, strict=True))
        self._template = b"{" + b",".join(members) + b"}"

    def filled(self, own: Mapping[str, bytes]) -> bytes:
        """The object as canonical JSON; `own` has canonical JSON for each of the own names."""
        return self._template % tuple([own[name] for name in self._own])


def canonical_parts(value: Mapping[str, Any]) -> dict[str, bytes]:
    """Name → value as canonical JSON, for `CanonicalFrame`."""
    return {name: canonical_json(one) for name, one in value.items()}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
