"""The key that signs the log, and the one way its fingerprint is written."""

import contextlib
import hashlib
import os
import re
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from config.secrets import SecretMissing
from monitor.evidence.log import checkpoint as checkpoints
from monitor.evidence.log.note import Signer, Verifier, parted
from monitor.site import Site
from monitor.site_files import SiteUnusable
from monitor.store.checkpoints import newest


class KeyUnusable(SiteUnusable):
    """The log's key cannot be read or does not belong to this log; the text names place and mend."""


def log_signer(site: Site) -> Signer:
    """The signer of this school's log, under the name that its first checkpoint fixed.

    Makes the key at the first call; never a second one for a log that is signed already, because nobody
    who kept a mail could then tell it from a forger's.
    """
    with site.database.read() as session:
        row = newest(session, site.school_id)
    origin = checkpoints.parse(parted(row.note)[0]).origin if row else default_origin(site)
    return Signer(origin, _key(site, signed_before=row is not None))


def default_origin(site: Site) -> str:
    """The log's name before its first checkpoint: as the settings say, else by the school's mail domain."""
    domain = site.settings.mail.sender.rpartition("@")[2].strip(" >").lower()
    return site.settings.evidence.origin or f"{domain}/evidence-log"


def key_file(site: Site) -> Path:
    return site.evidence.parent / "log.key"


def _key(site: Site, *, signed_before: bool) -> Ed25519PrivateKey:
    reference = site.settings.evidence.log_key
    if reference is not None:
        try:
            return _loaded(reference.read().encode(), f"evidence.log_key, {reference}")
        except SecretMissing as error:
            raise KeyUnusable(f"evidence.log_key: {error}") from error
    path = key_file(site)
    try:
        if not path.exists():
            if signed_before:
                raise KeyUnusable(
                    f"{path} is missing, and the log is signed with it already. Restore it from the backup; "
                    "a new key would look like a forger's."
                )
            _make_key(path)
        return _loaded(path.read_bytes(), str(path))
    except OSError as error:
        raise KeyUnusable(f"{path} cannot be read or made ({error.strerror})") from error


def _loaded(pem: bytes, where: str) -> Ed25519PrivateKey:
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        # Nothing of what was found is repeated: it may be another secret.
        raise KeyUnusable(
            f"{where}: not an Ed25519 private key in PEM without a password. Make one with "
            "`openssl genpkey -algorithm ed25519`, or restore the one that signed the log."
        )
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all; of two commands that start at once, one key is the key."""
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def fingerprint(public_key: bytes) -> str:
    """SHA-256 of the 32 bytes of the public key: lower-case hexadecimal digits in groups of four."""
    digits = hashlib.sha256(public_key).hexdigest()
    return " ".join(digits[place : place + 4] for place in range(0, len(digits), 4))


def is_fingerprint(text: str, public_key: bytes) -> bool:
    """Whether somebody who copied a fingerprint by hand, with any blanks or colons, meant this key."""
    return re.sub(r"[\s:.-]", "", text).lower() == fingerprint(public_key).replace(" ", "")


def public_pem(verifier: Verifier) -> bytes:
    """The public key as `openssl pkeyutl -verify -pubin` takes it."""
    key = Ed25519PublicKey.from_public_bytes(verifier.public_key)
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
