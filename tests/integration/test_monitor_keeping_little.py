"""Erasure in time: harmless words and authors go, evidence and leaves stay, and `verify` stays clean."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, update
from support.clock import SettableClock
from support.monitor_bench import rows, school_with
from support.school import TestSchool

from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.reading.accounts import connect
from monitor.pipeline.reading.poll import poll_source
from monitor.store.models import (
    Envelope,
    EvidenceItem,
    Holding,
    Item,
    ItemState,
    Judgement,
    Leaf,
)

WORDS = "harmless-words-to-be-erased"
AUTHOR = "authorwhogoes"
FOUND = "ABUSE words that stay as evidence"


def faults(school: TestSchool) -> tuple[object, ...]:
    return verify_store(school.site.database, school.site.evidence, school.site.school_id).faults


def bytes_of_database(school: TestSchool) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(school.folder.glob("schoolwatch.db*")))


def fetch_without_judging(school: TestSchool) -> None:
    connector = connect(school.site, school.site.source_settings("x"))
    poll_source(school.site, "x", connector, "test")
    connector.close()


def test_harmless_words_go_in_a_day_and_rows_in_a_month(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """Keeping what parents write about nothing would be a register of them that nobody agreed to."""
    with school_with(tmp_path, clock, database_url) as school:
        school.x.mention(f"@fernhillprimary {WORDS}", AUTHOR, clock.now())
        school.x.mention(f"@fernhillprimary {FOUND}", "stranger", clock.now())
        school.x.mention("@fernhillprimary", "picture", clock.now(), image=True)
        school.look()
        leaves = [(leaf.seq, leaf.body) for leaf in rows(school, Leaf)]
        clock.advance(timedelta(hours=23, minutes=44))
        erase_what_is_due(school.site)
        assert {item.text_dropped_at for item in rows(school, Item)} == {None}, "a day is told, no less"

        clock.advance(timedelta(minutes=2))
        fetch_without_judging(school)
        late = school.x.mention("@fernhillprimary waits", "later", clock.now())
        fetch_without_judging(school)
        clock.advance(timedelta(hours=30))
        erase_what_is_due(school.site)
        by_state = {item.state: item for item in rows(school, Item)}
        gone = by_state[ItemState.HARMLESS]
        kept = (gone.text, gone.context, gone.author_id, gone.author_handle, gone.author_name, gone.media)
        assert kept == (None, None, None, None, None, [])
        assert AUTHOR not in gone.url, "the address names its author"
        assert by_state[ItemState.SEALED].text == f"@fernhillprimary {FOUND}"
        waiting = by_state[ItemState.WAITING]
        assert (waiting.external_id, waiting.text) == (late, "@fernhillprimary waits"), "not judged yet"
        with school.site.database.read() as session:
            assert session.scalars(select(Holding.item_id)).all() == [waiting.id]
        assert len(rows(school, Envelope)) == 1, "only what is still held keeps its envelope"
        assert faults(school) == ()
        if school.site.database.is_sqlite:
            left = bytes_of_database(school)
            assert WORDS.encode() not in left
            assert AUTHOR.encode() not in left
            assert b"waits" in left, "the search itself would see what is there"

        school.look()
        clock.advance(timedelta(days=31))
        erase_what_is_due(school.site)
        (item,) = rows(school, Item)
        assert item.state == ItemState.SEALED
        assert [judgement.item_id for judgement in rows(school, Judgement)] == [item.id]
        assert rows(school, Envelope) == []
        assert len(rows(school, EvidenceItem)) == 1
        assert [(leaf.seq, leaf.body) for leaf in rows(school, Leaf)][: len(leaves)] == leaves
        assert faults(school) == ()


def test_erasing_twice_or_with_nothing_due_changes_nothing(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """An erasure that is taken up again after a crash must not take more than is due."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        school.x.mention(f"@fernhillprimary {WORDS}", AUTHOR, clock.now())
        school.look()
        erase_what_is_due(school.site)
        assert rows(school, Item)[0].text is not None
        clock.advance(timedelta(hours=25))
        erase_what_is_due(school.site)
        dropped = rows(school, Item)[0].text_dropped_at
        clock.advance(timedelta(hours=1))
        erase_what_is_due(school.site)
        assert rows(school, Item)[0].text_dropped_at == dropped


def test_a_comment_seen_again_after_its_erasure_stays_erased(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """A platform that lists it once more would fill in again what was erased, and mail it again."""
    with school_with(tmp_path, clock, sqlite_database, names=["facebook"]) as school:
        post = school.facebook.own_post("News", clock.now())
        school.facebook.comment(post, WORDS, AUTHOR, clock.now())
        school.look()
        clock.advance(timedelta(hours=25))
        erase_what_is_due(school.site)
        school.look()
        texts = [item.text for item in rows(school, Item)]
        assert texts == [None, None]
        assert faults(school) == ()


def test_the_pupils_a_harmless_comment_spoke_of_are_forgotten_with_it(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """Ids of children beside an address would outlive the words that they stood in."""
    with school_with(tmp_path, clock, sqlite_database) as school:
        school.x.mention(f"@fernhillprimary {WORDS}", AUTHOR, clock.now())
        school.look()
        with school.site.database.write() as session:
            session.execute(update(Judgement).values(pupils=["P0001"], staff=["S1"], reasons=[{"why": "x"}]))
        clock.advance(timedelta(hours=25))
        erase_what_is_due(school.site)
        (judgement,) = rows(school, Judgement)
        assert (judgement.pupils, judgement.staff, judgement.reasons) == ([], [], [])
        with school.site.database.read() as session:
            assert session.scalar(select(func.count()).select_from(Judgement)) == 1
