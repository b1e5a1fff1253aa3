"""Signed notes (C2SP signed-note, Ed25519): text, an empty line, signature lines. Readable on paper."""

import base64
import binascii
import hashlib
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

_ED25519 = b"\x01"
_MARK = "\u2014 "
_KEY_ID_BYTES, _KEY_BYTES = 4, 32
_MOST_SIGNATURES = 100


class BadNote(Exception):
    """A note or its key cannot be read, or its signature does not hold; the text says which."""


@dataclass(frozen=True)
class Verifier:
    """A log's public key under its name: what a stranger needs to believe a note."""

    name: str
    public_key: bytes
    """The 32 bytes of an Ed25519 key."""

    def __post_init__(self) -> None:
        if not self.name or "+" in self.name or any(sign.isspace() for sign in self.name):
            raise BadNote(f"{self.name!r} cannot name a key: expected no blanks and no +")
        if len(self.public_key) != _KEY_BYTES:
            raise BadNote(f"a key of {len(self.public_key)} bytes; expected {_KEY_BYTES}")

    @property
    def key_id(self) -> bytes:
        content = self.name.encode() + b"\n" + _ED25519 + self.public_key
        return hashlib.sha256(content).digest()[:_KEY_ID_BYTES]

    @property
    def vkey(self) -> str:
        """`name+hash+base64`, as other programs for such logs take it."""
        key = base64.b64encode(_ED25519 + self.public_key).decode()
        return f"{self.name}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, vkey: str) -> "Verifier":
        name, _, rest = vkey.strip().partition("+")
        key_id, _, encoded = rest.partition("+")
        key = from_base64(encoded)
        if key[:1] != _ED25519:
            raise BadNote(f"{name}: not an Ed25519 key")
        made = cls(name, key[1:])
        if made.key_id.hex() != key_id:
            raise BadNote(f"{name}: the key does not match its hash {key_id!r}")
        return made


@dataclass(frozen=True)
class Signer:
    name: str
    key: Ed25519PrivateKey

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The note over a text that ends with a line break."""
        if not text.endswith("\n") or any(sign < " " and sign != "\n" for sign in text):
            raise BadNote("a note's text ends with a line break and holds no other control character")
        signature = self.key.sign(text.encode())
        encoded = base64.b64encode(self.verifier.key_id + signature).decode()
        return f"{text}\n{_MARK}{self.name} {encoded}\n"


def sign(text: str, signer: Signer) -> str:
    return signer.sign(text)


def opened(note: str, verifier: Verifier) -> str:
    """The text of a note that this key signed; raises BadNote. Signatures of other keys are passed over."""
    text, signatures = parted(note)
    by_us = [
        signature[_KEY_ID_BYTES:]
        for name, signature in signatures
        if name == verifier.name and signature[:_KEY_ID_BYTES] == verifier.key_id
    ]
    if not by_us:
        raise BadNote(f"the note is not signed by the key {verifier.name}+{verifier.key_id.hex()}")
    key = Ed25519PublicKey.from_public_bytes(verifier.public_key)
    for signature in by_us:
        try:
            key.verify(signature, text.encode())
        except InvalidSignature:
            raise BadNote(f"the signature of {verifier.name} does not fit the note") from None
    return text


def parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text, and each signature by the name beside it. Nothing is verified."""
    text, gap, foot = note.rpartition("\n\n")
    lines = foot.split("\n")
    if not gap or not text or lines[-1] or not 1 <= len(lines) - 1 <= _MOST_SIGNATURES:
        raise BadNote("not a signed note: expected a text, an empty line and signature lines")
    if any(sign < " " and sign != "\n" for sign in note):
        raise BadNote("a note holds no control characters but line breaks")
    return f"{text}\n", [_signature(line) for line in lines[:-1]]


def _signature(line: str) -> tuple[str, bytes]:
    name, blank, encoded = line.removeprefix(_MARK).partition(" ")
    if not line.startswith(_MARK) or not name or not blank:
        raise BadNote(f"not a signature line: {line[:80]!r}")
    signature = from_base64(encoded)
    if len(signature) <= _KEY_ID_BYTES:
        raise BadNote(f"the signature of {name} is too short")
    return name, signature


def from_base64(encoded: str) -> bytes:
    """Only the one spelling that base64 has for these bytes: a flipped spare bit is a fault, too."""
    try:
        content = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not content or base64.b64encode(content).decode() != encoded:
        raise BadNote(f"not base64: {encoded[:80]!r}")
    return content
