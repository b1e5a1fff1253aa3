"""What is asked for: which week or incident, for whom, as of when."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from alerts.export.profiles import Profile
from alerts.export.week import IsoWeek
from config.schema import Role
from monitor.store import custody


class ExportRefused(Exception):
    """It cannot be made as it was asked for; the text says why and what to do instead."""


@dataclass(frozen=True)
class Scope:
    """A week, or all of one incident."""

    week: IsoWeek | None = None
    incident: str | None = None

    def __post_init__(self) -> None:
        if (self.week is None) == (self.incident is None):
            raise ExportRefused("expected a week or an incident, and not both")

    def __str__(self) -> str:
        return str(self.week) if self.week else str(self.incident)


@dataclass(frozen=True)
class Order:
    scope: Scope
    folder: Path
    reader: Role = Role.SENIOR_MANAGER
    """Whose lanes it holds."""
    profile: Profile = Profile.POLICE
    at: int | None = None
    """The size of the checkpoint whose state it shows; the log is signed anew if left out."""
    produced_by: str | None = None
    """The named person who produces the exhibits, which are numbered by it."""
    actor: str = custody.DAEMON
    locked_to: X25519PublicKey | None = None
    key: X25519PrivateKey | None = field(default=None, repr=False)
    """Opens what is locked since its incident was closed."""


@dataclass(frozen=True)
class Moment:
    """The checkpoint that an export shows: only what stands in the log below `size` is in it."""

    size: int
    made_at: datetime


@dataclass(frozen=True)
class Span:
    """Of which time failures and counts are told; `end` is no part of it."""

    start: datetime
    end: datetime
