"""The call sheet: whom to ring about a suspected indecent image of a child, in what order, and what to say.

Printable text for the head and the DSL. It holds the reference (platform, id, address, times, account) and
nothing of what was seen. Rules: Queen's Crescent and Nunney 2.7; UKCIS "Sharing nudes", overview of 2024.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import wrap

from alerts.clocks import LONDON
from config.policy import Helpline, helplines
from config.schema import Contacts, Nation, Person, Role

WIDTH = 78
_BLANK = "." * 34
_NO_NUMBER = "no number in the settings: look it up on an official page, and write it here"

_DESIGNATED = {
    Nation.ENGLAND: "LADO (the local authority's designated officer)",
    Nation.WALES: "The local authority's designated officer for safeguarding",
    Nation.SCOTLAND: "The council's child protection team (Scotland has no LADO)",
    Nation.NORTHERN_IRELAND: "The Education Authority's child protection support service (there is no LADO)",
}

_DO_NOT = (
    "Do not open the address, and do not look for the picture. If it is on a screen, turn the screen away.",
    "Do not copy, print, photograph, forward, save or delete it, and do not describe it in an e-mail.",
    "Do not ask who is in it, do not question a child, and do not tell the person who posted it.",
    "Do not report it to the platform, and do not hide it, until the police or the DSL say so.",
    "Do not take anybody's phone or computer to look through it. Leave devices as they are.",
)


@dataclass(frozen=True)
class Reference:
    """All that is kept of one item."""

    platform: str
    external_id: str
    url: str
    account: str
    """The handle that the platform showed, if it did."""
    posted_at: datetime | None
    seen_at: datetime
    item_id: str


@dataclass(frozen=True)
class CallSheet:
    school: str
    nation: Nation
    reference: str
    """The incident's, such as SW-2026-0041."""
    made_at: datetime
    suspected: str
    """Who or what raised the suspicion, and when."""
    items: tuple[Reference, ...]
    people: tuple[Person, ...]
    """Of the school: those who may be told, nobody named in the incident among them."""
    contacts: Contacts
    isolated: tuple[str, ...] = ()
    """Folders with captures that were taken before the suspicion."""


def call_sheet(facts: CallSheet) -> str:
    """Plain text, at most 78 characters wide but for addresses, which are never broken."""
    parts = (
        _head(facts),
        _numbered("DO NOT", _DO_NOT),
        _whom_to_ring(facts),
        _what_to_say(facts),
        _isolated(facts),
        _kept(facts),
        _afterwards(),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(facts: CallSheet) -> Iterator[str]:
    yield "CALL SHEET: POSSIBLE INDECENT IMAGE OF A CHILD"
    yield "=" * WIDTH
    yield f"School:     {facts.school}"
    yield f"Incident:   {facts.reference}"
    yield f"Printed:    {_time(facts.made_at)}"
    yield from _folded(f"Suspicion:  {_plain(facts.suspected)}", "            ")
    yield ""
    yield from _folded(
        "For the headteacher and the DSL only. If anybody may be in danger now, ring 999 first."
    )
    yield ""


def _numbered(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    yield title
    yield "-" * len(title)
    for line in lines:
        yield from _folded(f"- {line}", "  ")
    yield ""


def _whom_to_ring(facts: CallSheet) -> Iterator[str]:
    """Head and DSL together, then LADO and police at once (both 2.7.4): the order is for one telephone."""
    yield "RING NOW, IN THIS ORDER, WITHOUT WAITING FOR ONE TO RING BACK"
    yield "-" * 61
    police = helplines()["police"]
    yield from _callee("1. Headteacher", _of_school(facts, Role.HEADTEACHER, Role.CHAIR))
    yield from _callee("2. Designated safeguarding lead (DSL)", _of_school(facts, Role.DSL, Role.DEPUTY_DSL))
    yield from _callee(f"3. {_DESIGNATED[facts.nation]}", [facts.contacts.lado or _NO_NUMBER])
    local = [facts.contacts.police] if facts.contacts.police else []
    yield from _callee("4. Police", [police.shown_contact(), *local], use=police.use)
    services = facts.contacts.childrens_services or _NO_NUMBER
    yield from _callee("5. Children's services, if a child at the school may be at risk", [services])
    yield "On the advice of the police or the DSL, and not before:"
    for name in ("iwf", "report_remove", "ceop", "nspcc"):
        yield from _helpline(helplines()[name])
    yield ""


def _of_school(facts: CallSheet, role: Role, instead: Role) -> list[str]:
    found = [one for one in facts.people if one.role is role]
    found = found or [one for one in facts.people if one.role is instead]
    lines = [f"{one.name} ({one.role.shown_as}): {one.phone or _NO_NUMBER}; {one.email}" for one in found]
    return lines or [f"nobody with this role may be told of it, or none is in the settings: {_BLANK}"]


def _callee(title: str, lines: list[str], use: str = "") -> Iterator[str]:
    yield title
    if use:
        yield from _folded(f"   {use}", "   ")
    for line in lines:
        yield from _folded(f"   {line}", "     ")
    yield f"   Rung at: {'.' * 12}  Spoke to: {'.' * 22}  Log no.: {'.' * 14}"
    yield f"   Advice:  {'.' * 64}"
    yield ""


def _helpline(line: Helpline) -> Iterator[str]:
    limits = f" {line.limits}" if line.limits else ""
    yield from _folded(f"- {line.title}: {line.shown_contact()}. {line.use}{limits}", "  ")


def _what_to_say(facts: CallSheet) -> Iterator[str]:
    yield "WHAT TO SAY"
    yield "-" * 11
    yield from _folded(
        f"“I am ringing from {facts.school}. A post that we became aware of may contain an indecent image of "
        "a child. Nobody at school has looked for it, copied it or kept it. I can give you the address and "
        "the times. Our incident is "
        f"{facts.reference}. Whom shall we tell, may we ask for its removal, and what must we not do?”"
    )
    yield ""
    for number, item in enumerate(facts.items, 1):
        yield from _item(number, item)


def _item(number: int, item: Reference) -> Iterator[str]:
    yield f"Post {number}"
    yield f"  Platform: {item.platform}    Its id: {_plain(item.external_id)}"
    yield f"  Address (do not open): {_plain(item.url)}"
    yield f"  Account:  {_plain(item.account) or 'not shown by the platform'}"
    yield f"  Posted:   {_time(item.posted_at) if item.posted_at else 'not known'}"
    yield f"  Seen:     {_time(item.seen_at)}"
    yield f"  Our item: {item.item_id}"
    yield ""


def _isolated(facts: CallSheet) -> Iterator[str]:
    if not facts.isolated:
        return
    yield "FILES THAT WERE TAKEN BEFORE ANYBODY SUSPECTED ANYTHING"
    yield "-" * 55
    yield from _folded(
        "A capture of this post stands on the school's machine. Nothing opens, copies or exports it now. "
        "Tell the police that it is there, and do nothing with it until they say what: do not look, do not "
        "delete. It stands in:"
    )
    yield from (f"  {folder}" for folder in facts.isolated)
    yield ""


def _kept(facts: CallSheet) -> Iterator[str]:
    yield "WHAT THE SCHOOL HOLDS"
    yield "-" * 21
    yield from _folded(
        "The reference above. The words of the post, as they came before the suspicion, stay sealed and are "
        "closed to all but the head and the DSL. The platform's own answer, with the addresses of any "
        "picture, was erased. The program does not ask about this post again; schoolwatch fetched no picture"
        + (" but the capture named above." if facts.isolated else ".")
    )
    yield ""


def _afterwards() -> Iterator[str]:
    yield "AFTERWARDS"
    yield "-" * 10
    yield from _folded(
        "Write the log number and the advice into the tasks of the incident (`schoolwatch tasks`). The DSL "
        "sees to the child and to the staff who came upon it. Keep this sheet in the DSL's file, not in a "
        "mailbox."
    )
    yield ""
    yield f"Signed: {'.' * 30}  Name: {'.' * 22}  Time: {'.' * 8}"


def _plain(text: str) -> str:
    """What a stranger chose, on one line and without what moves a cursor or turns the writing round."""
    return "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in text)


def _time(at: datetime) -> str:
    there = at.astimezone(LONDON)
    return f"{there:%a %d %b %Y %H:%M} {there.tzname()} ({at.astimezone(UTC):%Y-%m-%d %H:%M} UTC)"


def _folded(text: str, indent: str = "") -> list[str]:
    return wrap(text, WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
