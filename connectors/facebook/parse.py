"""Graph's posts and comments as Items: ids as strings, words untouched, pictures as pointers only."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from config.words import Surface
from connectors.interface import Author, Item, Media, Stream
from connectors.times import parse_time

PLATFORM = "facebook"

ATTACHMENT_FIELDS = "media_type,type,url,title,description,media"
POST_FIELDS = (
    "id", "message", "created_time", "from", "permalink_url", "parent_id", "is_hidden", "shares",
    f"attachments{{{ATTACHMENT_FIELDS},subattachments}}",
)  # fmt: skip
COMMENT_FIELDS = (
    "id", "message", "created_time", "from", "permalink_url", "parent{id}", "object{id}", "is_hidden",
    "like_count", "comment_count",
    f"attachment{{{ATTACHMENT_FIELDS}}}",
)  # fmt: skip


class Unreadable(ValueError):
    """An entry without an id or a time: not a post or comment as Graph describes it."""


def post_item(row: object, stream: Stream, page_id: str, surface: Surface) -> Item:
    """A post of the page, by a visitor on it, or one that tags it."""
    entry = _entry(row)
    return Item(
        **_common(entry, stream, page_id, surface),
        parent_id=_text_or_none(entry.get("parent_id")),
        on_own_account=entry["id"].startswith(f"{page_id}_"),
        media=tuple(_post_media(entry)),
    )


def comment_item(
    row: object, stream: Stream, page_id: str, *, post_id: str | None, context: str | None
) -> Item:
    """A comment, or a reply to one, on a post of the page."""
    entry = _entry(row)
    parent = _mapping(entry.get("parent")).get("id")
    return Item(
        **_common(entry, stream, page_id, Surface.COMMENT_ON_OWN_POST),
        parent_id=_text_or_none(parent) or post_id,
        root_id=post_id or _text_or_none(_mapping(entry.get("object")).get("id")),
        context=context,
        on_own_account=True,
        media=tuple(_attachment(entry.get("attachment"))),
    )


def version_of(text: str) -> str:
    """Graph has no id for a wording and no time of an edit: the words name their version."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The entry as canonical JSON. Half a surrogate pair has no UTF-8; then all is written in ASCII."""
    try:
        return _dump(entry, ascii_only=False).encode()
    except UnicodeEncodeError:
        return _dump(entry, ascii_only=True).encode()


def _dump(entry: Mapping[str, Any], *, ascii_only: bool) -> str:
    return json.dumps(entry, ensure_ascii=ascii_only, sort_keys=True, separators=(",", ":"))


def _entry(row: object) -> Mapping[str, Any]:
    entry = _mapping(row)
    if not isinstance(entry.get("id"), str) or not entry["id"]:
        raise Unreadable("an entry of the answer has no id")
    if not isinstance(entry.get("created_time"), str):
        raise Unreadable(f"entry {entry['id']} of the answer has no created_time")
    return entry


def _common(entry: Mapping[str, Any], stream: Stream, page_id: str, surface: Surface) -> dict[str, Any]:
    text = _text_or_none(entry.get("message")) or ""
    author = _author(entry.get("from"))
    return {
        "platform": PLATFORM,
        "external_id": entry["id"],
        "version": version_of(text),
        "stream": stream,
        "surface": surface,
        "text": text,
        "url": _text_or_none(entry.get("permalink_url")) or f"https://www.facebook.com/{entry['id']}",
        "posted_at": parse_time(entry["created_time"]),
        "posted_at_raw": entry["created_time"],
        "raw": canonical(entry),
        "author": author,
        "school_is_author": author is not None and author.native_id == page_id,
        "counts": _counts(entry),
    }


def _counts(entry: Mapping[str, Any]) -> dict[str, int]:
    """How far it reached; Graph leaves `shares` out while there are none."""
    told = {
        "likes": entry.get("like_count"),
        "replies": entry.get("comment_count"),
        "shares": _mapping(entry.get("shares")).get("count"),
    }
    return {name: count for name, count in told.items() if type(count) is int}


def _author(value: object) -> Author | None:
    """`from`, which Graph leaves out where it may not tell; then nobody is guessed."""
    writer = _mapping(value)
    native_id = _text_or_none(writer.get("id"))
    name = _text_or_none(writer.get("name"))
    return Author(native_id=native_id, display_name=name) if native_id or name else None


def _post_media(entry: Mapping[str, Any]) -> Iterator[Media]:
    for attachment in _rows(entry.get("attachments")):
        parts = _rows(_mapping(attachment).get("subattachments"))
        for one in parts or [attachment]:
            yield from _attachment(one)


def media_in(raw: bytes) -> tuple[Media, ...]:
    """The media that a post's or comment's own object names."""
    entry = _mapping(json.loads(raw))
    return (*_post_media(entry), *_attachment(entry.get("attachment")))


def links_in(raw: bytes) -> tuple[str, ...]:
    """Where the attachments of a post or comment lead."""
    entry = _mapping(json.loads(raw))
    attachments = [*_rows(entry.get("attachments")), entry.get("attachment")]
    urls = (_text_or_none(_mapping(one).get("url")) for one in attachments)
    return tuple(url for url in urls if url)


def _attachment(value: object) -> Iterator[Media]:
    attachment = _mapping(value)
    if not attachment:
        return
    picture = _text_or_none(_mapping(_mapping(attachment.get("media")).get("image")).get("src"))
    kind = _text_or_none(attachment.get("media_type")) or _text_or_none(attachment.get("type")) or "unknown"
    yield Media(
        kind=kind,
        url=picture or _text_or_none(attachment.get("url")),
        alt_text=_text_or_none(attachment.get("description")) or _text_or_none(attachment.get("title")),
    )


def _rows(value: object) -> list[Any]:
    data = _mapping(value).get("data")
    return data if isinstance(data, list) else []


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
