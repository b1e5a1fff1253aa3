"""An invented school's exhibits, for the tests of the sheets."""

import hashlib
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.export.sheets import (
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

SCHOOL = "Fernhill Primary & Nursery School"
SEEN = datetime(2026, 11, 17, 20, 15, 3, tzinfo=UTC)
MADE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ITEM = "01939f2a-7c11-7d33-9a55-2f0c6a8e1b42"
TOOL = "schoolwatch 0.1.0"


def digest(of: str) -> str:
    return hashlib.sha256(of.encode()).hexdigest()


def log_place(**changes: Any) -> LogPlace:
    values: dict[str, Any] = {
        "origin": "fernhill.example/evidence-log",
        "size": 18_204,
        "index": 17_950,
        "root_base64": "tI2CKJKLf4rFPJ8h6mXhN0ccpLFSXMxhXQMUhMZWLzU=",
        "fingerprint": " ".join(digest("key")[at : at + 4] for at in range(0, 64, 4)),
        "stamps": (
            Stamp("first-authority", MADE + timedelta(seconds=4)),
            Stamp("second-authority", MADE + timedelta(seconds=9)),
        ),
    }
    return LogPlace(**(values | changes))


def steps() -> tuple[Step, ...]:
    return (
        Step(SEEN, "captured", "schoolwatch", digest("raw")),
        Step(SEEN + timedelta(seconds=2), "sealed", "schoolwatch", digest("record")),
        Step(SEEN + timedelta(hours=13), "viewed: to decide on a report to the host", "A. Manager"),
        Step(MADE, "exported to police, reference EXP-2026-W47", "A. Manager", digest("manifest")),
    )


def exhibit(**changes: Any) -> Exhibit:
    values: dict[str, Any] = {
        "exhibit_ref": "AM/1",
        "reference": "SW-2026-0041",
        "item_id": ITEM,
        "school": SCHOOL,
        "platform": "facebook",
        "url": "https://facebook.example/fernhillprimary/posts/1860000000041?comment_id=99",
        "external_id": "1860000000041_99",
        "handle": "@a_parent",
        "display_name": "A Parent",
        "text": "That Mr Ashgrove is a liar and everyone at the gate knows it. Somebody should wait for him.",
        "posted_raw": "2026-11-17T20:12:41+0000",
        "posted_at": SEEN - timedelta(seconds=142),
        "seen_at": SEEN,
        "sealed_at": SEEN + timedelta(seconds=2),
        "context": "Our Year 4 class went to the museum today. Thank you to everyone who helped!",
        "edited": False,
        "continuity": steps(),
        "hashes": tuple(
            FileHash(name, digest(name))
            for name in (
                "context.json",
                "envelope.json",
                "raw.json",
                "raw.warc.gz",
                "record.json",
                "seal.json",
            )
        ),
        "log": log_place(),
        "tool": TOOL,
    }
    return Exhibit(**(values | changes))


def row(number: int, **changes: Any) -> IndexRow:
    values: dict[str, Any] = {
        "exhibit_ref": f"AM/{number}",
        "reference": f"SW-2026-{number:04}",
        "item_id": f"01939f2a-7c11-7d33-9a55-{number:012x}",
        "platform": "x",
        "handle": f"@reader_{number}",
        "seen_at": SEEN + timedelta(minutes=number),
        "words": "That Mr Ashgrove is a liar and everyone at the gate knows it.",
        "file": f"data/exhibits/AM-{number}.pdf",
    }
    return IndexRow(**(values | changes))


def gap() -> Missing:
    start = datetime(2026, 11, 17, 3, 10, tzinfo=UTC)
    return Missing("x-mentions", start, start + timedelta(hours=6, minutes=30), "the platform did not answer")


def index(**changes: Any) -> IndexFacts:
    withheld = row(3, words="", file="", withheld_reason="Possible indecent image: reference only.")
    mail = Witness(
        "<SW-2026-0041.alert@fernhill.example>", MADE - timedelta(days=3), "senior manager", 17_990
    )
    values: dict[str, Any] = {
        "export_id": "EXP-2026-W47",
        "school": SCHOOL,
        "contact": "A. Manager, senior manager\nmanager@fernhill.example\n01632 960 001",
        "about": "week 2026-W47",
        "profile": "police",
        "start": datetime(2026, 11, 16, tzinfo=UTC),
        "end": datetime(2026, 11, 23, tzinfo=UTC),
        "as_of": MADE,
        "tool": TOOL,
        "exhibits": (row(1), row(2), withheld),
        "log": log_place(index=None),
        "failures": (gap(), Missing("facebook-page", MADE - timedelta(hours=7), None, "the token had ended")),
        "unread": ("x-search",),
        "counted_only": 2,
        "indecent": True,
        "witnesses": (mail,),
    }
    return IndexFacts(**(values | changes))


def statement(**changes: Any) -> StatementFacts:
    values: dict[str, Any] = {
        "school": SCHOOL,
        "exhibits": index().exhibits,
        "log": log_place(index=None),
        "tool": TOOL,
        "as_of": MADE,
        "export_id": "EXP-2026-W47",
        "failures": index().failures,
        "unread": ("x-search",),
    }
    return StatementFacts(**(values | changes))
