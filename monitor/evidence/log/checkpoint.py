"""Checkpoints (C2SP tlog-checkpoint): a log's name, how many leaves it has, and the root over them."""

import base64
import re
from dataclasses import dataclass

from monitor.evidence.log.note import BadNote, from_base64
from monitor.evidence.log.tree import HASH_BYTES


@dataclass(frozen=True)
class Checkpoint:
    origin: str
    size: int
    root: bytes

    def body(self) -> str:
        """The three lines that are signed, with the line break at the end of each."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


_BODY = re.compile(r"(?P<origin>[^\s+]+)\n(?P<size>0|[1-9][0-9]{0,17})\n(?P<root>[A-Za-z0-9+/]{43}=)\n")


def parse(body: str) -> Checkpoint:
    """Read exactly three lines; what could be read in two ways is refused (BadNote)."""
    found = _BODY.fullmatch(body)
    if found is None or not found["size"].isascii():
        raise BadNote("not a checkpoint: expected the lines origin, size and base64 of the root")
    return _made(found)


def found_in(text: str) -> list[Checkpoint]:
    """Every checkpoint whose three lines stand somewhere in a text, such as the foot of a mail."""
    lines = [line.strip() for line in text.splitlines()]
    threes = ("\n".join(lines[number : number + 3]) + "\n" for number in range(len(lines) - 2))
    return [_made(found) for found in map(_BODY.fullmatch, threes) if found]


def _made(found: re.Match[str]) -> Checkpoint:
    root = from_base64(found["root"])
    if len(root) != HASH_BYTES:
        raise BadNote(f"a root of {len(root)} bytes; expected {HASH_BYTES}")
    return Checkpoint(found["origin"], int(found["size"]), root)
