"""The record of one item: what was seen, where, by whom, when and how (NEU 8.2, Huntington 8.4).

It says what the platform answered and nothing that a classifier or a person thinks of it.
"""

import platform as machine
from dataclasses import asdict
from datetime import datetime
from typing import Any

from connectors.interface import Envelope, Item
from monitor import __version__
from monitor.evidence.canonical import canonical_json

RECORD_SCHEMA = "schoolwatch-record-1"


def item_record(
    item: Item,
    *,
    uid: str,
    school: str,
    source: str,
    seen_at: datetime,
    raw_commit: str,
    page_sha256: str | None,
) -> bytes:
    """The bytes that an item's commitment is over. `seen_at` is when it was seen and committed to, UTC.

    The platform's own object has a salt of its own, so that it can be erased without a trace while the
    record stands. Addresses of media are left to it, too.
    """
    return canonical_json(
        {
            "schema": RECORD_SCHEMA,
            "item_id": uid,
            "school": school,
            "where": _where(item, source),
            "who": asdict(item.author) if item.author else None,
            "what": {
                "text": item.text,
                "context": item.context,
                "media_not_fetched": [
                    {"kind": media.kind, "alt_text": media.alt_text} for media in item.media
                ],
            },
            "when": _when(item, seen_at),
            "how": {
                "raw_commit": raw_commit,
                "raw_bytes": len(item.raw),
                "page_sha256": page_sha256,
            },
            "tool": _tool(),
        }
    )


def _tool() -> dict[str, str]:
    return {"software": "schoolwatch", "version": __version__, "python": machine.python_version()}


def _where(item: Item, source: str) -> dict[str, Any]:
    return {
        "platform": item.platform,
        "external_id": item.external_id,
        "version": item.version,
        "parent_id": item.parent_id,
        "root_id": item.root_id,
        "surface": str(item.surface),
        "url": item.url,
        "source": source,
        "stream": str(item.stream.watch),
        "on_own_account": item.on_own_account,
        "school_is_author": item.school_is_author,
    }


def _when(item: Item, seen_at: datetime) -> dict[str, Any]:
    return {
        "posted_raw": item.posted_at_raw,
        "posted_utc": _utc(item.posted_at),
        "edited_utc": _utc(item.edited_at),
        "seen_utc": _utc(seen_at),
        "sealed_utc": _utc(seen_at),
    }


def envelope_document(envelope: Envelope) -> bytes:
    """How the page came to us, as canonical JSON."""
    return canonical_json({**asdict(envelope), "fetched_at": _utc(envelope.fetched_at)})


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds")
