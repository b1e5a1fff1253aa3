"""One leaf's proof in a file of its own (C2SP tlog-proof@v1), checked without the log and without us.

In ours, `extra` holds the leaf itself, so that the file needs nothing beside it but the log's key.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.evidence.log import checkpoint as checkpoints
from monitor.evidence.log.checkpoint import Checkpoint
from monitor.evidence.log.note import BadNote, Verifier, from_base64, opened, parted
from monitor.evidence.log.tree import HASH_BYTES, BadProof, leaf_hash, verify_inclusion

_FIRST_LINE = "c2sp.org/tlog-proof@v1"
_LONGEST_PATH = 63
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,17})", re.ASCII)


@dataclass(frozen=True)
class TlogProof:
    index: int
    path: Sequence[bytes]
    """From the leaf's sibling up to the root's child."""
    checkpoint_note: str
    extra: bytes | None = None
    """The leaf's bytes. Not signed: believed only because its hash leads to the root."""

    def text(self) -> str:
        extra = [f"extra {base64.b64encode(self.extra).decode()}"] if self.extra else []
        path = [base64.b64encode(one).decode() for one in self.path]
        lines = [_FIRST_LINE, *extra, f"index {self.index}", *path]
        return "\n".join(lines) + "\n\n" + self.checkpoint_note

    def verify(self, verifier: Verifier, leaf: bytes | None = None) -> Checkpoint:
        """The checkpoint that a leaf (`extra` if left out) is proved to be under. BadNote, BadProof."""
        body = self.extra if leaf is None else leaf
        if body is None:
            raise BadNote("the proof holds no leaf, and none was given")
        if self.extra not in (None, body):
            raise BadProof("the leaf in the proof is not the one that is to be proved")
        shown = checkpoints.parse(opened(self.checkpoint_note, verifier))
        if shown.origin != verifier.name:
            raise BadNote(f"the checkpoint is of the log {shown.origin!r}; expected {verifier.name!r}")
        verify_inclusion(leaf_hash(body), self.index, shown.size, self.path, shown.root)
        return shown


def tied(leaf: bytes, consistency: Sequence[bytes]) -> bytes:
    """The `extra` of a proof that also shows that its log grew out of an earlier checkpoint: the leaf, and a
    line in base64 for each hash of the proof of consistency (RFC 6962 §2.1.2).
    """
    return b"\n".join([leaf, *map(base64.b64encode, consistency)])


def parse(text: str) -> TlogProof:
    """Read a proof; raises BadNote. Nothing is verified."""
    head, gap, note = text.partition("\n\n")
    first, *lines = head.split("\n")
    if first != _FIRST_LINE or not gap:
        raise BadNote(f"not a proof: expected {_FIRST_LINE} in its first line")
    parted(note)
    extra = from_base64(lines.pop(0).removeprefix("extra ")) if _starts(lines, "extra ") else None
    index = _INDEX.fullmatch(lines[0]) if lines else None
    if index is None or len(lines) - 1 > _LONGEST_PATH:
        raise BadNote("not a proof: expected an index line and at most 63 hashes")
    path = [from_base64(line) for line in lines[1:]]
    if any(len(one) != HASH_BYTES for one in path):
        raise BadNote(f"a hash of a proof has {HASH_BYTES} bytes")
    return TlogProof(int(index[1]), path, note, extra)


def _starts(lines: Sequence[str], word: str) -> bool:
    return bool(lines) and lines[0].startswith(word)
