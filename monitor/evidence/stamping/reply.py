"""What an authority's reply (TimeStampResp, RFC 3161 §2.4.2) says. Nothing here is checked against keys."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from monitor.evidence.stamping import der
from monitor.evidence.stamping.der import Element, NotDer

_SIGNED_DATA = "1.2.840.113549.1.7.2"
_TST_INFO = "1.2.840.113549.1.9.16.1.4"
_SHA256 = "2.16.840.1.101.3.4.2.1"
_GRANTED, _GRANTED_WITH_CHANGES = 0, 1
_TIME = re.compile(rb"(\d{14})(?:\.(\d{1,9}))?Z")
_REASONS = {
    0: "it does not take the hash algorithm", 2: "it does not know such a transaction",
    5: "it could not read the request", 14: "its clock is not available", 15: "it does not have that policy",
    16: "it does not know an extension", 17: "it could not give what was asked for",
    25: "its system failed",
}  # fmt: skip
"""PKIFailureInfo, RFC 3161 §2.4.2."""


class Unreadable(Exception):
    """The bytes are no reply of a time-stamping authority."""


class Refused(Exception):
    """The authority answered that it gives no stamp; the text is its reason, in our words."""


@dataclass(frozen=True)
class Token:
    """The facts of a stamp, and the certificates that came with it."""

    policy: str
    digest: bytes
    """SHA-256 of what was stamped."""
    serial: int
    gen_time: datetime
    """UTC, to the microsecond; rfc3161-client and `openssl -attime` leave fractions out."""
    nonce: int | None
    signer_issuer: bytes
    signer_serial: int
    """Whose certificate signed (issuerAndSerialNumber)."""
    certificates: tuple[bytes, ...]
    """DER, in the order they came."""


def read_reply(reply: bytes) -> Token:
    """The token of a granted reply. Raises Refused or Unreadable."""
    try:
        status, *token = der.only(reply, der.SEQUENCE).parts()
        _look_at_status(status)
        signed = _signed_data(token[0])
        return _token(signed)
    except (NotDer, IndexError, ValueError) as error:
        raise Unreadable(str(error) or "parts are missing") from error


def for_the_library(reply: bytes) -> bytes:
    """The reply as rfc3161-client takes it: what stands outside the signature, written in its way.

    Certificates in the order that DER asks of a SET (X.690 §11.6): authorities, openssl's own among them,
    send them in the order of the chain. And "granted with changes" as "granted": what was changed is what
    `checking` looks at. Raises Unreadable.
    """
    fields = _fields(reply)
    ordered = [_sorted(field) if field.tag == der.CONTEXT_0 else field.whole for field in fields]
    kind = der.only(reply, der.SEQUENCE).parts()[1].parts()[0]
    signed = der.made(der.SEQUENCE, ordered)
    token = der.made(der.SEQUENCE, (kind.whole, der.made(der.CONTEXT_0, (signed,))))
    granted = der.made(der.SEQUENCE, (der.made(der.INTEGER, (bytes([_GRANTED]),)),))
    return der.made(der.SEQUENCE, (granted, token))


def is_in_order(reply: bytes) -> bool:
    """Whether the certificates stand as DER asks, so that strict readers take the reply as it is."""
    return all(_sorted(field) == field.whole for field in _fields(reply) if field.tag == der.CONTEXT_0)


def _fields(reply: bytes) -> list[Element]:
    try:
        _, token = der.only(reply, der.SEQUENCE).parts()
        return _signed_data(token)
    except ValueError as error:
        raise Unreadable("it holds no token") from error


def _sorted(certificates: Element) -> bytes:
    return der.made(certificates.tag, sorted(part.whole for part in certificates.parts()))


def nonce_of(request: bytes) -> int:
    """The nonce of a request (TimeStampReq, RFC 3161 §2.4.1) that we made. Raises Unreadable."""
    try:
        _, _, *rest = der.only(request, der.SEQUENCE).parts()
        return next(part for part in rest if part.tag == der.INTEGER).number()
    except (ValueError, StopIteration) as error:
        raise Unreadable("the request holds no nonce") from error


def _look_at_status(status: Element) -> None:
    number, *more = status.parts()
    if number.number() in (_GRANTED, _GRANTED_WITH_CHANGES):
        return
    reasons = [_REASONS[bit] for part in more if part.tag == 0x03 for bit in _bits(part) if bit in _REASONS]
    raise Refused("; ".join(reasons) or f"status {number.number()}")


def _bits(field: Element) -> list[int]:
    octets = field.content[1:]
    return [place for place in range(len(octets) * 8) if octets[place // 8] >> (7 - place % 8) & 1]


def _signed_data(content: Element) -> list[Element]:
    kind, wrapped = content.parts()
    if der.object_identifier(kind) != _SIGNED_DATA:
        raise NotDer("it is not signed data")
    return der.only(wrapped.content, der.SEQUENCE).parts()


def _token(signed: list[Element]) -> Token:
    _, _, encapsulated, *rest = signed
    kind, wrapped = encapsulated.parts()
    if der.object_identifier(kind) != _TST_INFO:
        raise NotDer("what is signed is no time stamp")
    info = der.only(der.only(wrapped.content, der.OCTET_STRING).content, der.SEQUENCE).parts()
    _, policy, imprint, serial, time, *more = info
    issuer, signer_serial = _signer(rest[-1])
    return Token(
        policy=der.object_identifier(policy),
        digest=_digest(imprint),
        serial=serial.number(),
        gen_time=_moment(time),
        nonce=next((part.number() for part in more if part.tag == der.INTEGER), None),
        signer_issuer=issuer,
        signer_serial=signer_serial,
        certificates=tuple(
            part.whole for field in rest if field.tag == der.CONTEXT_0 for part in field.parts()
        ),
    )


def _signer(signers: Element) -> tuple[bytes, int]:
    (signer,) = signers.parts()
    issuer, serial = signer.parts()[1].parts()
    return issuer.whole, serial.number()


def _digest(imprint: Element) -> bytes:
    algorithm, digest = imprint.parts()
    if der.object_identifier(algorithm.parts()[0]) != _SHA256:
        raise NotDer("it is a stamp over another kind of hash")
    return digest.content


def _moment(time: Element) -> datetime:
    """GeneralizedTime in UTC, with or without a fraction (RFC 3161 §2.4.2)."""
    match = _TIME.fullmatch(time.content)
    if time.tag != der.GENERALIZED_TIME or match is None:
        raise NotDer("its time cannot be read")
    whole = datetime.strptime(f"{match[1].decode()}+0000", "%Y%m%d%H%M%S%z").astimezone(UTC)
    fraction = (match[2] or b"").ljust(6, b"0")[:6]
    return whole + timedelta(microseconds=int(fraction))
