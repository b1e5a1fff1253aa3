"""Whether a stamp's certificates stood on a list of revoked ones, as far as could be learned at the time.

For every certificate but the root: the list it names (CRL, RFC 5280 §5), else the service it names (OCSP,
RFC 6960). Both are signed, so both are kept beside the stamp: a list as `-----BEGIN X509 CRL-----`, which
`openssl ts -verify -crl_check -CAfile` reads, an answer as `-----BEGIN OCSP RESPONSE-----`, which
`openssl ocsp -respin` reads once it is taken out of base64.
"""

import base64
import itertools
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import requests
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID

from monitor.evidence.stamping.asking import Line, fetched
from monitor.evidence.stamping.chain import Chain, issued
from monitor.evidence.stamping.errors import NotStamped

_Look = Callable[[str, x509.Certificate, x509.Certificate, datetime, Line], bytes]
_ADDRESSES = 2
"""More than this of one kind are not tried."""
_LATE = timedelta(hours=1)
"""How far two clocks may differ."""
_TROUBLE = (
    requests.RequestException, OSError, ValueError, TypeError, InvalidSignature, UnsupportedAlgorithm,
    x509.ExtensionNotFound,
)  # fmt: skip


@dataclass(frozen=True)
class Revocation:
    data: bytes | None
    """PEM blocks; None when nothing could be had."""
    unknown: str | None
    """Which certificates it is not known of, and why; None when it is known of all."""


def revocation_of(chain: Chain, at: datetime, line: Line) -> Revocation:
    """Ask for every certificate of the chain. Raises NotStamped when one was revoked."""
    blocks, unknown = list[bytes](), list[str]()
    for certificate, issuer in itertools.pairwise(chain):
        try:
            blocks.append(_standing(certificate, issuer, at, line))
        except _Unknown as error:
            unknown.append(f"{certificate.subject.rfc4514_string()}: {error}")
    return Revocation(b"".join(blocks) or None, "; ".join(unknown) or None)


class _Unknown(Exception):
    pass


def _standing(certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, line: Line) -> bytes:
    failures = []
    for url, look in _ways(certificate):
        try:
            return look(url, certificate, issuer, at, line)
        except _TROUBLE as error:
            why = str(error) if type(error) is ValueError else type(error).__name__
            failures.append(f"{why} ({urlsplit(url).hostname})")
    raise _Unknown(", ".join(failures) or "it names no list and no service")


def _ways(certificate: x509.Certificate) -> Iterator[tuple[str, _Look]]:
    lists = [url for url in _lists(certificate) if url.startswith(("http://", "https://"))]
    services = [url for url in _services(certificate) if url.startswith(("http://", "https://"))]
    yield from ((url, _by_list) for url in lists[:_ADDRESSES])
    yield from ((url, _by_service) for url in services[:_ADDRESSES])


def _lists(certificate: x509.Certificate) -> list[str]:
    try:
        points = certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    names = [name for point in points for name in point.full_name or ()]
    return [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]


def _services(certificate: x509.Certificate) -> list[str]:
    try:
        access = certificate.extensions.get_extension_for_class(x509.AuthorityInformationAccess).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    found = [one for one in access if one.access_method == AuthorityInformationAccessOID.OCSP]
    return [
        one.access_location.value
        for one in found
        if isinstance(one.access_location, x509.UniformResourceIdentifier)
    ]


def _by_list(
    url: str, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, line: Line
) -> bytes:
    crl = _loaded_list(fetched(url, line))
    if crl.issuer != issuer.subject or not crl.is_signature_valid(issuer.public_key()):  # type: ignore[arg-type]  # any key; an unfit one raises
        raise ValueError("the list is not signed by the issuer")
    _must_be_current(crl.last_update_utc, crl.next_update_utc, at)
    if crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None:
        raise _revoked(certificate)
    return crl.public_bytes(Encoding.PEM)


def _loaded_list(content: bytes) -> x509.CertificateRevocationList:
    is_pem = content.lstrip().startswith(b"-----BEGIN")
    return x509.load_pem_x509_crl(content) if is_pem else x509.load_der_x509_crl(content)


def _by_service(
    url: str, certificate: x509.Certificate, issuer: x509.Certificate, at: datetime, line: Line
) -> bytes:
    # SHA-1 names the certificate here and protects nothing; many services know no other (RFC 9654 §3.1).
    question = ocsp.OCSPRequestBuilder().add_certificate(certificate, issuer, SHA1()).build()  # noqa: S303  see above
    content = fetched(url, line, body=question.public_bytes(Encoding.DER), kind="application/ocsp-request")
    answer = ocsp.load_der_ocsp_response(content)
    if answer.response_status is not ocsp.OCSPResponseStatus.SUCCESSFUL:
        raise ValueError(f"the service answered {answer.response_status.name.lower()}")
    if answer.serial_number != certificate.serial_number or not _speaks_for(answer, issuer):
        raise ValueError("the service's answer is not signed for the issuer")
    _must_be_current(answer.this_update_utc, answer.next_update_utc, at)
    if answer.certificate_status is ocsp.OCSPCertStatus.REVOKED:
        raise _revoked(certificate)
    if answer.certificate_status is not ocsp.OCSPCertStatus.GOOD:
        raise ValueError("the service does not know the certificate")
    return _block("OCSP RESPONSE", content)


def _speaks_for(answer: ocsp.OCSPResponse, issuer: x509.Certificate) -> bool:
    """Signed by the issuer itself, or by one it named for this (RFC 6960 §4.2.2.2)."""
    for signer in (issuer, *(one for one in answer.certificates if _is_delegate(one, issuer))):
        try:
            _verify(signer, answer)
        except (InvalidSignature, UnsupportedAlgorithm, TypeError, ValueError):
            continue
        return True
    return False


def _is_delegate(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except (x509.ExtensionNotFound, ValueError):
        return False
    return ExtendedKeyUsageOID.OCSP_SIGNING in uses and issued(issuer, certificate)


def _verify(signer: x509.Certificate, answer: ocsp.OCSPResponse) -> None:
    key, algorithm = signer.public_key(), answer.signature_hash_algorithm
    if algorithm is None:
        raise UnsupportedAlgorithm("a signature without a hash")
    if isinstance(key, rsa.RSAPublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, padding.PKCS1v15(), algorithm)
    elif isinstance(key, ec.EllipticCurvePublicKey):
        key.verify(answer.signature, answer.tbs_response_bytes, ec.ECDSA(algorithm))
    else:
        raise UnsupportedAlgorithm("a key of another kind")


def _must_be_current(made: datetime, until: datetime | None, at: datetime) -> None:
    if made > at + _LATE or (until is not None and until < at - _LATE):
        raise ValueError("what it says is not of today")


def _revoked(certificate: x509.Certificate) -> NotStamped:
    return NotStamped(
        f"its certificate was revoked: {certificate.subject.rfc4514_string()}",
        "Take this authority out of the settings, and name another, until its support explains it.",
    )


def _block(label: str, content: bytes) -> bytes:
    lines = textwrap.wrap(base64.b64encode(content).decode(), 64)
    return "\n".join((f"-----BEGIN {label}-----", *lines, f"-----END {label}-----", "")).encode()
