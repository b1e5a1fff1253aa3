"""Stamps of time-stamping authorities over the checkpoints."""

from enum import StrEnum

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.columns import Bytes, Key, Moment, Name, SchoolKey, Words
from monitor.store.models.base import Base


class StampState(StrEnum):
    WAITING = "waiting"
    """To be asked for."""
    STAMPED = "stamped"
    """The reply is checked and kept; from then on the row is never changed or removed."""
    FAILED = "failed"
    """The last attempt brought no stamp; the next one is due at `next_attempt_at`, if ever."""


class Stamp(Base):
    """One stamp of one authority over one checkpoint's note (RFC 3161), wanted or had."""

    __tablename__ = "stamps"
    __table_args__ = (UniqueConstraint("school_id", "checkpoint_size", "authority", "renewal"),)

    id: Mapped[Key]
    school_id: Mapped[SchoolKey]
    checkpoint_size: Mapped[int]
    authority: Mapped[Name]
    renewal: Mapped[int]
    """0 for the first stamp of this authority over this checkpoint, then 1, 2 …"""
    renews: Mapped[int | None] = mapped_column(ForeignKey("stamps.id"), index=True)
    """The stamp whose certificate was about to end."""
    state: Mapped[Name]
    attempts: Mapped[int]
    next_attempt_at: Mapped[Moment | None] = mapped_column(index=True)
    words: Mapped[Words | None]
    """What came of the last attempt that failed, and the mend."""
    request: Mapped[Bytes]
    """The TimeStampReq (DER) with the nonce, stored before it is sent; the same at every attempt."""
    made_at: Mapped[Moment]
    stamped_at: Mapped[Moment | None]
    """By our own clock."""
    reply: Mapped[Bytes | None]
    """The whole TimeStampResp (DER), byte for byte as it came."""
    chain: Mapped[Bytes | None]
    """PEM: the certificate that signed, those between, and the root last."""
    revocation: Mapped[Bytes | None]
    """PEM blocks, X509 CRL or OCSP RESPONSE, as they were at the time; None when none could be had."""
    revocation_unknown: Mapped[Words | None]
    """Of which certificates it could not be learned whether they were revoked, and why."""
    gen_time: Mapped[Moment | None]
    """The authority's time."""
    serial: Mapped[Name | None]
    """Decimal; up to 160 bits."""
    policy: Mapped[Name | None]
    certificate_ends_at: Mapped[Moment | None]
    """When the first certificate of the chain ends; before that, the checkpoint is stamped again."""
