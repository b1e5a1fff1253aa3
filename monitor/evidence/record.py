"""The record of one item: what was seen, where, by whom, when and how (NEU 8.2, Huntington 8.4).

It says what the platform answered, and of the machine that asked; nothing that a classifier or a person
thinks of it. What this program does not know is null, never guessed.

`schoolwatch-record-2` is what is written today. Version 1 had no `clock`, `api`, `counts` and `language`, and
less under `tool`; text, address and commitment stand in the same places, so that it is still checked.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import SplitResult, urlsplit

from connectors.interface import Envelope, Item
from monitor.evidence.canonical import CanonicalFrame, canonical_json, canonical_parts, sha256
from monitor.evidence.machine_clock import NOTICEABLE, UNKNOWN, MachineClock, offset_to_host

RECORD_SCHEMA = "schoolwatch-record-2"
METHOD = "official API"
NOT_FETCHED = "Media are never fetched by the program; no person has ruled out an indecent image."
_HTTPS = "https://"
_POSTED = ("posted_raw", "posted_utc", "posted_precision", "edited_utc")
_VERSION = re.compile(r"v?\d+(?:\.\d+)*")


@dataclass(frozen=True)
class PageRecorder:
    """Makes the records of one page's items. What they share is put together once."""

    school: str
    source: str
    account: str | None
    """The school's account with which the platform was asked."""
    seen_at: datetime
    """When the items were seen and committed to, UTC."""
    envelope: Envelope | None
    tool: Mapping[str, str | None]
    clock: MachineClock = UNKNOWN

    def record(self, item: Item, *, uid: str, raw_commit: str) -> bytes:
        """The bytes that an item's commitment is over.

        The platform's own object has a salt of its own, so that it can be erased without a trace while the
        record stands. Addresses of media are left to it, too.
        """
        whole, when, how = self._frames
        parts = {
            "item_id": canonical_json(uid),
            "where": canonical_json(_where(item, self.source)),
            "who": canonical_json(_who(item)),
            "what": canonical_json(_what(item)),
            "when": when.filled(canonical_parts(_posted(item))),
            "how": how.filled({"raw_commit": canonical_json(raw_commit), "raw_bytes": b"%d" % len(item.raw)}),
        }
        return whole.filled(parts)

    @cached_property
    def _frames(self) -> tuple[CanonicalFrame, CanonicalFrame, CanonicalFrame]:
        """What the records of a page share: of the whole, of `when` and of `how`."""
        whole = {"schema": RECORD_SCHEMA, "school": self.school, "tool": dict(self.tool)}
        return (
            CanonicalFrame(canonical_parts(whole), ("item_id", "where", "who", "what", "when", "how")),
            CanonicalFrame(canonical_parts(self.page_times), _POSTED),
            CanonicalFrame(canonical_parts(self.how), ("raw_commit", "raw_bytes")),
        )

    @cached_property
    def page_times(self) -> dict[str, Any]:
        return {
            "seen_utc": _utc(self.seen_at),
            "sealed_utc": _utc(self.seen_at),
            "fetched_utc": _utc(self.envelope.fetched_at) if self.envelope else None,
            "clock": clock_document(self.clock, self.envelope),
        }

    @cached_property
    def how(self) -> dict[str, Any]:
        """The request in short; its headers stand in the envelope, whose hash is given here."""
        if self.envelope is None:
            return {"method": METHOD, "account": self.account, "page_sha256": None}
        one = self.envelope
        return {
            "method": METHOD,
            "account": self.account,
            "api": api_of(one.url),
            "request": f"{one.method} {one.url}",
            "status": one.status,
            "redirects": [],  # none is ever followed
            "server_address": one.server_address,
            "through_proxy": one.through_proxy,
            "certificate_sha256": one.certificate_sha256,
            "page_sha256": one.body_sha256,
            "page_bytes": one.body_bytes,
            "envelope_sha256": sha256(envelope_document(one)),
        }


def _where(item: Item, source: str) -> dict[str, Any]:
    return {
        "platform": item.platform,
        "host": _host(item.url),
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


def _who(item: Item) -> dict[str, Any] | None:
    author = item.author
    if author is None:
        return None
    return {
        "native_id": author.native_id,
        "handle": author.handle,
        "display_name": author.display_name,
    }


def _what(item: Item) -> dict[str, Any]:
    return {
        "text": item.text,
        "language": item.language,
        "edited": True if item.edited_at else None,
        "context": item.context,
        "counts": dict(item.counts) or None,
        "media_not_fetched": [
            {"kind": media.kind, "alt_text": media.alt_text, "fetched": False, "reason": NOT_FETCHED}
            for media in item.media
        ],
    }


def _posted(item: Item) -> dict[str, Any]:
    return {
        "posted_raw": item.posted_at_raw,
        "posted_utc": _utc(item.posted_at),
        "posted_precision": _precision(item.posted_at),
        "edited_utc": _utc(item.edited_at),
    }


def _precision(moment: datetime | None) -> str | None:
    """To what a platform's time is given: a whole second may also be one whose fraction is nought."""
    if moment is None:
        return None
    return "fraction of a second" if moment.microsecond else "second"


def clock_document(clock: MachineClock, envelope: Envelope | None) -> dict[str, Any]:
    """Our clock at that moment, beside the platform's; `in_doubt` when either says that it is wrong."""
    date = date_header(envelope) if envelope else None
    offset = offset_to_host(envelope.fetched_at, date) if envelope else None
    return {
        **clock.document(),
        "http_date": date,
        "ahead_of_http_date_s": None if offset is None else round(offset.total_seconds()),
        "in_doubt": clock.synced is False or (offset is not None and abs(offset) > NOTICEABLE),
    }


def date_header(envelope: Envelope) -> str | None:
    """When the platform says that it answered, as it wrote it."""
    headers = envelope.response_headers.items()
    return next((value for name, value in headers if name.lower() == "date"), None)


def api_of(url: str) -> dict[str, str | None]:
    """The API that was asked: its host, and its version where the path begins with one (`/2/`, `/v25.0/`)."""
    parts = _split(url)
    first = parts.path.strip("/").partition("/")[0]
    return {"name": parts.hostname, "version": first if _VERSION.fullmatch(first) else None}


def _host(url: str) -> str | None:
    """The host that an address names. What follows the third stroke says nothing of it."""
    end = url.find("/", len(_HTTPS)) if url.startswith(_HTTPS) else -1
    return _host_in(url if end < 0 else url[:end])


@lru_cache(maxsize=256)
def _host_in(url: str) -> str | None:
    return _split(url).hostname


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:
        return urlsplit("")  # no address at all; it stands in the record as it was written


def envelope_document(envelope: Envelope) -> bytes:
    """How the page came to us, as canonical JSON."""
    return canonical_json({**asdict(envelope), "fetched_at": _utc(envelope.fetched_at)})


def _utc(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat(timespec="microseconds")
