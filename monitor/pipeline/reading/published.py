"""Which pupils are on record as shown in which own post, and how a post is known again on its timeline."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.clocks import LONDON
from connectors.interface import Item as FetchedItem
from monitor.site import Site
from monitor.store.models import PostCheck

_SHORTEST_KNOWN_AGAIN = 12
"""Characters of a draft below which the same words may be any post's."""
_LINKS = re.compile(r"https?://\S+")


@dataclass(frozen=True)
class Published:
    """Who was said to be shown in which post, from the checks before publishing."""

    by_url: Mapping[str, frozenset[str]]
    by_words: Mapping[str, frozenset[str]]
    token_key: bytes = field(repr=False)

    def shown_in(self, item: FetchedItem) -> frozenset[str]:
        """Ids of the pupils; empty where no check of this post is on record."""
        by_words = self.by_words.get(words_mark(self.token_key, item.text) or "", frozenset())
        return self.by_url.get(item.url, frozenset()) | by_words


def published(session: Session, site: Site) -> Published:
    by_url: dict[str, frozenset[str]] = {}
    by_words: dict[str, frozenset[str]] = {}
    for row in session.scalars(select(PostCheck).filter_by(school_id=site.school_id, publishing=True)):
        shown = frozenset(row.pupils)
        if row.url:
            by_url[row.url] = by_url.get(row.url, frozenset()) | shown
        if row.words_mark:
            by_words[row.words_mark] = by_words.get(row.words_mark, frozenset()) | shown
    return Published(by_url, by_words, site.token_key)


def words_mark(token_key: bytes, text: str) -> str | None:
    """A keyed hash by which a published draft is known again; None where it has too few words.

    Platforms add links of their own, so links do not count.
    """
    words = " ".join(_LINKS.sub(" ", text).casefold().split())
    if len(words) < _SHORTEST_KNOWN_AGAIN:
        return None
    return hmac.digest(token_key, b"own post\0" + words.encode("utf-8", "surrogatepass"), "sha256").hex()


def medium_of_item(item: FetchedItem) -> str:
    """Image or video, by what the platform says; nothing is fetched to find out."""
    kinds = " ".join(one.kind for one in item.media).casefold()
    return "video" if "video" in kinds or "gif" in kinds else "image"


def day_of(item: FetchedItem, now: datetime) -> str:
    """The day in London on which it was posted; today where the platform does not say."""
    return (item.posted_at or now).astimezone(LONDON).date().isoformat()
