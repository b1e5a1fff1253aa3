"""The sheets of an export that people read on paper: exhibits, a card of the words, the index, a statement.

Every PDF is A4, holds its own fonts, asks for nothing from a network and is the same bytes each time.
"""

from alerts.export.sheets.card import text_card
from alerts.export.sheets.exhibit import exhibit_sheet
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
from alerts.export.sheets.index import index_sheet
from alerts.export.sheets.statement import statement_draft, statement_sheet

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
