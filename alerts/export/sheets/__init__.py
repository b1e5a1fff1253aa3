"""The sheets of an export that people read on paper: exhibits, a card of the words, the index, a statement.

Every PDF is A4, holds its own fonts, asks for nothing from a network and is the same bytes each time.
"""

from alerts.export.sheets.facts import (
    Exhibit,
    FileHash,
    IndexFacts,
    IndexRow,
    LogPlace,
    Missing,
    Stamp,
    StatementFacts,
    Step,
    Witness,
)

__all__ = [
    "Exhibit",
    "FileHash",
    "IndexFacts",
    "IndexRow",
    "LogPlace",
    "Missing",
    "Stamp",
    "StatementFacts",
    "Step",
    "Witness",
    "exhibit_sheet",
    "index_sheet",
    "statement_draft",
    "statement_sheet",
    "text_card",
]


def exhibit_sheet(exhibit: Exhibit) -> bytes:
    """A PDF of a few pages: label to sign, words, place, times, hashes, continuity."""
    raise NotImplementedError


def text_card(exhibit: Exhibit) -> bytes:
    """A PDF of one page: the words, who, where, when, and the hashes."""
    raise NotImplementedError


def index_sheet(facts: IndexFacts) -> bytes:
    """A PDF: what this is, how to check it, what is in it and what is missing."""
    raise NotImplementedError


def statement_draft(facts: StatementFacts) -> str:
    """Plain text (LF): a draft for a person to check, complete and sign."""
    raise NotImplementedError


def statement_sheet(facts: StatementFacts) -> bytes:
    """The same draft as a PDF."""
    raise NotImplementedError
