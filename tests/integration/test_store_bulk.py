"""Rows inserted many at once: what is read back is what went in, on both databases."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from support.clock import SettableClock
from support.log_site import log_site

from monitor.site import Site
from monitor.store.bulk import insert_many
from monitor.store.models import Item, ItemState, Source

_SEEN = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
_TABLE = Item.metadata.tables["items"]


@pytest.fixture
def site(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[Site]:
    with log_site(tmp_path, database_url, clock) as made:
        yield made


def _row(site: Site, source_id: int, number: int, words: str | None) -> dict[str, object]:
    counts = {"likes": number} if number else None
    return {
        "school_id": site.school_id, "uid": f"{number:036}", "source_id": source_id, "platform": "x",
        "external_id": str(number), "version": "1", "watch": "mentions", "surface": "mention",
        "url": "https://x.com/%s/100%?a=%(b)s", "on_own_account": False, "school_is_author": number == 1,
        "text": words, "media": [{"kind": "photo"}] if number else [], "counts": counts,
        "posted_at": _SEEN - timedelta(hours=number) if number else None, "first_seen_at": _SEEN,
        "last_seen_at": _SEEN, "first_pass": False, "state": ItemState.WAITING,
    }  # fmt: skip


def test_words_of_a_comment_come_back_as_written(site: Site) -> None:
    """Harm: evidence that was changed on its way into the store."""
    words = ["plain", None, 'half \ud83d and NUL \0 and 100 % of \'"quotes"', ""]
    with site.database.write() as session:
        source = _source(site)
        session.add(source)
        session.flush()
        rows = [_row(site, source.id, number, text) for number, text in enumerate(words)]
        insert_many(session, _TABLE, rows)
    with site.database.read() as session:
        stored = session.scalars(select(Item).order_by(Item.external_id)).all()
        assert [{name: getattr(one, name) for name in rows[0]} for one in stored] == rows


def test_a_row_that_may_not_stand_stops_all_of_them(site: Site) -> None:
    """Harm: a page of which one half is stored, and the cursor behind it."""
    with pytest.raises(IntegrityError):
        _write_twice(site)
    with site.database.read() as session:
        assert session.scalars(select(Item)).all() == []


def _write_twice(site: Site) -> None:
    with site.database.write() as session:
        source = _source(site)
        session.add(source)
        session.flush()
        insert_many(session, _TABLE, [_row(site, source.id, 1, "a"), _row(site, source.id, 1, "b")])


def _source(site: Site) -> Source:
    return Source(school_id=site.school_id, name="bulk", platform="x", added_at=_SEEN, next_poll_at=_SEEN)
