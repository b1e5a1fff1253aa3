"""An invented school's export, for the tests of writing and checking one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.export.contents import (
    Counts,
    CustodyRow,
    ExportContents,
    ExportedItem,
    FailureRow,
    SourceRow,
    TaskRow,
)
from alerts.export.week import IsoWeek
from config.words import Flag, Label, Lane, Rung, Severity, TaskState

SEEN = datetime(2026, 11, 17, 20, 15, tzinfo=UTC)
MADE = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)


def item(number: int, **changes: Any) -> ExportedItem:
    values: dict[str, Any] = {
        "item_id": f"0193-{number}",
        "reference": f"SW-2026-{number:04}",
        "platform": "x",
        "url": f"https://x.example/a/status/186000000000000{number:04}",
        "external_id": f"186000000000000{number:04}",
        "handle": "@a_parent",
        "posted_at": SEEN - timedelta(minutes=3),
        "seen_at": SEEN,
        "sealed_at": SEEN + timedelta(seconds=2),
        "categories": (Label.ABUSE, Flag.THREAT),
        "severity": Severity.HIGH,
        "lane": Lane.STANDARD,
        "files": {
            "record.json": b'{"text":"x"}\n',
            "raw.json": b'{"id":%d}' % number,
            "salt": bytes(range(32)),
        },
    }
    return ExportedItem(**(values | changes))


def contents(**changes: Any) -> ExportContents:
    reference_only = item(
        43, lane=Lane.INDECENT_IMAGE, files={}, withheld_reason="Possible indecent image: reference only"
    )
    values: dict[str, Any] = {
        "school_name": "Fernhill Primary & Nursery School",
        "week": IsoWeek(2026, 47),
        "lanes": tuple(Lane),
        "items": (item(41), item(42), reference_only),
        "tasks": (
            TaskRow(
                "T-1",
                "SW-2026-0041",
                Rung.HOST_REPORT,
                "host report",
                "senior_manager",
                TaskState.OPEN,
                None,
                SEEN,
                SEEN + timedelta(hours=24),
                None,
                True,
            ),
        ),
        "custody": (
            CustodyRow(SEEN, "0193-41", "sealed", "schoolwatch", "service", "first capture", "5b" * 32),
        ),
        "failures": (
            FailureRow(
                "x-mentions",
                datetime(2026, 11, 17, 3, 10, tzinfo=UTC),
                datetime(2026, 11, 17, 9, 40, tzinfo=UTC),
                "the platform did not answer",
            ),
        ),
        "sources": (
            SourceRow("x-mentions", "x", 140, SEEN),
            SourceRow("facebook-page", "facebook", 1383, SEEN),
        ),
        "counts": Counts(1523, 3, {Lane.STANDARD: 2, Lane.INDECENT_IMAGE: 1}),
        "tool": "schoolwatch 0.1.0",
        "contact": "office@fernhill.example",
    }
    return ExportContents(**(values | changes))
