"""Files that only the holder of a private key can read again (HPKE, RFC 9180).

A box is one file:

    schoolwatch-box-1            the format, one line
    {"aad":…,"keys":[…],"nonce":…}   the header, one line of canonical JSON
    …                            the rest: ChaCha20-Poly1305 (RFC 8439)

The rest is the canonical JSON `{file name: base64}` under a fresh 32-byte content key, with both lines,
their ends of line included, as additional data. `keys` has one entry a reader: `key`, the SHA-256 of the
reader's raw 32-byte X25519 public key, and `wrapped`, the content key in base64 under HPKE's base mode
with DHKEM(X25519, HKDF-SHA256), HKDF-SHA256 and ChaCha20Poly1305 (enc || ct, 80 bytes), whose `info` is
`schoolwatch-box-1`, a zero byte and the aad. So a box opens only as what it was locked as: neither its
readers nor the thing it belongs to can be exchanged.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from monitor.evidence.canonical import canonical_json, sha256

BOX = "locked.box"
"""The name under which a box stands in an item's folder."""
FORMAT = b"schoolwatch-box-1"
_NONCE_BYTES = 12
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class BoxUnreadable(Exception):
    """A box is damaged, or belongs to something else; the text says which."""


class NotForThisKey(BoxUnreadable):
    """A box is whole, and was locked to other keys; the text names them."""


@dataclass(frozen=True)
class BoxHeader:
    """What a box tells without a key."""

    aad: bytes
    wrapped: Mapping[str, bytes]
    """Reader's key id → the content key under it."""
    nonce: bytes


def key_id(public: X25519PublicKey) -> str:
    """SHA-256 of the raw 32 bytes of a public key, in hex."""
    return sha256(public.public_bytes_raw())


def locked(
    files: Mapping[str, bytes], manager_public: X25519PublicKey, recovery_public: X25519PublicKey, aad: bytes
) -> bytes:
    """A box for two readers, either of whom opens it alone. `aad` is the item's uid."""
    return locked_to(files, (manager_public, recovery_public), aad)


def locked_to(files: Mapping[str, bytes], readers: Iterable[X25519PublicKey], aad: bytes) -> bytes:
    """A box for any number of readers. No two boxes are alike, even of the same files."""
    content_key, nonce = ChaCha20Poly1305.generate_key(), secrets.token_bytes(_NONCE_BYTES)
    wrapped = {key_id(reader): _SUITE.encrypt(content_key, reader, _info(aad)) for reader in readers}
    if not wrapped:
        raise ValueError("a box needs at least one reader")
    front = _front(BoxHeader(aad, wrapped, nonce))
    return front + ChaCha20Poly1305(content_key).encrypt(nonce, _payload(files), front)


def opened(box: bytes, private_key: X25519PrivateKey, aad: bytes | None = None) -> dict[str, bytes]:
    """The files of a box. Raises NotForThisKey, or BoxUnreadable when a byte of it was changed.

    With `aad`, a box that was locked for anything else is refused, too.
    """
    header, rest = _split(box)
    if aad is not None and header.aad != aad:
        raise BoxUnreadable(f"the box belongs to {header.aad!r}, not to {aad!r}")
    mine = key_id(private_key.public_key())
    if mine not in header.wrapped:
        theirs = " and ".join(one[:16] for one in header.wrapped)
        raise NotForThisKey(f"the box is locked to the keys {theirs}, and this is key {mine[:16]}")
    try:
        content_key = _SUITE.decrypt(header.wrapped[mine], private_key, _info(header.aad))
        payload = ChaCha20Poly1305(content_key).decrypt(header.nonce, rest, _front(header))
    except (InvalidTag, ValueError) as changed:
        raise BoxUnreadable("the box was changed since it was locked") from changed
    return {name: base64.b64decode(content) for name, content in json.loads(payload).items()}


def header_of(box: bytes) -> BoxHeader:
    """What a box says of itself; raises BoxUnreadable."""
    return _split(box)[0]


def _payload(files: Mapping[str, bytes]) -> bytes:
    return canonical_json({name: base64.b64encode(content).decode() for name, content in files.items()})


def _info(aad: bytes) -> bytes:
    return FORMAT + b"\0" + aad


def _front(header: BoxHeader) -> bytes:
    form = {
        "aad": header.aad.hex(),
        "keys": [
            {"key": key, "wrapped": base64.b64encode(wrapped).decode()}
            for key, wrapped in sorted(header.wrapped.items())
        ],
        "nonce": header.nonce.hex(),
    }
    return FORMAT + b"\n" + canonical_json(form) + b"\n"


def _split(box: bytes) -> tuple[BoxHeader, bytes]:
    name, _, after = box.partition(b"\n")
    line, end, rest = after.partition(b"\n")
    if name != FORMAT or not end:
        raise BoxUnreadable(f"this is no box of the format {FORMAT.decode()}")
    try:
        header = _header(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError) as broken:
        raise BoxUnreadable("the header of the box cannot be read") from broken
    if _front(header) != name + b"\n" + line + b"\n":
        raise BoxUnreadable("the header of the box was changed")
    return header, rest


def _header(form: dict[str, Any]) -> BoxHeader:
    wrapped = {one["key"]: base64.b64decode(one["wrapped"], validate=True) for one in form["keys"]}
    return BoxHeader(bytes.fromhex(form["aad"]), wrapped, bytes.fromhex(form["nonce"]))
