"""Who signed the certificate that a host shows us, even when it is not trusted.

Python's `ssl` tells nothing of a certificate that it refused, so the issuer's name is read from its DER
bytes (RFC 5280, section 4.1): just far enough to name the filter that stands in between.
"""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

_ORGANISATION, _COMMON_NAME = b"\x55\x04\x0a", b"\x55\x04\x03"
_SEQUENCE, _SET, _VERSION = 0x30, 0x31, 0xA0


def trusting(ca_bundle: Path | None) -> ssl.SSLContext:
    """A context that trusts the system's authorities, or only those of a file. Raises OSError, SSLError."""
    return ssl.create_default_context(cafile=str(ca_bundle) if ca_bundle else None)


def why_unusable(error: OSError) -> str:
    """What is the matter with a file of authorities that `trusting` could not read."""
    return "holds no certificate" if isinstance(error, ssl.SSLError) else f"cannot be read ({error.strerror})"


def looking() -> ssl.SSLContext:
    """A context that accepts any certificate, for looking at it only: nothing is sent through it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def valid_until(connection: ssl.SSLSocket) -> datetime | None:
    """The end of the certificate that was accepted, in UTC."""
    ending = (connection.getpeercert() or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(ending), UTC) if isinstance(ending, str) else None


def issuer(certificate: bytes) -> str:
    """Who signed a certificate (DER), e.g. `Smoothwall, filter.school.lan`; blank when it does not say."""
    try:
        names = dict(_issuer_names(certificate))
    except (IndexError, ValueError, StopIteration):
        return ""
    return ", ".join(names[kind] for kind in (_ORGANISATION, _COMMON_NAME) if names.get(kind))


def _issuer_names(certificate: bytes) -> Iterator[tuple[bytes, str]]:
    _, whole, _ = _element(certificate)
    _, signed, _ = _element(whole)
    fields = [(kind, value) for kind, value in _elements(signed) if kind != _VERSION]
    kind, name = fields[2]  # after the serial number and the algorithm
    if kind != _SEQUENCE:
        raise ValueError
    for _, relative in _elements(name):
        for _, pair in _elements(relative):
            (_, key), (_, value) = list(_elements(pair))[:2]
            yield key, "".join(letter for letter in value.decode("utf-8", "replace") if letter.isprintable())


def _elements(content: bytes) -> Iterator[tuple[int, bytes]]:
    while content:
        kind, value, content = _element(content)
        yield kind, value


def _element(content: bytes) -> tuple[int, bytes, bytes]:
    """Kind, value and what follows. Raises IndexError or ValueError when the bytes end too soon."""
    kind, length, start = content[0], content[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(content[2:start])
    if len(content) < start + length:
        raise ValueError
    return kind, content[start : start + length], content[start + length :]
