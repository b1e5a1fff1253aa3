"""The text card: one page with the words, who, where, when, and the check numbers. Needs no picture."""

from reportlab.platypus import Flowable

from alerts.export.sheets.exhibit import edges, lead, moments, notes, place, withheld, written
from alerts.export.sheets.facts import Exhibit
from alerts.export.sheets.fonts import MONO
from alerts.export.sheets.page import ACROSS, DOWN, built
from alerts.export.sheets.parts import FACT_ACROSS, facts, foreign, heading, words
from alerts.export.sheets.verbatim import INSET, Look, lay_out

_WORDS = Look(size=12, leading=17, bar=True)
_MONO = Look(font=MONO, size=7.6, leading=11)
_HASHED = ("record.json", "raw.json", "seal.json")
"""The files whose check numbers have room on the card; the sheet and the manifest have all."""


def text_card(exhibit: Exhibit) -> bytes:
    """A PDF of one page. The words get what room the facts leave; what is cut is said."""
    said = f"{lead(exhibit)} A copy made for reading."
    head: list[Flowable] = [words(f"Text card {exhibit.exhibit_ref}".strip(), "title"), words(said, "lead")]
    foot: list[Flowable] = [
        *heading("Where, who and when"),
        facts([*place(exhibit, most_lines=4), *moments(exhibit), *_hashes(exhibit)]),
    ]
    return built([*head, *_words(exhibit, _room(head + foot)), *foot], edges(exhibit, "Text card"))


def _hashes(exhibit: Exhibit) -> list[tuple[str, str | list[Flowable]]]:
    shown = [file for file in exhibit.hashes if file.name in _HASHED]
    return [
        (f"SHA-256 of {file.name}", foreign(file.sha256, FACT_ACROSS, _MONO, most_lines=2)) for file in shown
    ]


def _room(others: list[Flowable]) -> float:
    """Points that are left for the words."""
    return DOWN - sum(_tall(other) for other in others)


def _tall(block: Flowable) -> float:
    return float(block.wrap(ACROSS, DOWN)[1] + block.getSpaceBefore() + block.getSpaceAfter())


def _words(exhibit: Exhibit, room: float) -> list[Flowable]:
    """As many lines as fit together with the notes that they bring."""
    if exhibit.withheld_reason is not None:
        return withheld(exhibit)
    for lines in range(max(1, int(room // _WORDS.leading)), 0, -1):
        laid = lay_out(exhibit.text, ACROSS - INSET, _WORDS, most_lines=lines, most_letters=4_000)
        blocks = written(exhibit, laid, _WORDS)
        if sum(_tall(block) for block in blocks) <= room:
            return blocks
    return [
        words(note, "small") for note in notes(lay_out(exhibit.text, ACROSS, _WORDS, most_lines=0), exhibit)
    ]
