"""The signed state of the log, and the roots of its finished parts."""

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Key, Moment, SchoolKey, Words
from monitor.store.models.base import Base


class CheckpointRow(Base):
    """A checkpoint that was signed. Never changed or removed."""

    __tablename__ = "checkpoints"
    __table_args__ = (UniqueConstraint("school_id", "size"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    size: Mapped[int]
    """How many leaves it is over."""
    root: Mapped[str] = mapped_column(String(64))
    """In hexadecimal digits."""
    note: Mapped[Words]
    """The whole signed note: what is stamped, exported and compared."""
    vkey: Mapped[Words]
    """The public key that signed it, so that it can be checked where the private one is not."""
    made_at: Mapped[Moment]


class TreeTile(Base):
    """The root of a finished part of the tree, so that a new checkpoint hashes only what is new.

    Level 1 has 256 leaves a part, level 2 has 65,536. `evidence verify` makes them again from the leaves.
    """

    __tablename__ = "tree_tiles"
    __table_args__ = (UniqueConstraint("school_id", "level", "number"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    level: Mapped[int]
    number: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
