"""What a mail is made from: plain facts, no text of a post and no name of a person among them.

Reasons and lanes are enumerations on purpose: a word that a stranger wrote has no field to stand in.
All instants are aware. `school_name` is the school's own name from the settings.
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from config.words import Flag, Label, Lane, Severity


class Asked(NamedTuple):
    """One thing asked of the reader; `by` is None when nothing runs out."""

    what: str
    by: datetime | None


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """One incident. `console_url` is the address of its own page; None without a public console."""

    school_name: str
    reference: str
    severity: Severity
    lane: Lane
    platform: str
    seen_at: datetime
    asked: tuple[Asked, ...]
    reasons: tuple[Label | Flag, ...] = ()
    items_count: int = 1
    not_judged: int = 0
    """Of these, items that hold a picture and no text: shown as not judged, never as harmless."""
    console_url: str | None = None
    evidence_note: str | None = None
    """E.g. that the evidence is sealed, and since when."""
    joined: bool = False
    """Whether this is news about an incident that was already told of."""
    pile_on: int = 0
    """How many items joined it within a short time; 0 when that is not the news."""
    acknowledge_task: int | None = None
    """The task that `schoolwatch tasks ack` takes, for a mail that carries no link."""
    checkpoint: str = ""
    """The evidence log as it stands: origin, size, root, and the key's fingerprint, a line each."""


@dataclass(frozen=True, slots=True)
class DigestLine:
    reference: str
    severity: Severity
    lane: Lane
    platform: str
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spike:
    """Many incidents of one source within a short time. `number` counts those that were told singly, too."""

    source: str
    number: int
    since: datetime


@dataclass(frozen=True, slots=True)
class DigestFacts:
    """Several incidents in one mail: an old page, a day, a spike, or a backlog after silence."""

    school_name: str
    lines: tuple[DigestLine, ...]
    first_pass_of: str | None = None
    """The source whose older posts were gone through: its first pass, a sweep, a withdrawn consent."""
    items_seen: int | None = None
    not_judged: int = 0
    console_url: str | None = None
    checkpoint: str = ""
    spike: Spike | None = None
    silent_since: datetime | None = None
    """Since when no mail had left, when this tells what waited for it."""
    written_at: datetime | None = None
    """What was due before then is shown as overdue."""


@dataclass(frozen=True, slots=True)
class ReminderFacts:
    """A task that is due or overdue. `now` is the instant of writing."""

    school_name: str
    reference: str
    severity: Severity
    lane: Lane
    platform: str
    asked: Asked
    now: datetime
    console_url: str | None = None
    passed_on_from: str | None = None
    """The role that did not answer, when the task is now the reader's (NEU 8.1)."""
    acknowledge_task: int | None = None


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """Something of the school's own housekeeping that has a date: a review, a yearly report."""

    school_name: str
    headline: str
    """A few words; the subject."""
    why: str
    """A sentence or two of our own."""
    what_to_do: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OperatorFacts:
    """Something of the watcher itself does not work (or works again, with `mended_at`)."""

    school_name: str
    headline: str
    """A few words without secret or name: `source x-mentions is not being read`."""
    since: datetime
    explanation: str
    mend: str
    last_success: datetime | None = None
    effects: tuple[str, ...] = ()
    mended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A mail that a server refused for good. `server_said` is shown cleaned and cut."""

    school_name: str
    role: str
    """Whose mail it was, as a role: `senior manager`."""
    what: str
    """What kind of mail it was: `alert`, `reminder`, `weekly notice`."""
    refused_at: datetime
    server_said: str
    reference: str | None = None
    severity: Severity | None = None
    asked: tuple[Asked, ...] = ()
    console_url: str | None = None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which a source gave no data; `end` None means that it still gives none."""

    source: str
    start: datetime
    end: datetime | None
    words: str = ""


class Tally(NamedTuple):
    """One line of a count: what is counted, in words for the reader, and how many."""

    what: str
    number: int


@dataclass(frozen=True, slots=True)
class WeeklyFacts:
    """The notice of a weekly export. Counts are of the reader's lanes; `in_other_lanes` counts the rest."""

    school_name: str
    week: str
    """E.g. `2026-W47`."""
    start: datetime
    end: datetime
    items_seen: int
    items_raised: int
    not_judged: int
    by_category: tuple[Tally, ...]
    by_lane: tuple[Tally, ...]
    by_state: tuple[Tally, ...]
    by_severity: tuple[Tally, ...]
    in_other_lanes: int
    overdue: tuple[DigestLine, ...]
    gaps: tuple[Gap, ...]
    file: Path
    sha256: str
    reopened: int = 0
    refused_by_host: int = 0
    urgent: tuple[str, ...] = ()
    """References of the critical and high incidents."""
    notes: tuple[str, ...] = ()
    """Further lines: support offered to staff, review dates, false alarms."""
    console_url: str | None = None
    checkpoint: str = ""
