"""What goes into an export: plain facts and sealed bytes. All instants are aware."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from alerts.export.week import IsoWeek
from config.words import Flag, Label, Lane, Outcome, Rung, Severity, TaskState

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9_-])?")


class BadContents(ValueError):
    """Something that must not stand in an export, or cannot. Names the item and what is wrong."""


def is_plain_name(name: str) -> bool:
    """Letters, digits, `.`, `_` and `-`, so that every file system takes it as it is."""
    return _NAME.fullmatch(name) is not None and ".." not in name


CAPTURE_RECORD = "capture.json"
"""In a capture: who at the school asked for it, and why."""
PLACELESS = "no-place-"
"""Before the name of a copy without what a picture says of where it was taken (NEU 6.1)."""


@dataclass(frozen=True, slots=True)
class ExportedCapture:
    """Pictures that a person asked for: the sealed files as they stand, and the proof of their line."""

    number: int
    files: Mapping[str, bytes]
    proof: bytes


@dataclass(frozen=True, slots=True)
class LaterObservation:
    """What the platform said of an item at a later time: the record that its line of the log commits to."""

    number: int
    record: bytes
    salt: bytes
    proof: bytes


@dataclass(frozen=True, slots=True)
class ExportedItem:
    """One item, its place and times, and its sealed files as they stand (name → bytes).

    A file name may have folders: `raw/page-1.json`.

    In the lane of indecent images there is the reference and nothing else: no file, and a reason.
    Raises BadContents.
    """

    item_id: str
    reference: str
    platform: str
    url: str
    external_id: str
    handle: str
    posted_at: datetime | None
    seen_at: datetime
    sealed_at: datetime
    categories: tuple[Label | Flag, ...]
    severity: Severity
    lane: Lane
    files: Mapping[str, bytes]
    withheld_reason: str | None = None
    text: str = ""
    """The words as they were written, for the index; the sealed record has them too."""
    proofs: Mapping[str, bytes] = field(default_factory=dict)
    """`.tlog-proof` and, with its files, `.evidence.tlog-proof` → the proof of that line of the log."""
    log_line: int | None = None
    """Its place in the log, counted from 0."""
    exhibit_ref: str = ""
    """Given when a named person produces it, e.g. `JS/1`."""
    shows_words: bool = False
    """Whether a part of the words (masked) may stand in the index although the files are withheld."""
    captures: tuple[ExportedCapture, ...] = ()
    captures_left_out: str = ""
    """Which captures there are beside these, and why they are not here."""
    observations: tuple[LaterObservation, ...] = ()
    handed_in: bool = False
    """A person handed it in: no platform was asked, and nothing was seen there by the program."""

    def __post_init__(self) -> None:
        if not is_plain_name(self.item_id):
            raise BadContents(f"item id {self.item_id!r} cannot be the name of a folder")
        named = [*self.files, *(name for one in self.captures for name in one.files)]
        odd = [name for name in named if not all(is_plain_name(part) for part in name.split("/"))]
        if odd:
            raise BadContents(f"item {self.item_id}: {odd[0]!r} cannot be the name of a file")
        if self.lane is Lane.INDECENT_IMAGE and self.files:
            raise BadContents(
                f"item {self.item_id}: only the reference of a possible indecent image may leave"
            )
        if not self.files and self.withheld_reason is None:
            raise BadContents(
                f"item {self.item_id}: an item without files needs a reason why they are withheld"
            )
        handed = self.files or self.captures or self.observations or (self.text and not self.shows_words)
        if handed and self.withheld_reason is not None:
            raise BadContents(f"item {self.item_id}: what is withheld must not be handed over")


@dataclass(frozen=True, slots=True)
class TaskRow:
    task_id: str
    reference: str
    rung: Rung | None
    """None for what goes on beside the ladder."""
    step: str
    owner_role: str
    state: TaskState
    outcome: Outcome | None
    opened_at: datetime
    due_at: datetime | None
    ended_at: datetime | None
    overdue: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CustodyRow:
    """One thing that was done with an item's evidence. `sha256` names the bytes it was done to, if any."""

    at: datetime
    item_id: str
    action: str
    actor: str
    role: str
    purpose: str
    sha256: str = ""
    log_line: int | None = None
    """Where the event itself stands in the log; None for one from before custody was part of it."""


@dataclass(frozen=True, slots=True)
class FailureRow:
    """A time in which a source gave no data; `end` None means that it still gave none at the end."""

    source: str
    start: datetime
    end: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source that should have been read. `last_read_at` None means that it was never read in the week."""

    source: str
    platform: str
    items_seen: int
    last_read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """Of the week. `by_lane` counts every lane, also those whose items this reader is not shown."""

    items_seen: int
    not_judged: int
    by_lane: Mapping[Lane, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WitnessMail:
    """A mail that carried a checkpoint of the log out of the building before the export was made."""

    subject: str
    message_id: str
    sent_at: datetime
    role: str
    """Of whom it went to."""
    size: int
    """How many lines the log had in the checkpoint at its foot."""


@dataclass(frozen=True, slots=True)
class ExportContents:
    """One export for one reader. Raises BadContents for an item twice or outside the lanes."""

    export_id: str
    """E.g. `EXP-2026-W47-police`."""
    profile: str
    school_name: str
    week: IsoWeek | None
    """The span it covers; None for all of one incident."""
    incident: str | None
    as_of: datetime
    """The instant of its checkpoint: what happened later is left out, and nothing is dated later."""
    lanes: tuple[Lane, ...]
    """The lanes that the reader may see; the items of all others are counted only."""
    items: tuple[ExportedItem, ...]
    tasks: tuple[TaskRow, ...]
    custody: tuple[CustodyRow, ...]
    failures: tuple[FailureRow, ...]
    sources: tuple[SourceRow, ...]
    counts: Counts | None
    """None where the rest is not this reader's matter (a host)."""
    tool: str
    """Name and version of what made it, e.g. `schoolwatch 0.1.0`."""
    contact: str = ""
    """Whom at the school to ask: name, role, mail address."""
    produced_by: str = ""
    """The named person who produces the exhibits; empty while nobody does."""
    witnesses: tuple[WitnessMail, ...] = ()
    stamps: tuple[tuple[str, datetime], ...] = ()
    """Authority and time of each stamp that was there when this was first exported."""
    stamped_size: int = 0
    """How many lines of the log these stamps are over."""
    exhibits_shown: bool = True
    categories_shown: bool = True

    def __post_init__(self) -> None:
        seen: set[str] = set()
        for item in self.items:
            if item.lane not in self.lanes:
                raise BadContents(f"item {item.item_id}: lane {item.lane} is not among this reader's lanes")
            # Windows and macOS know no difference between upper and lower case in names.
            if item.item_id.lower() in seen:
                raise BadContents(f"item {item.item_id} stands in the export twice")
            seen.add(item.item_id.lower())

    @property
    def scope(self) -> str:
        """What it is about, as part of a file's name: `2026-W47`, or the incident's reference."""
        return str(self.week) if self.week else self.incident or "all"

    @property
    def unread(self) -> tuple[str, ...]:
        """Sources that were never read in the span."""
        return tuple(sorted(row.source for row in self.sources if row.last_read_at is None))

    @property
    def counted_only(self) -> dict[Lane, int]:
        """Items that this reader is not shown: in other lanes, or because they name the reader."""
        if self.counts is None:
            return {}
        shown = Counter(item.lane for item in self.items)
        unseen = {lane: number - shown[lane] for lane, number in self.counts.by_lane.items()}
        return {lane: number for lane, number in unseen.items() if number > 0}
