"""The X25519 key pairs that closed evidence is locked to: made, kept as PEM files, read again.

The private half is PKCS #8 under a passphrase (PBES2 with scrypt, RFC 7914 §7, and AES-256-CBC), which
`openssl pkey` reads as well. The `cryptography` library writes PKCS #8 with 2,048 rounds of PBKDF2 only,
too few for a passphrase that a person can remember; so the wrapper is written here, and read by the library.
"""

import base64
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.padding import PKCS7
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

SHORTEST_PASSPHRASE = 12
_BLOCK_BITS = 128
_KEY_BYTES = 32
# 16 MiB, five times over (OWASP's password storage sheet); OpenSSL grants scrypt no more than 32 MiB.
_N, _R, _P = 2**14, 8, 5
_PBES2 = bytes.fromhex("06092a864886f70d01050d")
_SCRYPT = bytes.fromhex("06092b06010401da47040b")
_AES_256_CBC = bytes.fromhex("060960864801650304012a")


class KeyUnusable(Exception):
    """A key file cannot be made, read or opened; the text names it and the mend."""


def public_file(private_file: Path) -> Path:
    """Where the public half stands: manager.pem → manager.pub.pem."""
    return private_file.with_name(f"{private_file.stem}.pub.pem")


def check_passphrase(passphrase: str) -> None:
    """Raises KeyUnusable."""
    if len(passphrase) < SHORTEST_PASSPHRASE:
        raise KeyUnusable(f"the passphrase is too short; use {SHORTEST_PASSPHRASE} characters or more")


def write_new_pair(private_file: Path, passphrase: str) -> Path:
    """Make a pair; the private half readable by its owner alone. Nothing that is there is written over."""
    check_passphrase(passphrase)
    key = X25519PrivateKey.generate()
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    halves = {
        public_file(private_file): (public, 0o644),
        private_file: (under_passphrase(key, passphrase), 0o600),
    }
    for path in halves:
        if path.exists():
            raise KeyUnusable(f"{path} exists already and was left as it is; name another file")
    for path, (content, mode) in halves.items():
        _write_new(path, content, mode)
    return public_file(private_file)


def _write_new(path: Path, content: bytes, mode: int) -> None:
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be written ({error.strerror})") from error


def read_public(path: Path) -> X25519PublicKey:
    try:
        key = load_pem_public_key(path.read_bytes())
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be read ({error.strerror})") from error
    except Exception as error:
        raise KeyUnusable(
            f"{path} holds no public key; expected the .pub.pem of `evidence keys new`"
        ) from error
    if not isinstance(key, X25519PublicKey):
        raise KeyUnusable(
            f"{path} holds another kind of key; expected X25519, as `evidence keys new` makes it"
        )
    return key


def read_private(path: Path, passphrase: str) -> X25519PrivateKey:
    """An empty passphrase is none: a reader's own key may lie in clear."""
    try:
        key = load_pem_private_key(path.read_bytes(), passphrase.encode() or None)
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be read ({error.strerror})") from error
    except Exception as error:
        raise KeyUnusable(f"{path} does not open with this passphrase, or is no private key") from error
    if not isinstance(key, X25519PrivateKey):
        raise KeyUnusable(
            f"{path} holds another kind of key; expected X25519, as `evidence keys new` makes it"
        )
    return key


def under_passphrase(key: X25519PrivateKey, passphrase: str) -> bytes:
    """The key as PEM (`ENCRYPTED PRIVATE KEY`)."""
    plain = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    salt, vector = secrets.token_bytes(16), secrets.token_bytes(16)
    derived = Scrypt(salt=salt, length=_KEY_BYTES, n=_N, r=_R, p=_P).derive(passphrase.encode())
    padder, cipher = PKCS7(_BLOCK_BITS).padder(), Cipher(AES(derived), CBC(vector)).encryptor()
    content = cipher.update(padder.update(plain) + padder.finalize()) + cipher.finalize()
    stretching = _sequence(_SCRYPT, _sequence(_octets(salt), *map(_integer, (_N, _R, _P, _KEY_BYTES))))
    scheme = _sequence(_PBES2, _sequence(stretching, _sequence(_AES_256_CBC, _octets(vector))))
    return _pem("ENCRYPTED PRIVATE KEY", _sequence(scheme, _octets(content)))


def _sequence(*parts: bytes) -> bytes:
    return _der(0x30, b"".join(parts))


def _octets(content: bytes) -> bytes:
    return _der(0x04, content)


def _integer(number: int) -> bytes:
    return _der(0x02, number.to_bytes(number.bit_length() // 8 + 1))


def _der(tag: int, content: bytes) -> bytes:
    """One value in DER (X.690 §8.1.3), of at most 255 bytes: a wrapped key has 170."""
    length = len(content)
    return bytes([tag, length] if length < 0x80 else [tag, 0x81, length]) + content


def _pem(label: str, content: bytes) -> bytes:
    lines = base64.encodebytes(content).decode().replace("\n", "")
    body = "\n".join(lines[start : start + 64] for start in range(0, len(lines), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n".encode()
