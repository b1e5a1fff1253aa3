"""From a letter's fields to its blocks: a template for each kind, in plain English."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from alerts.export.sheets.times import both
from alerts.letters.blocks import FILLED, Block, parsed
from alerts.letters.filling import Slot, slots
from alerts.letters.kinds import RULES, LetterKind
from alerts.letters.values import Fields
from alerts.mail.wording import clean, one_line, shown
from config.schema import Nation


@dataclass(frozen=True)
class Letterhead:
    """What stands on every letter. `reference` is the incident's, or the letter's own number."""

    school: str
    sender: str
    """The official mailbox that it comes from."""
    reference: str
    dated: datetime
    approved_by: str
    """Name and role; on a form, whoever decided it."""
    nation: Nation = Nation.ENGLAND


@dataclass(frozen=True)
class Rendered:
    """`title` is for the subject line: no name and no word of a post is in it."""

    title: str
    blocks: tuple[Block, ...]

    @property
    def own_words(self) -> str:
        """What the school itself says: all but quotes."""
        return "\n".join(line for block in self.blocks if block.sort != "quote" for line in block.lines)


def rendered(kind: LetterKind, fields: Fields, head: Letterhead) -> Rendered:
    """The whole letter. Every field that the kind requires is in `fields`, so nothing can be blank."""
    template = _ENVIRONMENT.get_template(f"{kind.value}.j2")
    written = template.render(f=fields, head=head, kind=kind, slots=slots(kind))
    return Rendered(f"{head.school}: {_subject(kind)} ({head.reference})", parsed(written))


def heading_of(kind: LetterKind) -> str:
    """What stands above the letter on paper, as its reader should see it."""
    subject = _subject(kind)
    return subject[0].upper() + subject[1:]


def _subject(kind: LetterKind) -> str:
    return _SUBJECTS.get(kind, RULES[kind].title)


_SUBJECTS = {
    LetterKind.AUTHOR_REQUEST: "a request about a public post",
    LetterKind.HOST_REPORT: "report of content on your service",
    LetterKind.INFRA_NOTICE: "notice about a page that you host",
    LetterKind.PARENT_CHILD_AFFECTED: "a letter about something seen online",
    LetterKind.PARENT_CHILDS_POST: "a letter about something seen online",
    LetterKind.CRITICAL_INCIDENT_STAFF: "message to all staff",
    LetterKind.CRITICAL_INCIDENT_PARENTS: "message to parents and carers",
    LetterKind.WISHES_REQUEST: "a question to you",
    LetterKind.REMOVAL_CONFIRMATION: "word on something seen online",
    LetterKind.COMPLAINTS_SIGNPOST: "your message to us",
}
"""What a lock screen may show."""


class _Laid(str):
    """Lines that have their marks already."""

    __slots__ = ()


def _shown(value: object) -> object:
    """Every value of a field is one line that can neither be a mark nor end a block."""
    if isinstance(value, _Laid):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return shown(value)
    if isinstance(value, date):
        return f"{value.day} {value:%B %Y}"
    if isinstance(value, str):
        return FILLED + one_line(value.value if isinstance(value, Enum) else value)
    return value


def _quoted(text: str) -> _Laid:
    """As it was written, a mark before each line."""
    return _Laid("\n".join(f"> {line}" for line in clean(text).splitlines() or [""]))


def _entries(lines: Iterable[str]) -> _Laid:
    return _Laid("\n".join(f"- {FILLED}{one_line(line)}" for line in lines))


def _paragraphs(text: str) -> _Laid:
    """A longer field with its paragraphs."""
    parts = [one_line(part) for part in clean(text).split("\n\n") if part.strip()]
    return _Laid("\n\n".join(FILLED + part for part in parts))


def _value(fields: Fields, slot: Slot) -> object:
    found: object = fields
    for part in slot.name.split("."):
        found = getattr(found, part)
    return found


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts.letters"),
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=select_autoescape(["html.j2"]),
    )
    environment.filters.update(
        quoted=_quoted, entries=_entries, paragraphs=_paragraphs, both=both, value=_value
    )
    return environment


_ENVIRONMENT = _environment()
