"""Leaf format 1: what the log keeps of a thing for ever.

A leaf is `{v, seq, kind, at, item_id, commit}` as canonical JSON, and `commit` is
SHA-256(salt || content) with 32 random bytes of salt. The leaf holds no personal data, not even a
hash that could be guessed from a short text; once content and salt are erased, it tells nothing.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.evidence.canonical import canonical_text

LEAF_VERSION = 1
SALT_BYTES = 32


class LeafKind(StrEnum):
    ITEM = "item"
    """Commits to the record of an item, made in the transaction that stored its page."""
    EVIDENCE = "evidence"
    """Commits to the manifest of the files that an item was promoted to."""
    OBSERVATION = "observation"
    """Commits to the record of an item seen again: what it said, and its counts, at another time."""
    CUSTODY = "custody"
    """Commits to a custody event."""
    CAPTURE = "capture"
    """Commits to the manifest of a capture that a person asked for."""
    EXPORT = "export"
    """Commits to the payload manifest of an export."""


@dataclass(frozen=True)
class Commitment:
    salt: bytes
    commit: str


def commit_to(content: bytes) -> Commitment:
    salt = secrets.token_bytes(SALT_BYTES)
    return Commitment(salt, commitment(salt, content))


def commitment(salt: bytes, content: bytes) -> str:
    return hashlib.sha256(salt + content).hexdigest()


def leaf_body(seq: int, kind: str, at: datetime, item_uid: str, commit: str) -> bytes:
    """`at` is aware and in UTC; written with microseconds so that every leaf has one shape.

    Written out instead of encoded, because every leaf of the log is made again by each verification; the
    bytes are those of `canonical_json` over the same values (tests/unit/test_leaf_body.py).
    """
    moment, name = canonical_text(at.isoformat(timespec="microseconds")), canonical_text(kind)
    subject, committed = canonical_text(item_uid), canonical_text(commit)
    return (
        f'{{"at":{moment},"commit":{committed},"item_id":{subject},"kind":{name}'
        f',"seq":{seq},"v":{LEAF_VERSION}}}'
    ).encode()
