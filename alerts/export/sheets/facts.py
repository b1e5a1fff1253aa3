"""What stands on the sheets of an export: plain facts. All instants are aware; all hashes lower-case hex."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple


class Step(NamedTuple):
    """One thing that was done with an exhibit; `sha256` names the bytes it was done to, if any."""

    at: datetime
    what: str
    by: str
    sha256: str = ""


class FileHash(NamedTuple):
    name: str
    sha256: str


class Stamp(NamedTuple):
    """A time-stamping authority's word on the log (RFC 3161)."""

    authority: str
    gen_time: datetime


@dataclass(frozen=True, slots=True)
class LogPlace:
    """Where an exhibit stands in the log. `index` counts from 0 (RFC 6962), None for the log as a whole.

    `size` and `root_base64` are the checkpoint's; `fingerprint` is of the key that signed it.
    """

    origin: str
    size: int
    index: int | None
    root_base64: str
    fingerprint: str
    stamps: tuple[Stamp, ...] = ()


@dataclass(frozen=True, slots=True)
class Exhibit:
    """One item as it is put before somebody. Everything but our own words may be hostile text."""

    exhibit_ref: str
    """Given when a named person produces it, e.g. `JS/1`. Empty: the box has a line to write it on."""
    reference: str
    """The incident's, e.g. `SW-2026-0041`."""
    item_id: str
    """Names its folder in the export: `data/items/<item_id>`."""
    school: str
    platform: str
    url: str
    external_id: str
    handle: str
    display_name: str
    text: str
    """As written. Empty when the item has no words."""
    posted_raw: str | None
    """The time as the platform wrote it."""
    posted_at: datetime | None
    seen_at: datetime
    sealed_at: datetime
    context: str = ""
    """The words it answers to, when they were known."""
    edited: bool | None = None
    """What the platform says; None when it does not say."""
    edited_at: datetime | None = None
    has_media: bool = False
    """A picture or film belonged to it, which the program did not fetch."""
    withheld_reason: str | None = None
    """Set: the sheet shows the reference and why the rest is not there."""
    indecent: bool = False
    """The reference may be of an indecent image: the sheet says not to open the address."""
    categories_shown: bool = False
    """False for police and courts: what a program thinks of an exhibit is no part of it."""
    categories: tuple[str, ...] = ()
    continuity: tuple[Step, ...] = ()
    hashes: tuple[FileHash, ...] = ()
    log: LogPlace | None = None
    tool: str = ""
    """Name and version of what made it, e.g. `schoolwatch 0.1.0`."""
    handed_in: bool = False
    """A person handed it in; the sheet claims nothing of any platform."""
    captured_at: datetime | None = None
    """When that person saw it, by their word."""


@dataclass(frozen=True, slots=True)
class IndexRow:
    """One exhibit in the index. `words` is its text, shortened by the sheet."""

    exhibit_ref: str
    reference: str
    item_id: str
    platform: str
    handle: str
    seen_at: datetime
    words: str
    file: str
    """The exhibit sheet's name in the export, e.g. `data/exhibits/SW-2026-0041-1.pdf`; empty if withheld."""
    withheld_reason: str | None = None
    captures: tuple[str, ...] = ()
    """The folder and the pictures of each, e.g. `data/captures/ID/1: page.png, page.pdf`."""
    captures_left_out: str = ""
    """Which others there are, and why they are not here."""
    handed_in: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """A time in which a source gave no data; `end` None: still none when the export was made."""

    source: str
    start: datetime
    end: datetime | None
    words: str


@dataclass(frozen=True, slots=True)
class Witness:
    """The mail that carried a checkpoint out of the building before the export was made."""

    message_id: str
    sent_at: datetime
    to: str
    """The role and mail address, or only the role where names are masked."""
    size: int
    """How many lines the log had in the checkpoint at the foot of that mail."""


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The first page that an officer opens."""

    export_id: str
    """E.g. `EXP-2026-W47`."""
    school: str
    contact: str
    """The school's named contact: name, role, mail, telephone; one line each."""
    about: str
    """`Week 2026-W47` or `Incident SW-2026-0041`."""
    profile: str
    """`police`, `host` or `governors`."""
    start: datetime | None
    end: datetime | None
    """The span the export covers, `end` not part of it; None for an incident."""
    as_of: datetime
    """The state that it is of: nothing later is in it."""
    tool: str
    exhibits: tuple[IndexRow, ...]
    log: LogPlace
    failures: tuple[Missing, ...] = ()
    unread: tuple[str, ...] = ()
    """Sources that were never read in the span."""
    counted_only: int = 0
    """Items that this reader is not shown."""
    indecent: bool = False
    """One of the references may be of an indecent image: the reader is told not to open it."""
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class StatementFacts:
    """What the draft of a statement is made from. Whatever is empty becomes a gap in «…»."""

    school: str
    exhibits: tuple[IndexRow, ...]
    log: LogPlace
    tool: str
    as_of: datetime
    export_id: str
    witness_name: str = ""
    witness_role: str = ""
    failures: tuple[Missing, ...] = ()
    unread: tuple[str, ...] = ()
