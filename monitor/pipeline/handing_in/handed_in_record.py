"""The record of what was handed in: the same places as that of a fetched item, filled by a person's word.

Whoever is given an export is given the record, a host as well; so it names neither the person who handed it
in nor the files as they called them. Custody and capture.json do.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from alerts.clocks import LONDON
from config.words import Surface
from monitor.evidence.canonical import canonical_json
from monitor.evidence.captures import CAPTURE_SCHEMA, RECORD
from monitor.evidence.machine import tool
from monitor.evidence.record import RECORD_SCHEMA, clock_document
from monitor.pipeline.handing_in.handed_in_files import HandedFile
from monitor.pipeline.handing_in.handing import Handing
from monitor.site import Site
from monitor.store.models import HANDED_IN, Item

METHOD = "handed in by a person"
RAW_SCHEMA = "schoolwatch-handed-in-1"


def raw_document(item: Item, handing: Handing, files: Sequence[HandedFile]) -> bytes:
    """Stands where a platform's own object stands: what was handed in, with the hash of every file."""
    return canonical_json({"schema": RAW_SCHEMA, "item_id": item.uid, **_handed(handing, files)})


def record_document(
    site: Site, item: Item, handing: Handing, files: Sequence[HandedFile], *, raw_commit: str, raw_bytes: int
) -> bytes:  # fmt: skip
    """What the item's leaf commits to. In the indecent-image lane it is all that stands (QC 2.7.1)."""
    author = {"native_id": None, "handle": item.author_handle, "display_name": None}
    return canonical_json(
        {
            "schema": RECORD_SCHEMA,
            "school": site.school_name,
            "tool": dict(tool(site.settings)),
            "item_id": item.uid,
            "where": _where(item, handing),
            "who": author if item.author_handle else None,
            "what": {
                "text": item.text,
                "language": None,
                "edited": None,
                "context": None,
                "counts": None,
                "media_not_fetched": [],
                "handed_in": _handed(handing, files),
            },
            "when": _when(site, item, handing),
            "how": {
                "method": METHOD,
                "account": None,
                "page_sha256": None,
                "raw_commit": raw_commit,
                "raw_bytes": raw_bytes,
            },
        }
    )


def capture_document(
    site: Site, item: Item, handing: Handing, files: Sequence[HandedFile]
) -> dict[str, bytes]:
    """capture.json beside the files: who handed them in, and how each was called."""
    said = {
        "schema": CAPTURE_SCHEMA,
        "item_id": item.uid,
        "capture": 1,
        "wanted": ["handed_in"],
        "school": site.school_name,
        "asked_by": handing.by.strip(),
        "reason": METHOD,
        "asked_utc": _utc(item.first_seen_at),
        "ended_utc": _utc(site.now()),
        "page": None,
        "media": _named(files),
        "missed": [],
        "dialled": {},
        "tool": dict(tool(site.settings)),
    }
    return {RECORD: canonical_json(said)}


def _where(item: Item, handing: Handing) -> dict[str, Any]:
    return {
        "platform": item.platform,
        "host": urlsplit(item.url).hostname if handing.is_address else None,
        "external_id": item.external_id,
        "version": item.version,
        "parent_id": None,
        "root_id": None,
        "surface": str(Surface.MANUAL),
        "url": item.url,
        "source": HANDED_IN,
        "stream": HANDED_IN,
        "on_own_account": False,
        "school_is_author": False,
    }


def _handed(handing: Handing, files: Sequence[HandedFile]) -> dict[str, Any]:
    return {
        "kind": str(handing.kind),
        "concerns": [str(one) for one in handing.concerns],
        "channel": str(handing.channel),
        "affected_role": str(handing.affected_role),
        "author_role": str(handing.author_role),
        "files": [
            {"file": file.stored_as(number), **file.described()} for number, file in enumerate(files, 1)
        ],
    }


def _named(files: Sequence[HandedFile]) -> list[dict[str, Any]]:
    return [
        {"file": file.stored_as(number), "called": file.name, **file.described()}
        for number, file in enumerate(files, 1)
    ]


def _when(site: Site, item: Item, handing: Handing) -> dict[str, Any]:
    """Seen by the person, and taken here: two times, both shown (Huntington 8.4)."""
    captured = handing.captured_at
    return {
        "captured_utc": _utc(captured),
        "captured_local": captured.astimezone(LONDON).isoformat() if captured else None,
        "seen_utc": _utc(item.first_seen_at),
        "sealed_utc": _utc(site.now()),
        "fetched_utc": None,
        "clock": clock_document(site.kernel_clock(), None),
        "posted_raw": item.posted_at_raw,
        "posted_utc": None,
        "posted_precision": None,
        "edited_utc": None,
    }


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds")
