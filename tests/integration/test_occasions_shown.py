"""Occasions out of real incidents: whom they name, what they leave out, who counts the looks at them."""

from collections.abc import Collection, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.monitor_bench import NamingJudge, mails, rows, settle
from support.school import TestSchool, running_school

from alerts.ladder.words import Step
from alerts.occasions import VIEWED_OFTEN, Occasion
from config.words import Lane, Outcome
from monitor.pipeline.at_rest.clear_words import blank_incident, blank_item, incident_words
from monitor.pipeline.incidents.occasions import (
    NoReview,
    all_occasions,
    forget,
    note_views,
    occasions_of,
    review_views,
)
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.store.models import AuthorReview, AuthorView, Incident, ItemMark, MarkKind, Ruling

DAY = timedelta(days=1)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database, names=("x",), judge=NamingJudge()) as running:
        running.first_look()
        yield running


def say(school: TestSchool, words: str, author: str = "first", later: timedelta = DAY) -> str:
    school.clock.advance(later)
    external_id = school.x.mention(f"@fernhillprimary {words}", author, school.clock.now())
    school.look()
    return external_id


def of(school: TestSchool, number: int = 0, *, lanes: Collection[Lane] = tuple(Lane)) -> tuple[Occasion, ...]:
    with school.site.database.read() as session:
        incident = session.scalars(select(Incident).order_by(Incident.id)).all()[number]
        return occasions_of(session, school.site, incident, lanes=lanes)


def test_a_course_of_conduct_would_lie_scattered_over_incidents(school: TestSchool) -> None:
    for number in range(3):
        say(school, f"ABUSE number {number} of #S1 in many words")
    found = of(school)
    assert [one.references for one in found] == [
        ("SW-2026-0001",),
        ("SW-2026-0002",),
        ("SW-2026-0003",),
    ]
    assert {(one.shown_as, one.person) for one in found} == {("x: @first", "S1")}
    assert found == of(school, 2)


def test_other_accounts_other_people_and_the_school_would_be_mixed_in(school: TestSchool) -> None:
    say(school, "ABUSE number one of #S1 in many words")
    say(school, "ABUSE number two of #S2 in many words")
    say(school, "ABUSE number three of #S1 in many words", author="second")
    say(school, "ABUSE of the whole school in many words")
    say(school, "ABUSE of the whole school again, more words")
    assert of(school) == ()
    with school.site.database.read() as session:
        assert all_occasions(session, school.site) == ()


def test_words_found_to_be_fair_would_count_against_their_author(school: TestSchool) -> None:
    say(school, "ABUSE number one of #S1 in many words")
    say(school, "ABUSE number two of #S1 in many words")
    settle(school, Step.TRIAGE, outcome=Outcome.UNFOUNDED)
    assert of(school) == ()


def test_an_edit_would_make_a_second_occasion_of_one_post(school: TestSchool) -> None:
    external_id = say(school, "ABUSE number one of #S1 in many words")
    school.clock.advance(DAY)
    school.x.edit(external_id, "@fernhillprimary ABUSE of #S1 in other words", school.clock.now())
    school.look()
    assert of(school) == ()


def test_a_reader_would_learn_of_matters_in_lanes_that_are_closed_to_them(school: TestSchool) -> None:
    say(school, "ABUSE number one of #S1 in many words")
    say(school, "ABUSE number two of #S1 in many words")
    say(school, "CRITICAL number three of #S1 in many words")
    assert len(of(school)) == 3
    assert [one.references for one in of(school, lanes=[Lane.STANDARD])] == [
        ("SW-2026-0001",),
        ("SW-2026-0002",),
    ]


def test_a_suspected_picture_would_stand_in_the_list_and_in_a_letter(school: TestSchool) -> None:
    """And the data protection officer would be asked to review looks at it."""
    for number in range(3):
        say(school, f"ABUSE number {number} of #S1 in many words")
    second = rows(school, Incident)[1]
    rule_on_pictures(school.site, second.reference, Ruling.SUSPECTED, by="B. Head", reason="a parent rang")
    assert [one.references for one in of(school)] == [("SW-2026-0001",), ("SW-2026-0003",)]
    assert of(school, 1) == ()
    with school.site.database.read() as session:
        assert second.reference not in str(all_occasions(session, school.site))


def test_looking_at_one_account_day_after_day_would_be_seen_by_nobody(school: TestSchool) -> None:
    """The data protection officer (here, without one, whoever stands in) is asked once, by reference only."""
    say(school, "ABUSE number one of #S1 in many words")
    say(school, "ABUSE number two of #S1 in many words")
    found, before = of(school), len(mails(school, "reminder"))
    for _ in range(VIEWED_OFTEN + 3):
        with school.site.database.write() as session:
            note_views(session, school.site, found, "A. Manager")
    assert len(rows(school, AuthorView)) == VIEWED_OFTEN + 3
    asked = mails(school, "reminder")[before:]
    assert len(asked) == 1
    assert "schoolwatch occasions review SW-2026-0002" in " ".join(asked[0].text.split())
    assert "first" not in asked[0].text + asked[0].subject
    assert (
        review_views(school.site, "SW-2026-0002", by="D. Officer", note="The case is live.")
        == VIEWED_OFTEN + 1
    )
    with pytest.raises(NoReview):
        review_views(school.site, "SW-2026-0002", by="D. Officer", note="The case is live.")


def test_an_erased_incident_would_leave_its_account_known(school: TestSchool) -> None:
    say(school, "ABUSE number one of #S1 in many words")
    say(school, "ABUSE number two of #S1 in many words")
    with school.site.database.write() as session:
        note_views(session, school.site, of(school), "A. Manager")
        session.add(
            AuthorReview(school_id=1, incident_id=2, author_mark="m", wanted_at=school.clock.now(), views=9)
        )
        session.flush()
        forget(session, [2])
    marks = rows(school, ItemMark)
    assert {mark.incident_id for mark in marks} == {1}
    assert sum(mark.kind == MarkKind.AUTHOR for mark in marks) == 1
    assert rows(school, AuthorView) == []
    assert rows(school, AuthorReview)[0].author_mark == ""
    assert of(school) == ()


def test_locking_would_hide_that_the_same_account_goes_on(school: TestSchool) -> None:
    """Words, handle and links are in the box; that it is the same account, and when it wrote, is not."""
    say(school, "ABUSE number one of #S1 https://blog.example.org/a")
    say(school, "ABUSE number two of #S1 in many words")
    with school.site.database.write() as session:
        incident = session.get_one(Incident, 1)
        for item in incident.items:
            blank_item(item)
        blank_incident(session, incident, incident_words(session, incident))
    assert [one.references for one in of(school, 1)] == [("SW-2026-0001",), ("SW-2026-0002",)]
    with school.site.database.read() as session:
        kinds = set(session.scalars(select(ItemMark.kind).where(ItemMark.incident_id == 1)))
    assert kinds == {MarkKind.ADDRESS, MarkKind.AUTHOR}
