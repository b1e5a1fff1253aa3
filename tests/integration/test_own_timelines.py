"""Own timelines read again: nothing found twice, nothing lost when it breaks off, and sealed like anything."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from support.consents import AISHA, EVERYBODY, SOURCE, Desk, consent, desk_at
from support.school import PlainJudge

from classifiers.interface import Register
from classifiers.judge import load_judge
from connectors.loopback import Fault
from monitor.evidence.verify import verify_store
from monitor.passes import read_source
from monitor.pipeline.at_rest.erasing import Request, erase_on_request
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.judgement.own_judgement import judge_of_own_words
from monitor.pipeline.own_pages.own_posts import TimelineRead
from monitor.pipeline.own_pages.withdrawals import Withdrawal, search, search_due, withdraw
from monitor.pipeline.reading.sweep import sweep
from monitor.store.models import ConsentSearch, Incident, Item, OwnPostFinding, StreamCursor


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "school", timeline=True) as opened:
        yield opened


@pytest.fixture
def anywhere(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk_at(tmp_path / "school", timeline=True, database=database_url) as opened:
        yield opened


def withdraw_of(desk: Desk, pupil: str = "P1") -> int:
    return withdraw(desk.site, Withdrawal(pupil, "letter", "office")).search_id


def test_a_post_that_polling_found_harmless_would_not_be_found_again(anywhere: Desk) -> None:
    """Its words are dropped within a day; what the withdrawal finds is sealed whole, once."""
    desk = anywhere
    desk.consents(consent("P1", "x"))
    desk.check("Our new pond has three frogs", pupils=["P1"], publishing=True)
    desk.posts("Our new pond has three frogs", date(2026, 11, 13))
    read_source(desk.site, SOURCE)
    desk.judge()
    desk.wait(hours=25)
    erase_what_is_due(desk.site)
    assert [item.text for item in desk.rows(Item)] == [None]
    (read,) = search(desk.site, withdraw_of(desk))
    assert len(read.raised) == 1
    desk.judge()
    (incident,) = desk.incidents
    assert [item.text.split(" https")[0] for item in desk.rows(Item)] == ["Our new pond has three frogs"]
    assert not verify_store(desk.site.database, desk.site.evidence, desk.site.school_id).faults
    (again,) = search_again(desk)
    assert (again.raised, [reference for _, reference in again.known]) == ([], [incident.reference])
    assert len(desk.findings) == 1


def search_again(desk: Desk) -> list[TimelineRead]:
    with desk.site.database.write() as session:
        row = session.scalars(select(ConsentSearch)).one()
        row.sources_left = [SOURCE]
        search_id = row.id
    return search(desk.site, search_id)


def test_a_search_that_the_platform_breaks_off_would_miss_the_older_half(desk: Desk) -> None:
    """It goes on where it stopped, by itself, and is done only when every source was read to its end."""
    assert desk.x is not None
    desk.x.page_size = 2
    for day in range(1, 7):
        desk.posts(f"Number {day}: Aisha Khan", date(2026, 10, day), image=False)
    desk.x.misbehave(Fault.SERVER_ERROR, times=1)
    (broken,) = search(desk.site, withdraw_of(desk))
    assert (broken.finished, bool(broken.problem)) == (False, True)
    search_due(desk.site)
    assert [row.state for row in desk.rows(ConsentSearch)] == ["open"], "it rests a while first"
    desk.wait(minutes=16)
    search_due(desk.site)
    assert [row.state for row in desk.rows(ConsentSearch)] == ["done"]
    assert len(desk.findings) == 6
    assert not [row for row in desk.rows(StreamCursor) if row.key.startswith("withdrawal")]


def test_an_account_that_was_given_up_would_stop_the_search_for_ever(desk: Desk) -> None:
    search_id = withdraw_of(desk)
    with desk.site.database.write() as session:
        session.get_one(ConsentSearch, search_id).sources_left = ["an old account", SOURCE]
    (read,) = search(desk.site, search_id)
    assert read.source == SOURCE
    assert [row.state for row in desk.rows(ConsentSearch)] == ["done"]


def test_a_sweep_since_a_day_would_read_older_posts_too(desk: Desk) -> None:
    desk.posts("Aisha Khan then", date(2019, 6, 3))
    desk.posts("Aisha Khan now", date(2026, 10, 1))
    report = sweep(desk.site, SOURCE, since=datetime(2026, 1, 1, tzinfo=UTC))
    assert [one.posted_at.year for one in report.found if one.posted_at] == [2026]
    assert report.finished


def test_a_leavers_lawful_pictures_would_be_raised_as_breaches(desk: Desk) -> None:
    """The sweep lists them; whether they come down is the school's own decision (Huntington 4.1)."""
    desk.consents(consent("P1", "x", end="2026-11-10"))
    desk.check("A picnic on the very last day", pupils=["P1"], publishing=True)
    desk.posts("A picnic on the very last day", date(2026, 11, 9))
    (found,) = sweep(desk.site, SOURCE).found
    assert (found.kinds, found.became) == (("consent_ended",), "listed")
    desk.judge()
    assert desk.incidents == []


def test_a_withdrawal_that_only_stands_in_the_pupils_list_would_find_nothing(desk: Desk) -> None:
    """The office notes it in its own system; the next list brings it in, and the sweep finds the posts."""
    desk.pupils(replace(AISHA, photo_consent=("social",)))
    desk.check("A picnic on the very last day", pupils=["P1"], publishing=True)
    desk.posts("A picnic on the very last day", date(2026, 11, 9))
    desk.pupils(replace(AISHA, photo_consent=("social",), consent_withdrawn_on="2026-11-12"))
    (found,) = sweep(desk.site, SOURCE).found
    assert (found.kinds, found.became) == (("withdrawn",), "raised")
    desk.judge()
    assert ["consent_withdrawn" in incident.categories for incident in desk.incidents] == [True]


def test_a_sweep_of_years_would_send_a_mail_for_each_post(desk: Desk) -> None:
    """What is found is told in one digest, as on the first look at an old page."""
    for day in range(1, 5):
        desk.posts(f"PUPIL number {day}: Aisha Khan", date(2019, 6, day))
    sweep(desk.site, SOURCE)
    desk.judge()
    assert [incident.first_pass for incident in desk.incidents] == [True] * 4
    assert [incident.told_at for incident in desk.incidents] == [None] * 4


def test_who_was_found_would_outlast_the_incident(desk: Desk) -> None:
    desk.posts("Aisha Khan with the cup", date(2026, 10, 1))
    search(desk.site, withdraw_of(desk))
    desk.judge()
    (item,) = desk.rows(Item)
    with desk.site.database.write() as session:
        incident = session.scalars(select(Incident)).one()
        incident.state = "closed"
        incident.closed_at = desk.clock.now()
    erase_on_request(desk.site, item.uid, Request("asked for", "A. Manager", "B. Head"))
    assert desk.rows(OwnPostFinding) == []


def test_a_name_in_an_alternative_text_or_in_our_own_answer_would_pass(desk: Desk) -> None:
    judge = load_judge(Register(school_name="Fernhill Primary", pupils=EVERYBODY))
    assert desk.x is not None
    post = desk.posts("What a day", date(2026, 11, 14))
    answer = desk.x.own_post("Thank you Aisha, you were great", datetime(2026, 11, 14, 13, tzinfo=UTC))
    read_source(desk.site, SOURCE)
    with desk.site.database.write() as session:
        items = {item.external_id: item for item in session.scalars(select(Item))}
        items[post].media = [{"kind": "photo", "alt_text": "Zofia holds the cup"}]
        items[answer].root_id = post
    desk.judge(judge)
    assert {incident.lane for incident in desk.incidents} == {"own_breach"}
    assert len(desk.incidents) == 2


def test_others_words_would_be_judged_by_our_rules(desk: Desk) -> None:
    plain = PlainJudge()
    with desk.site.database.read() as session:
        assert judge_of_own_words(session, plain, []) is plain
