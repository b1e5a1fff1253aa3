"""From the certificate that signed a stamp up to a pinned root."""

from collections.abc import Collection

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding

from monitor.evidence.stamping import der
from monitor.evidence.stamping.reply import Token

_LONGEST = 8
_UNREADABLE = (ValueError, x509.InvalidVersion, UnsupportedAlgorithm)
"""What cryptography raises of a certificate that is damaged, some of it only when a part is looked at."""
Chain = tuple[x509.Certificate, ...]
"""Signer first, root last."""


class NoChain(Exception):
    """No way from the signer to a pinned root; the text says where it ends."""


def chain_of(
    token: Token, roots: Collection[x509.Certificate], between: Collection[x509.Certificate]
) -> Chain:
    """The certificates up to a pinned root, each signed by the next. Raises NoChain.

    That each was valid, and allowed to do what it did, is left to OpenSSL (see `checking`).
    """
    try:
        sent = [x509.load_der_x509_certificate(one) for one in token.certificates]
        signer = next((one for one in (*sent, *between) if _signed_it(one, token)), None)
        if signer is None:
            raise NoChain("the certificate that signed it was not sent")
        found = _upwards((signer,), roots, (*between, *sent))
        if found is None:
            raise NoChain(f"{signer.subject.rfc4514_string()} does not lead to a root that is pinned")
    except _UNREADABLE as error:
        raise NoChain("a certificate that was sent cannot be read") from error
    return found


def _signed_it(certificate: x509.Certificate, token: Token) -> bool:
    """By issuer and number, which the signature covers. Byte for byte: a name can be written in many ways."""
    fields = der.only(certificate.tbs_certificate_bytes, der.SEQUENCE).parts()
    issuer = [field for field in fields if field.tag == der.SEQUENCE][1]  # after the algorithm
    return issuer.whole == token.signer_issuer and certificate.serial_number == token.signer_serial


def _upwards(
    so_far: Chain, roots: Collection[x509.Certificate], between: Collection[x509.Certificate]
) -> Chain | None:
    last = so_far[-1]
    if last in roots:
        return so_far
    if len(so_far) == _LONGEST:
        return None
    for candidate in (*roots, *between):
        if candidate not in so_far and issued(candidate, last):
            found = _upwards((*so_far, candidate), roots, between)
            if found is not None:
                return found
    return None


def issued(issuer: x509.Certificate, certificate: x509.Certificate) -> bool:
    """Whether one certificate is signed by the other; the time is not looked at."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, TypeError, *_UNREADABLE):
        return False
    return True


def pem_of(chain: Chain) -> bytes:
    return b"".join(one.public_bytes(Encoding.PEM) for one in chain)
