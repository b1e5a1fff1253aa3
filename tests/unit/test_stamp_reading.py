"""Reading an authority's reply: hostile bytes end in words, and nothing is guessed."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.x509 import ObjectIdentifier
from hypothesis import given
from hypothesis import strategies as st

from monitor.evidence.stamping import der
from monitor.evidence.stamping.asking import new_request
from monitor.evidence.stamping.reply import (
    Refused,
    Unreadable,
    for_the_library,
    is_in_order,
    nonce_of,
    read_reply,
)

DIGEST = bytes(range(32))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    return der.made(der.OBJECT_IDENTIFIER, [_base128(number) for number in (40 * first + second, *rest)])


def _base128(number: int) -> bytes:
    digits = [number & 0x7F]
    while number := number >> 7:
        digits.append(number & 0x7F | 0x80)
    return bytes(reversed(digits))


def number(value: int) -> bytes:
    return der.made(der.INTEGER, [value.to_bytes(value.bit_length() // 8 + 1, signed=True)])


def sequence(*parts: bytes) -> bytes:
    return der.made(der.SEQUENCE, parts)


def reply(
    *, time: bytes = b"20261120180000.947Z", status: int = 0, nonce: int | None = 77,
    algorithm: str = "2.16.840.1.101.3.4.2.1", certificates: tuple[bytes, ...] = (b"\x30\x01b", b"\x30\x01a"),
) -> bytes:  # fmt: skip
    """A reply in the shape of RFC 3161, without a signature that would hold."""
    imprint = sequence(sequence(oid(algorithm)), der.made(der.OCTET_STRING, [DIGEST]))
    stamp = sequence(
        number(1), oid("1.3.6.1.4.1.99999.1"), imprint, number(5), der.made(der.GENERALIZED_TIME, [time]),
        *([number(nonce)] if nonce is not None else []),
    )  # fmt: skip
    content = sequence(
        oid("1.2.840.113549.1.9.16.1.4"), der.made(der.CONTEXT_0, [der.made(der.OCTET_STRING, [stamp])])
    )
    signer = sequence(number(1), sequence(sequence(), number(9)))
    signed = sequence(
        number(3), der.made(der.SET, []), content, der.made(der.CONTEXT_0, certificates),
        der.made(der.SET, [signer]),
    )  # fmt: skip
    token = sequence(oid("1.2.840.113549.1.7.2"), der.made(der.CONTEXT_0, [signed]))
    return sequence(sequence(number(status)), token)


def test_the_facts_of_a_reply_are_read() -> None:
    """Or an exhibit would show another time than the authority gave."""
    token = read_reply(reply())
    assert token.gen_time == datetime(2026, 11, 20, 18, 0, 0, 947000, tzinfo=UTC)
    assert (token.policy, token.digest, token.serial, token.nonce) == ("1.3.6.1.4.1.99999.1", DIGEST, 5, 77)
    assert token.signer_serial == 9
    assert token.certificates == (b"\x30\x01b", b"\x30\x01a")
    assert read_reply(reply(nonce=None)).nonce is None


@pytest.mark.parametrize(
    "time",
    [
        b"20261120180000", b"20261120180000+0100", b"20261120180000-0000", b"202611201800Z", b"20261120180000,5Z",
        b"20261120180000.Z", b"20260230180000Z", b"20261120240000Z", b"20261120180060Z", b"261120180000Z", b"",
    ],
)  # fmt: skip
def test_a_time_that_is_not_utc_is_not_read(time: bytes) -> None:
    """Or local time of an authority would pass for UTC (RFC 3161 asks for Z)."""
    with pytest.raises(Unreadable):
        read_reply(reply(time=time))


def test_another_hash_than_sha_256_is_not_read() -> None:
    """Or a stamp over a broken hash would count."""
    with pytest.raises(Unreadable, match="another kind of hash"):
        read_reply(reply(algorithm="1.3.14.3.2.26"))


@pytest.mark.parametrize(
    ("bits", "words"),
    [
        (b"\x07\x80", "it does not take the hash algorithm"), (b"\x02\x04", "it could not read the request"),
        (b"\x00\x00\x02", "its clock is not available"), (b"\x07\x00", "status 2"),
    ],
)  # fmt: skip
def test_a_refusal_is_told_in_words(bits: bytes, words: str) -> None:
    """Or an operator would have to look up bits in the standard."""
    body = der.made(0x03, [bits])
    with pytest.raises(Refused) as caught:
        read_reply(sequence(sequence(number(2), body)))
    assert str(caught.value) == words


def test_certificates_are_put_in_order_and_nothing_else_is_touched() -> None:
    """Or what the library verifies would not be what the authority sent."""
    given_reply = reply()
    assert not is_in_order(given_reply)
    ordered = for_the_library(given_reply)
    assert is_in_order(ordered)
    assert read_reply(ordered).certificates == (b"\x30\x01a", b"\x30\x01b")
    assert for_the_library(ordered) == ordered
    assert for_the_library(reply(status=1)) == ordered


@given(st.binary(max_size=300))
def test_hostile_bytes_end_in_words(content: bytes) -> None:
    """Or whoever answers in the authority's place could end the job."""
    with pytest.raises((Unreadable, Refused)):
        read_reply(content)
    with pytest.raises(Unreadable):
        for_the_library(content)
    with pytest.raises(Unreadable):
        nonce_of(content)


@given(st.lists(st.tuples(st.integers(0, 240), st.integers(0, 255)), min_size=1, max_size=6))
def test_a_damaged_reply_ends_in_words_or_in_facts(changes: list[tuple[int, int]]) -> None:
    """Or a damaged line could end the job."""
    content = bytearray(reply())
    for place, octet in changes:
        content[place % len(content)] = octet
    try:
        token = read_reply(bytes(content))
    except (Unreadable, Refused):
        return
    assert token.gen_time.tzinfo is UTC
    assert token.gen_time - token.gen_time == timedelta()


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**40), max_size=6))
def test_object_identifiers_are_read_as_cryptography_writes_them(
    first: int, second: int, rest: list[int]
) -> None:
    """Or a policy would be compared with another."""
    dotted = ".".join(map(str, (first, second, *rest)))
    assert der.object_identifier(der.only(oid(dotted), der.OBJECT_IDENTIFIER)) == dotted
    assert ObjectIdentifier(dotted).dotted_string == dotted


@given(st.integers(0, 70_000))
def test_lengths_survive_being_written_and_read(size: int) -> None:
    """Or a long chain of certificates would be cut."""
    made = der.made(der.OCTET_STRING, [bytes(size)])
    assert len(der.only(made, der.OCTET_STRING).content) == size


def test_a_request_of_ours_tells_its_nonce() -> None:
    """Or a reply could not be held against its request."""
    request = new_request(b"note")
    assert nonce_of(request) > 0
    assert nonce_of(request) != nonce_of(new_request(b"note"))
