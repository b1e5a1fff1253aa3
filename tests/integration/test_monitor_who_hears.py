"""Who hears of what: nobody about themselves, an indecent image as a reference only, joins and weights."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import String, cast, select
from support.clock import SettableClock
from support.monitor_bench import (
    CHAIR,
    NamingJudge,
    delivered,
    mails,
    rows,
    school_with,
    send_all,
    settle,
)
from support.school import TestSchool

from alerts.export.week import IsoWeek
from alerts.ladder.words import Step
from classifiers.interface import StaffMember
from config.schema import Person, Role
from connectors.loopback import Fault
from monitor.evidence.folder import read_item
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.pipeline.judgement.register import replace_staff
from monitor.pipeline.telling.weekly import export_week, make_due_export
from monitor.store.models import (
    EvidenceItem,
    Holding,
    Incident,
    IncidentItem,
    Item,
    Judgement,
    OperatorAlert,
    TakedownTask,
    WeeklyExport,
)

HEAD, CHAIR_MAIL = "head@fernhill.example", "chair@fernhill.example"
MANAGER, DEPUTY, DSL = "manager@fernhill.example", "deputy@fernhill.example", "dsl@fernhill.example"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with school_with_staff(tmp_path, clock, database_url) as running:
        yield running


@pytest.fixture
def small(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    """For what does not depend on the database."""
    with school_with_staff(tmp_path, clock, sqlite_database) as running:
        yield running


@contextmanager
def school_with_staff(folder: Path, clock: SettableClock, database: str) -> Iterator[TestSchool]:
    with school_with(
        folder, clock, database, names=["x", "facebook"], more=CHAIR, judge=NamingJudge()
    ) as running:
        running.first_look()
        staff = [StaffMember("S1", "Ms", "Bea", "Head", "Headteacher"),
                 StaffMember("S2", "Mr", "Abe", "Manager", "School business manager")]  # fmt: skip
        with running.site.database.write() as session:
            replace_staff(session, running.site.school_id, staff)
        yield running


def with_staff_ids(school: TestSchool, **ids: str) -> None:
    """As if the settings said which person is which member of staff."""
    people = tuple(
        person.model_copy(update={"staff_id": ids.get(person.role.value)})
        for person in school.site.settings.people
    )
    object.__setattr__(school.site, "settings", school.site.settings.model_copy(update={"people": people}))


def everybody_told(school: TestSchool) -> set[str]:
    send_all(school)
    return {recipient for recipient, _ in delivered(school)}


def test_the_head_as_subject_hears_nothing_and_the_chair_does(school: TestSchool) -> None:
    """A head would be handed the complaint about themselves (Nunney 2.7.5)."""
    school.x.mention("@fernhillprimary HIGH words about #S1 the head", "local", school.clock.now())
    school.look()
    for _ in range(40):
        school.clock.advance(timedelta(hours=1))
        run_ladders(school.site)
    told = everybody_told(school)
    assert CHAIR_MAIL in told
    assert HEAD not in told
    assert mails(school, "reminder"), "the reminders were tried as well"


def test_a_manager_who_is_named_hears_nothing_not_even_by_reminder(small: TestSchool) -> None:
    with_staff_ids(small, senior_manager="S2")
    small.x.mention("@fernhillprimary ABUSE words about #S2 of ours", "local", small.clock.now())
    small.look()
    for _ in range(40):
        small.clock.advance(timedelta(hours=1))
        run_ladders(small.site)
    told = everybody_told(small)
    assert DEPUTY in told
    assert MANAGER not in told


def test_a_manager_who_is_named_does_not_read_it_in_the_weekly_export_either(small: TestSchool) -> None:
    """What no alert told them would lie in Monday's file, words and all."""
    with_staff_ids(small, senior_manager="S2")
    for words in ("ABUSE words about #S2 of ours", "ABUSE words about nobody there"):
        small.x.mention(f"@fernhillprimary {words}", "local", small.clock.now())
    small.look()
    with small.site.database.read() as session:
        about_them = session.scalar(
            select(Incident.reference)
            .join(IncidentItem, IncidentItem.incident_id == Incident.id)
            .join(Judgement, Judgement.item_id == IncidentItem.item_id)
            .where(cast(Judgement.staff, String).contains("S2"))
        )
    assert about_them is not None
    small.clock.advance(timedelta(days=7))
    make_due_export(small.site)
    (notice,) = mails(small, "weekly")
    assert notice.recipient == MANAGER
    assert about_them not in notice.text
    with ZipFile(rows(small, WeeklyExport)[0].path) as packed:
        everything = b"".join(packed.read(name) for name in packed.namelist())
    assert about_them.encode() not in everything
    assert b"about nobody there" in everything
    assert b"#S2" not in everything


def test_when_everybody_fitting_is_named_whoever_runs_the_service_hears_that(school: TestSchool) -> None:
    """An incident that nobody is told of would look like one that never was."""
    ids = {role.value: "S1" for role in Role if role is not Role.IT}
    with_staff_ids(school, **ids)
    school.x.mention("@fernhillprimary ABUSE words about #S1 and more", "local", school.clock.now())
    school.look()
    (alert,) = rows(school, OperatorAlert)
    assert alert.kind == "nobody_to_tell"
    assert "[[people]]" in alert.words
    assert not mails(school, "alert")


def test_a_suspected_indecent_image_stays_a_reference(school: TestSchool) -> None:
    """A copy of such a picture, or a look at its address, would itself be the harm (QC 2.7.1, 2.7.4)."""
    post = school.facebook.own_post("Sports day", school.clock.now())
    external_id = school.facebook.comment(post, "IMAGE of somebody", "local", school.clock.now(), image=True)
    school.look()
    (incident,) = rows(school, Incident)
    assert incident.lane == "indecent_image"
    assert everybody_told(school) == {HEAD, DSL}
    item = next(one for one in rows(school, Item) if one.external_id == external_id)
    assert sorted(read_item(school.site.evidence, item.uid)) == ["record.json", "seal.json"]
    seal = json.loads(read_item(school.site.evidence, item.uid)["seal.json"])
    assert seal["raw_salt"] is None
    assert item.id not in {row.item_id for row in rows_of_holdings(school)}
    assert {task.step for task in rows(school, TakedownTask)} == {
        "dsl_referral", "police_reported", "lado_referral",
    }  # fmt: skip

    school.facebook.edit(external_id, "ABUSE instead of what was said", school.clock.now())
    school.clock.advance(timedelta(minutes=6))
    school.look()
    assert len(rows(school, Incident)) == 1
    for row in rows(school, EvidenceItem):
        assert "raw.json" not in read_item(school.site.evidence, row.item_uid), "an edit of it is no other"

    for step in (Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL):
        settle(school, step)
    asked = len(school.facebook.requests)
    for _ in range(8):
        school.clock.advance(timedelta(days=4))
        recheck_due(school.site)
        erase_what_is_due(school.site)
    assert len(school.facebook.requests) == asked, "nobody looks at that address again"
    assert school.facebook.media_requests() == []  # type: ignore[attr-defined]  # Facebook's loopback counts them
    assert not verify_store(school.site.database, school.site.evidence, school.site.school_id).faults

    week = IsoWeek.of(incident.opened_at)
    made = export_week(school.site, week, school.folder / "out", Role.HEADTEACHER)
    with ZipFile(made.path) as packed:
        assert not [name for name in packed.namelist() if name.startswith("items/")]
        assert b"reference only" in packed.read("data/INDEX.csv")
        assert external_id.encode() in packed.read("data/INDEX.csv")


def rows_of_holdings(school: TestSchool) -> list[Holding]:
    with school.site.database.read() as session:
        return list(session.query(Holding).all())


def test_the_same_words_by_others_are_one_matter_told_once(school: TestSchool) -> None:
    """A pile-on of fifty would bring fifty mails, and hide the one that differs."""
    for number in range(5):
        school.x.mention("@fernhillprimary ABUSE words that many repeat", f"u{number}", school.clock.now())
    school.x.mention("@fernhillprimary   abuse WORDS that many repeat ABUSE", "u9", school.clock.now())
    school.look()
    assert len(rows(school, Incident)) == 2, "other words are another matter"
    assert len(mails(school, "alert")) == 2
    with school.site.database.read() as session:
        assert sorted(len(incident.items) for incident in session.query(Incident)) == [1, 5]


def test_joining_something_graver_is_told_again(school: TestSchool) -> None:
    """An edit from an insult to a threat would hide in an incident that was already told of."""
    post = school.facebook.own_post("News", school.clock.now())
    comment = school.facebook.comment(post, "ABUSE first wording here", "local", school.clock.now())
    school.look()
    assert {mail.recipient for mail in mails(school, "alert")} == {MANAGER}
    school.clock.advance(timedelta(minutes=6))
    school.facebook.edit(comment, "CRITICAL second wording here", school.clock.now())
    school.look()
    (incident,) = rows(school, Incident)
    assert (incident.severity, incident.lane) == ("critical", "life")
    assert set(incident.categories) >= {"abuse", "insult", "threat"}
    assert {HEAD, DSL} <= {mail.recipient for mail in mails(school, "alert")}
    told = len(mails(school, "alert"))
    school.clock.advance(timedelta(minutes=6))
    school.facebook.edit(comment, "ABUSE third wording here", school.clock.now())
    school.look()
    assert rows(school, Incident)[0].severity == "critical", "what joins never makes it lighter"
    assert len(mails(school, "alert")) == told


def test_criticism_and_pictures_raise_nothing(small: TestSchool) -> None:
    """A parent's complaint would be met with a takedown (promise 5)."""
    small.x.mention("@fernhillprimary worst school ever, nobody answers", "parent", small.clock.now())
    small.x.mention("", "parent", small.clock.now(), image=True)
    small.look()
    assert rows(small, Incident) == []
    assert {item.text: item.state for item in rows(small, Item)}[""] == "not_judged"
    assert not mails(small, "alert")


def test_a_source_that_fails_names_no_secret_and_no_words(small: TestSchool) -> None:
    small.x.mention("@fernhillprimary ABUSE words about #S1", "local", small.clock.now())
    small.x.misbehave(Fault.UNAUTHORISED, times=99)
    reports = small.look()
    secrets = [value for platform in small.platforms.values() for value in platform.credentials().values()]
    said = " ".join(str(error) for report in reports for error in report.errors)
    assert not [secret for secret in secrets if secret in said]


@pytest.mark.parametrize("closed", [(), ((date(2026, 11, 16), date(2026, 11, 16)),)])
def test_holiday_cover_would_sleep_through_a_threat_on_a_training_day(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, closed: tuple[tuple[date, date], ...]
) -> None:
    """Whether school is on is what the school's own calendar says, not the weekday alone."""
    with school_with(tmp_path, clock, sqlite_database) as running:
        cover = Person(role=Role.DEPUTY, name="C. Over", email="cover@fernhill.example", holiday_cover=True)
        settings = running.site.settings
        running.site = replace(
            running.site,
            settings=settings.model_copy(
                update={
                    "school": settings.school.model_copy(update={"closed": closed}),
                    "people": (*settings.people, cover),
                }
            ),
        )
        running.first_look()
        running.x.mention("@fernhillprimary CRITICAL words", "stranger", clock.now())
        running.look()
        assert ("cover@fernhill.example" in {one.recipient for one in mails(running, "alert")}) == bool(
            closed
        )
