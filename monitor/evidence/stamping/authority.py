"""A configured authority, with the certificates that its stamps must lead to."""

from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256

from config.schema import Evidence, TimeAuthority
from monitor.evidence.stamping.errors import NotStamped


@dataclass(frozen=True)
class Authority:
    name: str
    url: str
    roots: tuple[x509.Certificate, ...]
    """Pinned: no other root is believed, whatever the machine trusts for the web."""
    between: tuple[x509.Certificate, ...]
    policy: str | None
    """Object identifier; any is accepted when None."""


def load_authority(settings: TimeAuthority) -> Authority:
    """Read an authority's certificates. Raises NotStamped, naming the file and the mend."""
    roots = certificates_in(settings.roots, f"roots of {settings.name}")
    foreign = [one for one in roots if one.issuer != one.subject]
    if foreign:
        raise NotStamped(
            f"roots of {settings.name}: {settings.roots} holds a certificate that is no root "
            f"({foreign[0].subject.rfc4514_string()})",
            "Put only roots into that file, and the certificates between into the file named as chain.",
        )
    between = certificates_in(settings.chain, f"chain of {settings.name}") if settings.chain else ()
    return Authority(settings.name, settings.url, roots, between, settings.policy)


def certificates_in(path: Path, what: str) -> tuple[x509.Certificate, ...]:
    try:
        return tuple(x509.load_pem_x509_certificates(path.read_bytes()))
    except OSError as error:
        found = f"{what}: {path} cannot be read ({error.strerror})"
    except ValueError:
        found = f"{what}: {path} holds no certificates in PEM form"
    raise NotStamped(found, "Name a file of PEM certificates that schoolwatch's account may read.")


def root_fingerprint(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate (DER), in hexadecimal digits, as authorities publish it."""
    return certificate.fingerprint(SHA256()).hex()


def pinned_roots(settings: Evidence) -> dict[str, frozenset[str]]:
    """Each configured authority's roots by fingerprint. Raises NotStamped when a file cannot be read."""
    return {
        one.name: frozenset(root_fingerprint(root) for root in load_authority(one).roots)
        for one in settings.authorities
    }
