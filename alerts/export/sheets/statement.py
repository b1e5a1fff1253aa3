"""A draft of a witness statement, for a person to check, complete and sign. Facts, and gaps in «…».

The form's name is that of section 9 of the Criminal Justice Act 1967. The number of the procedure rule that
goes with it is left for the officer, because the rules were made anew in 2025.
"""

from collections.abc import Iterator
from textwrap import fill
from typing import NamedTuple

from reportlab.platypus import Flowable

from alerts.export.sheets import times
from alerts.export.sheets.facts import IndexRow, StatementFacts
from alerts.export.sheets.fonts import SANS
from alerts.export.sheets.page import Edges, built
from alerts.export.sheets.parts import heading, space, warning, words
from alerts.export.sheets.seen import pieces
from alerts.mail.wording import platform_name

MOST_EXHIBITS, MOST_FAILURES = 100, 40
_COLUMNS = 78

DECLARATION = (
    "This statement (consisting of «number» pages each signed by me) is true to the best of my knowledge and "
    "belief and I make it knowing that, if it is tendered in evidence, I shall be liable to prosecution if I "
    "have wilfully stated in it anything which I know to be false, or do not believe to be true."
)


class Block(NamedTuple):
    """One paragraph; `style` is one of `parts.words`."""

    style: str
    text: str


def statement_draft(facts: StatementFacts) -> str:
    """Plain text, lines of at most 78 columns that end in LF."""
    return "\n\n".join(_as_text(block) for block in _blocks(facts)) + "\n"


def statement_sheet(facts: StatementFacts) -> bytes:
    """The same as a PDF, with DRAFT at the head of every page."""
    story = [part for block in _blocks(facts) for part in _drawn(block)]
    edges = Edges(
        title=f"DRAFT statement: {facts.export_id}",
        left=facts.school,
        right="DRAFT: not a statement until checked and signed",
        foot=f"Drafted by {facts.tool} from {facts.export_id}, state of {times.utc(facts.as_of)}",
    )
    return built([*story, space(10)], edges)


def _drawn(block: Block) -> list[Flowable]:
    special = {"heading": heading, "warn": warning}.get(block.style)
    return special(block.text) if special else [words(block.text, block.style)]


def _as_text(block: Block) -> str:
    shown = one_line(block.text)
    if block.style == "title":
        return f"{shown}\n{'=' * min(len(shown), _COLUMNS)}"
    lines = fill(shown, _COLUMNS, break_long_words=True, break_on_hyphens=False)
    return f"{lines}\n{'-' * min(len(shown), _COLUMNS)}" if block.style == "heading" else lines


def one_line(text: str) -> str:
    """Any text on one line; what cannot be shown is told by number and name in square brackets."""
    found = pieces(text[:4_000], SANS)
    told = (f"[{piece.shown}]" if piece.is_mark else piece.shown or " " for piece in found)
    return " ".join("".join(told).split())


def _blocks(facts: StatementFacts) -> Iterator[Block]:
    yield Block("title", "Draft of a witness statement")
    yield from _warning()
    yield Block("heading", "Statement of")
    yield from _person(facts)
    yield Block("body", DECLARATION)
    yield Block("body", "Signature: «signed by hand», dated «date»")
    yield Block("heading", "What I can say")
    yield from _numbered(_said(facts))
    yield Block("heading", "The exhibits")
    yield from _exhibits(facts)
    yield Block("heading", "What is missing, and what I cannot say")
    yield from _missing(facts)
    yield Block("body", "Signature: «signed by hand», dated «date»")


def _warning() -> Iterator[Block]:
    yield Block(
        "warn",
        "DRAFT. This is not a statement. A program put it together from what it recorded. The person who "
        "signs must check every sentence, strike out what they do not know themselves, fill every gap in "
        "«…», and add what is missing. Do not sign it as it stands.",
    )
    yield Block(
        "small",
        "Form: witness statement, section 9 of the Criminal Justice Act 1967. Rule of the Criminal Procedure "
        "Rules that goes with it: «number, to be confirmed by the officer».",
    )


def _person(facts: StatementFacts) -> Iterator[Block]:
    yield Block("body", f"Name: {facts.witness_name or '«full name»'}")
    yield Block("body", "Age if under 18: «over 18, or the age»")
    yield Block("body", f"Occupation: {facts.witness_role or '«occupation»'}, {facts.school}")


def _numbered(sentences: Iterator[str]) -> Iterator[Block]:
    for number, sentence in enumerate(sentences, start=1):
        yield Block("body", f"{number}. {sentence}")


def _said(facts: StatementFacts) -> Iterator[str]:
    yield f"I am {facts.witness_role or '«role»'} at {facts.school}. «How long, and what my part in this is.»"
    yield (
        f"The school uses a computer program, {facts.tool}. It asks social media platforms, through the ways "
        "that they offer to programs, for comments on the school's own pages and for public mentions of the "
        "school. «How I know this: I run it, or I was told by …»"
    )
    yield (
        "For what it is given, the program records the words, the address, the name or handle shown and the "
        "time, and seals them: it writes a check number of the record into a log that is only ever added to, "
        f"named {facts.log.origin}. «How I know this.»"
    )
    yield (
        f"On «date and time» I had the program make the export {facts.export_id}. It is of the state on "
        f"{times.both(facts.as_of)}. The log then had {facts.log.size:,} lines. The fingerprint of the key "
        f"that signs it is {facts.log.fingerprint}."
    )
    yield "I checked the export on «date and time» with «verify.py, or another way». The result was «result»."
    yield "I «have / have not» changed the export or anything in it. It was kept «where; who could reach it»."
    yield "«What I saw myself on the platform, when, on which machine, and what I did then.»"


def _exhibits(facts: StatementFacts) -> Iterator[Block]:
    if not facts.exhibits:
        yield Block("body", "There are no exhibits in this export.")
    for row in facts.exhibits[:MOST_EXHIBITS]:
        yield Block("body", _produced(row))
    left = len(facts.exhibits) - MOST_EXHIBITS
    if left > 0:
        yield Block(
            "body", f"«{left:,} more items are listed in data/INDEX.csv: add those that are produced.»"
        )


def _produced(row: IndexRow) -> str:
    handle = one_line(row.handle)[:120] or "(none shown)"
    came = (
        f"«name of the person» handed in an item ({platform_name(row.platform)}), with the name or handle "
        f"{handle}, and the program recorded it as it was given"
        if row.handed_in
        else f"the program recorded an item on {platform_name(row.platform)}, shown under the handle {handle}"
    )
    recorded = (
        f"On {times.both(row.seen_at)} {came}. It has the number {row.item_id} "
        f"and belongs to the school's reference {row.reference}."
    )
    if row.withheld_reason is not None:
        return f"{recorded} Only the reference is in the export: {row.withheld_reason}"
    sheet = f" ({row.file})" if row.file else ""
    called = row.exhibit_ref or "«exhibit reference»"
    return f"{recorded} I produce the sheet of it{sheet} and its sealed files as exhibit {called}."


def _missing(facts: StatementFacts) -> Iterator[Block]:
    for gap in facts.failures[:MOST_FAILURES]:
        until = (
            "and still gave none when the export was made"
            if gap.end is None
            else f"until {times.both(gap.end)}"
        )
        said = f"The source {gap.source} gave no data from {times.both(gap.start)} {until}: {gap.words}."
        yield Block("body", said)
    if len(facts.failures) > MOST_FAILURES:
        yield Block("body", "More such times stand in data/FAILURES.csv.")
    for source in facts.unread[:MOST_FAILURES]:
        yield Block("body", f"The source {source} was not read at all in the time of this export.")
    yield Block(
        "body",
        "I do not know from these records who wrote the words, or whether they are true. A name or handle is "
        "what the platform showed.",
    )
    yield Block(
        "body", "«Anything known that could have touched the record: faults, a wrong clock, a power cut.»"
    )
