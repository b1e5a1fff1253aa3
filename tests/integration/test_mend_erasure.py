"""Erasure at its limits: a great backlog, and the last quarter of an hour of the day."""

import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, func, insert, select
from support.clock import SettableClock
from support.monitor_bench import rows, school_with
from support.school import TestSchool

from monitor.daemon import service
from monitor.daemon.service import clear_leftovers
from monitor.evidence.folder import stored_uids
from monitor.pipeline.at_rest import retention
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.store.models import Holding, Item, ItemState, Source


def add_harmless(school: TestSchool, number: int) -> None:
    now = school.clock.now()
    with school.site.database.write() as session:
        source = session.scalars(select(Source)).one()
        row = {
            "school_id": source.school_id, "source_id": source.id, "platform": "x", "version": "1",
            "watch": "mentions", "surface": "mention", "url": "u", "on_own_account": False,
            "school_is_author": False, "text": "harmless", "media": [], "first_seen_at": now,
            "last_seen_at": now, "first_pass": True, "state": ItemState.HARMLESS,
        }  # fmt: skip
        new = [row | {"uid": str(uuid.uuid4()), "external_id": str(one)} for one in range(number)]
        session.execute(insert(Item), new)


def texts_left(school: TestSchool) -> int:
    with school.site.database.read() as session:
        query = select(func.count()).select_from(Item).where(Item.text.is_not(None))
        return session.scalar(query) or 0


def test_more_comments_than_a_statement_may_name_would_never_be_erased(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """PostgreSQL names at most 65,535 values at once: a month's backlog would be rolled back for ever."""
    with school_with(tmp_path, clock, database_url) as school:
        add_harmless(school, 2_100)
        named: list[int] = []

        def count(_connection: object, _cursor: object, _statement: str, given: object, *_: object) -> None:
            named.append(len(given) if isinstance(given, tuple | dict) else 0)

        event.listen(school.site.database.engine, "before_cursor_execute", count)
        clock.advance(timedelta(hours=25))
        erase_what_is_due(school.site)
        assert texts_left(school) == 0
        clock.advance(timedelta(days=30))
        erase_what_is_due(school.site)
        assert rows(school, Item) == []
        assert 500 <= max(named) < 2_000


def test_what_was_erased_before_a_fault_would_come_back(
    tmp_path: Path, clock: SettableClock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that is stopped again and again in a long erasure would never get to its end."""
    monkeypatch.setattr(retention, "BATCH", 10)
    real, batches = retention._drop_texts, []

    def fails_at_the_third(*given: object) -> None:
        batches.append(given)
        if len(batches) == 3:
            raise OSError("stopped")
        real(*given)  # type: ignore[arg-type]  # handed on as they came

    monkeypatch.setattr(retention, "_drop_texts", fails_at_the_third)
    with school_with(tmp_path, clock, database_url) as school:
        add_harmless(school, 25)
        clock.advance(timedelta(hours=25))
        with pytest.raises(OSError, match="stopped"):
            erase_what_is_due(school.site)
        assert texts_left(school) == 5
        erase_what_is_due(school.site)
        assert texts_left(school) == 0


def test_an_erasure_that_comes_late_once_would_break_the_promise_of_a_day(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """It runs every ten minutes; at 23 h 46 the one after next would be too late."""
    with school_with(tmp_path, clock, database_url) as school:
        school.x.mention("@fernhillprimary harmless words", "parent", clock.now())
        school.look()
        clock.advance(timedelta(hours=23, minutes=46))
        erase_what_is_due(school.site)
        assert texts_left(school) == 0
        assert rows_of_holding(school) == 0


def rows_of_holding(school: TestSchool) -> int:
    with school.site.database.read() as session:
        return session.scalar(select(func.count()).select_from(Holding)) or 0


def test_words_that_a_crash_left_in_the_evidence_folder_would_stay_there(
    tmp_path: Path, clock: SettableClock, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that died between sealing and settling, and found the comment harmless afterwards."""
    monkeypatch.setattr(service, "_TIDIED_AT_ONCE", 2)
    with school_with(tmp_path, clock, database_url) as school:
        for number in range(3):
            school.x.mention(f"@fernhillprimary harmless {number}", "parent", clock.now())
        school.x.mention("@fernhillprimary ABUSE words", "stranger", clock.now())
        school.look()
        sealed = stored_uids(school.site.evidence)
        for item in rows(school, Item):
            folder = school.site.evidence / "items" / item.uid[:2] / item.uid
            folder.mkdir(parents=True, exist_ok=True)
            if item.uid not in sealed:
                (folder / "raw.json").write_text("{}")
        clear_leftovers(school.site)
        assert stored_uids(school.site.evidence) == sealed
