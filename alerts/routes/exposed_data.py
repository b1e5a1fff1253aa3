"""A report of exposed personal data in XARF 4, the form that abuse desks read by program.

XARF has no type for harassment, hate or defamation: those go as plain mail. It is used for one thing only, a
pupil's or member of staff's data on a page; never for pictures, and no sample of the data is ever in it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

XARF_VERSION = "4.2.0"


@dataclass(frozen=True)
class ExposedData:
    """What the report says. `seen_at` is aware; `report_id` is ours, a UUID."""

    report_id: str
    seen_at: datetime
    url: str
    address: str
    """The IP address where the page was."""
    school: str
    contact: str
    """The school's mailbox, and its domain as the sender's."""
    meant: bool
    """Whether it was put there on purpose, as far as the words show; else a forum post."""


def exposed_data_report(data: ExposedData) -> dict[str, Any]:
    """Plain JSON. `sample_records` and evidence stay out: they would carry the data further."""
    party = {"org": data.school, "contact": data.contact, "domain": data.contact.rpartition("@")[2]}
    return {
        "xarf_version": XARF_VERSION,
        "report_id": data.report_id,
        "timestamp": data.seen_at.isoformat(),
        "reporter": party,
        "sender": party,
        "source_identifier": data.address,
        "category": "content",
        "type": "exposed_data",
        "url": data.url,
        "data_types": ["personal_information"],
        "exposure_method": "intentional_leak" if data.meant else "forum_post",
    }
