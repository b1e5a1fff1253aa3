"""The sheet of one exhibit: a label to sign, the words, place, people and times, hashes, continuity."""

from reportlab.platypus import Flowable

from alerts.export.sheets import times
from alerts.export.sheets.facts import Exhibit, LogPlace, Step
from alerts.export.sheets.fonts import MONO
from alerts.export.sheets.page import ACROSS, Edges, built
from alerts.export.sheets.parts import (
    FACT_ACROSS,
    VALUE,
    facts,
    foreign,
    heading,
    inner,
    label,
    quoted,
    space,
    table,
    together,
    warning,
    words,
)
from alerts.export.sheets.seen import name
from alerts.export.sheets.verbatim import INSET, Laid, Look, lay_out
from alerts.mail.wording import platform_name

MOST_WORD_LINES, MOST_CONTEXT_LINES = 130, 30
MOST_STEPS, MOST_HASHES, MOST_NUMBERED = 40, 60, 24
_WORDS = Look(size=11, leading=15.5, bar=True)
_CONTEXT = Look(size=9.5, leading=13, bar=True)
_MONO = Look(font=MONO, size=7.6, leading=11)
_SMALL_MONO = Look(font=MONO, size=6.9, leading=10)


def exhibit_sheet(exhibit: Exhibit) -> bytes:
    """A PDF of a few pages however long the words are; says what is left out, and where it stands."""
    return built(_story(exhibit), edges(exhibit, "Exhibit"))


def edges(exhibit: Exhibit, what: str) -> Edges:
    named = f"{what} {exhibit.exhibit_ref}".strip()
    return Edges(
        title=f"{named}: {exhibit.reference}",
        left=exhibit.school,
        right=f"{named} · {exhibit.reference}",
        foot=f"Item {exhibit.item_id}" + (f" · made with {exhibit.tool}" if exhibit.tool else ""),
    )


def _story(exhibit: Exhibit) -> list[Flowable]:
    return [
        words(f"Exhibit {exhibit.exhibit_ref}".strip(), "title"),
        words(lead(exhibit), "lead"),
        label(exhibit.exhibit_ref, exhibit.reference),
        *(withheld(exhibit) if exhibit.withheld_reason is not None else _written(exhibit)),
        *heading("Where, who and when"),
        facts([*place(exhibit), *moments(exhibit)]),
        *_considered(exhibit),
        *_files(exhibit),
        *log_part(exhibit.log),
        *_continuity(exhibit),
        *meaning(exhibit),
    ]


def lead(exhibit: Exhibit) -> str:
    """What the sheet is of. Of what a person handed in, nothing is said of any platform."""
    where = platform_name(exhibit.platform)
    if exhibit.handed_in:
        return (
            f"Handed in to {exhibit.school} by a person ({where}), and recorded by a program as it was given."
        )
    return f"A public post or comment on {where}, as a program of {exhibit.school} recorded it."


def withheld(exhibit: Exhibit) -> list[Flowable]:
    """Why only the reference is here, and what not to do with it (UKCIS: never view, copy, share, save)."""
    caution = (
        " Do not open the address, not even to check: that is for the police." if exhibit.indecent else ""
    )
    return warning(f"Only the reference is here. {exhibit.withheld_reason}{caution}")


def _written(exhibit: Exhibit) -> list[Flowable]:
    return [
        *heading("The words"),
        *written(exhibit, lay_out(exhibit.text, ACROSS - INSET, _WORDS, most_lines=MOST_WORD_LINES), _WORDS),
        *_answered(exhibit),
    ]


def written(exhibit: Exhibit, laid: Laid, look: Look) -> list[Flowable]:
    """The words between bars, and what a reader must know about how they are shown."""
    if not exhibit.text:
        return [words("There are no words in it.")]
    return [*quoted(laid, look), *[words(note, "small") for note in notes(laid, exhibit)]]


def notes(laid: Laid, exhibit: Exhibit) -> list[str]:
    """What was left out and where it stands; what the grey boxes mean; which letters have numbers only."""
    found = []
    if laid.is_cut:
        found.append(
            f"Shown: the first {laid.shown:,} of {laid.whole:,} characters. The whole text stands, letter "
            f"for letter, in the file record.json of item {exhibit.item_id}."
        )
    if any(piece.is_mark for line in laid.lines for piece in line.pieces):
        found.append(
            "Words in grey boxes are not the writer's: each stands for a character that has no letter to "
            "show, such as an emoji, or an invisible one. U+ and the number name it in the Unicode standard."
        )
    if laid.only_numbered:
        found.append(_letters_told(laid))
    return found


def _letters_told(laid: Laid) -> str:
    numbers = laid.only_numbered
    told = [f"{number} {name(chr(int(number[2:], 16)))}" for number in numbers[:MOST_NUMBERED]]
    more = f", and {len(numbers) - MOST_NUMBERED} more" if len(numbers) > MOST_NUMBERED else ""
    return "Letters shown by number: " + ", ".join(told) + more + "."


def _answered(exhibit: Exhibit) -> list[Flowable]:
    if not exhibit.context:
        return []
    laid = lay_out(exhibit.context, ACROSS - INSET, _CONTEXT, most_lines=MOST_CONTEXT_LINES)
    asked = [*quoted(laid, _CONTEXT), *[words(note, "small") for note in notes(laid, exhibit)]]
    return [*heading("The post that it answers"), *asked]


def place(exhibit: Exhibit, *, most_lines: int = 8) -> list[tuple[str, str | list[Flowable]]]:
    """`most_lines` of the address; the others are short."""

    def told(text: str, lines: int = 2) -> list[Flowable]:
        return foreign(text, FACT_ACROSS, VALUE, most_lines=lines)

    return [
        ("Platform", platform_name(exhibit.platform)),
        ("Address (URL)", told(exhibit.url, most_lines)),
        ("Platform's own id", told(exhibit.external_id)),
        ("Handle as shown", told(exhibit.handle)),
        ("Name as shown", told(exhibit.display_name)),
    ]


def moments(exhibit: Exhibit) -> list[tuple[str, str | list[Flowable]]]:
    if exhibit.handed_in:
        return _told_moments(exhibit)
    given = _posted_as_written(exhibit, "the platform gave none")
    picture = "one belonged to it; the program did not fetch it" if exhibit.has_media else "none"
    rows: list[tuple[str, str | list[Flowable]]] = [
        ("Posted", times.both(exhibit.posted_at)),
        ("Posted, as the platform wrote it", given),
        ("Seen by the program", times.both(exhibit.seen_at)),
        ("Sealed", times.both(exhibit.sealed_at)),
    ]
    if exhibit.withheld_reason is not None:
        return rows
    return [*rows, ("Edited", _edited(exhibit)), ("Picture or film", picture)]


def _told_moments(exhibit: Exhibit) -> list[tuple[str, str | list[Flowable]]]:
    """By the word of whoever handed it in; only when it was recorded is the program's own."""
    return [
        ("Posted, as it was shown", _posted_as_written(exhibit, "not known")),
        ("Seen, as the person says", times.both(exhibit.captured_at)),
        ("Handed in and recorded", times.both(exhibit.seen_at)),
        ("Sealed", times.both(exhibit.sealed_at)),
    ]


def _posted_as_written(exhibit: Exhibit, none: str) -> str | list[Flowable]:
    raw = exhibit.posted_raw
    return foreign(raw, FACT_ACROSS, VALUE, most_lines=2) if raw else none


def _edited(exhibit: Exhibit) -> str:
    if exhibit.edited is None:
        return "the platform does not say"
    if not exhibit.edited:
        return "no, says the platform"
    return f"yes, says the platform: {times.both(exhibit.edited_at, none='time not given')}"


def _considered(exhibit: Exhibit) -> list[Flowable]:
    if not (exhibit.categories_shown and exhibit.categories):
        return []
    said = "What a program suggested that people at the school look at; no finding, no part of the exhibit"
    return [space(4), words(f"{said}: {', '.join(exhibit.categories)}.", "small")]


def _files(exhibit: Exhibit) -> list[Flowable]:
    if not exhibit.hashes:
        return []
    shown = exhibit.hashes[:MOST_HASHES]
    rows = [[foreign(file.name, inner(0.24)), foreign(file.sha256, inner(0.76), _MONO)] for file in shown]
    left = len(exhibit.hashes) - len(shown)
    more = [words(f"{left:,} more files stand in the manifest of the export.", "small")] if left else []
    said = "SHA-256 is a check number over a file: change one letter of the file and the number is another."
    head = [*heading("Files of this exhibit"), words(said, "small")]
    return [*head, table(("File", "SHA-256"), rows, (0.24, 0.76)), *more]


def log_part(log: LogPlace | None, title: str = "Place in the log") -> list[Flowable]:
    """The checkpoint, its key and its stamps; and the exhibit's line, if it is of one exhibit."""
    if log is None:
        return []
    stamps = [
        (f"Time stamp: {stamp.authority}", f"no later than {times.both(stamp.gen_time)}")
        for stamp in log.stamps
    ]
    none: list[tuple[str, str | list[Flowable]]] = [("Time stamp", "none from an outside authority yet")]
    rows: list[tuple[str, str | list[Flowable]]] = [
        ("Log", foreign(log.origin, FACT_ACROSS, VALUE)),
        *_line_of(log),
        ("Checkpoint over", f"{log.size:,} lines"),
        ("Root of the log", foreign(log.root_base64, FACT_ACROSS, _MONO)),
        ("Fingerprint of the key", foreign(_in_two_lines(log.fingerprint), FACT_ACROSS, _MONO)),
        *(stamps or none),
    ]
    return [*heading(title), facts(rows)]


def _line_of(log: LogPlace) -> list[tuple[str, str | list[Flowable]]]:
    return [] if log.index is None else [("Line of the log", f"{log.index:,}, counted from 0")]


def _in_two_lines(fingerprint: str) -> str:
    """Sixteen groups of four, eight on a line: so can two people read it to each other."""
    groups = fingerprint.split()
    return " ".join(groups[:8]) + "\n" + " ".join(groups[8:]) if len(groups) == 16 else fingerprint


def _continuity(exhibit: Exhibit) -> list[Flowable]:
    steps, left = _first_and_last(exhibit.continuity)
    if not steps:
        return []
    rows = [[_when(step), _what(step), foreign(step.by, inner(0.18))] for step in steps]
    note = f"{left:,} steps between the first and the last are left out here; all stand in data/custody.csv."
    more = [words(note, "small")] if left else []
    return [
        *heading("Continuity: who did what with it"),
        table(("When", "What", "By"), rows, (0.25, 0.57, 0.18)),
        *more,
    ]


def _first_and_last(steps: tuple[Step, ...]) -> tuple[tuple[Step, ...], int]:
    left = len(steps) - MOST_STEPS
    if left <= 0:
        return steps, 0
    half = MOST_STEPS // 2
    return steps[:half] + steps[-half:], left


def _when(step: Step) -> list[Flowable]:
    return [words(times.short(step.at), "cell"), words(times.utc(step.at), "small")]


def _what(step: Step) -> list[Flowable]:
    hashed = foreign(step.sha256, inner(0.57), _SMALL_MONO) if step.sha256 else []
    return [*foreign(step.what, inner(0.57)), *hashed]


def meaning(exhibit: Exhibit) -> list[Flowable]:
    """What a reader may take from the sheet and what not. No verdict."""
    recorded = "recorded what a person handed in" if exhibit.handed_in else "recorded this from the platform"
    shows = (
        f"It shows that the program of {exhibit.school} {recorded} at the time stated, "
        "and, when the check described in README.txt passes, that it has not been changed since."
    )
    told = (
        "was handed in with it; the program saw no platform" if exhibit.handed_in else "the platform showed"
    )
    not_shown = (
        "It does not show who really wrote the words, whether they are true, or that any rule or law was "
        f"broken. A name or handle is what {told}. The platform can be asked for more by the "
        "police or by order of a court."
    )
    copy = (
        "This sheet is a copy made for reading. The evidence is the sealed files: to search or copy the "
        "exact words, use record.json."
    )
    return together("What this sheet shows, and what it does not", (shows, not_shown, copy))
