"""DER, as far as a time stamp needs it (X.690 §8, §10): definite lengths, one byte of tag.

rfc3161-client reads a whole reply or none of it: a reply whose certificates stand in another order than
DER asks for is refused before anything of it can be looked at.
"""

from collections.abc import Iterable
from dataclasses import dataclass

BOOLEAN, INTEGER, OCTET_STRING, OBJECT_IDENTIFIER = 0x01, 0x02, 0x04, 0x06
UTF8_STRING, GENERALIZED_TIME, SEQUENCE, SET = 0x0C, 0x18, 0x30, 0x31
CONTEXT_0 = 0xA0
_SHORT = 0x80


class NotDer(ValueError):
    """The bytes are not what they should be."""


@dataclass(frozen=True)
class Element:
    tag: int
    content: bytes
    whole: bytes
    """Tag and length included."""

    def parts(self) -> list["Element"]:
        """What a SEQUENCE, a SET or an explicit tag holds."""
        return elements(self.content)

    def number(self) -> int:
        if self.tag != INTEGER or not self.content:
            raise NotDer("expected a number")
        return int.from_bytes(self.content, signed=True)


def only(data: bytes, tag: int) -> Element:
    """The one element that these bytes are. Raises NotDer."""
    found = elements(data)
    if len(found) != 1 or found[0].tag != tag:
        raise NotDer("expected a single element of another kind")
    return found[0]


def elements(data: bytes) -> list[Element]:
    """Elements one after the other, to the last byte. Raises NotDer."""
    found = []
    while data:
        length, start = _length(data)
        end = start + length
        if len(data) < end:
            raise NotDer("the bytes end too soon")
        found.append(Element(data[0], data[start:end], data[:end]))
        data = data[end:]
    return found


def _length(data: bytes) -> tuple[int, int]:
    """How long the content is, and where it begins."""
    if len(data) < 2:
        raise NotDer("the bytes end too soon")
    if data[1] < _SHORT:
        return data[1], 2
    octets = data[1] & 0x7F
    if not 1 <= octets <= 4 or len(data) < 2 + octets:
        raise NotDer("a length cannot be read")
    return int.from_bytes(data[2 : 2 + octets]), 2 + octets


def made(tag: int, parts: Iterable[bytes]) -> bytes:
    """An element of the given parts, with the shortest length."""
    content = b"".join(parts)
    size = len(content)
    if size < _SHORT:
        return bytes([tag, size]) + content
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, _SHORT | len(octets)]) + octets + content


def object_identifier(element: Element) -> str:
    """`1.2.840.113549` of an OBJECT IDENTIFIER (X.690 §8.19)."""
    if element.tag != OBJECT_IDENTIFIER or not element.content or element.content[-1] & _SHORT:
        raise NotDer("expected an object identifier")
    numbers, number = list[int](), 0
    for octet in element.content:
        number = number << 7 | octet & 0x7F
        if not octet & _SHORT:
            numbers.append(number)
            number = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))
