"""Who hears of what, when, and what their mail never holds."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import delivered, mails, rows, say, school_with, send_all
from support.policy import serves, switch
from support.school import TestSchool, write_settings

from alerts.ladder.matter import Matter, lane_of, priority
from alerts.recipients import recipients
from alerts.reviews import ReviewState
from config.schema import Person, Role
from config.words import Flag, Lane, Severity, Surface
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.telling import alerting
from monitor.pipeline.telling.dates import tell_of_dates
from monitor.pipeline.telling.folding import tell_what_was_held
from monitor.pipeline.telling.weekly import make_due_export
from monitor.pipeline.telling.weekly_readers import lanes_of
from monitor.store.models import Incident, Item

MANAGER, DEPUTY = "manager@fernhill.example", "deputy@fernhill.example"
HEAD, DSL = "head@fernhill.example", "dsl@fernhill.example"
SETTINGS = """
[alerts]
quiet_hours = "21:00-07:00"
digest_at = "07:30"
[[alerts.channels]]
name = "manager-phone"
role = "senior_manager"
address = { env = "NO_SUCH_ADDRESS" }
[[policies]]
name = "Social media policy"
reviewed = 2026-01-20
[[policies]]
name = "Online safety policy"
reviewed = 2021-03-01
every_months = 36
"""
SUNDAY_NIGHT = datetime(2026, 11, 15, 23, 10, tzinfo=UTC)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    clock.set(SUNDAY_NIGHT - timedelta(minutes=6))
    with school_with(tmp_path, clock, sqlite_database, more=SETTINGS) as running:
        running.first_look()
        yield running


@serves("NEU 7.1", without=switch("alerts.recipients.BY_LANE", (Role.SENIOR_MANAGER,), key=Lane.CHILD))
def test_a_safeguarding_sign_would_be_read_by_a_governor() -> None:
    matter = Matter(frozenset(), frozenset({Flag.SAFEGUARDING}), Severity.NONE, Surface.MENTION, "x")
    people = [Person(role=role, name=role.value, email=f"{role.value}@example.sch.uk") for role in Role]
    told = recipients(
        lane_of(matter),
        priority(matter),
        people,
        named_staff=frozenset(),
        subject_is_head=False,
        at=SUNDAY_NIGHT,
    )
    assert {person.role for person in told} == {Role.DSL, Role.HEADTEACHER}
    readers = {role for role in Role if Lane.CHILD in lanes_of(role)}
    assert readers <= {Role.DSL, Role.DEPUTY_DSL, Role.HEADTEACHER, Role.DEPUTY}


@serves("NEU 7.2", without=switch("monitor.pipeline.telling.quiet_hours.may_wait", lambda *_: True))
def test_a_threat_on_sunday_at_ten_past_eleven_would_wait_for_monday(school: TestSchool) -> None:
    say(school, "CRITICAL words of a stranger", "HIGH words about a teacher", "ABUSE that can wait")
    sent = [(mail.recipient, mail.subject.split(":")[0]) for mail in mails(school, "alert") if mail.sent_at]
    assert (HEAD, "Critical") in sent
    assert (MANAGER, "High") in sent
    assert {mail.sent_at for mail in mails(school, "alert") if mail.sent_at} == {SUNDAY_NIGHT}
    assert "Medium" not in {severity for _, severity in sent}


@serves(
    "NEU 8.1/1",
    without=(
        switch("alerts.mail.drafts._ENVIRONMENT.globals", "Act soon.", key="DO_NOT_REPLY"),
        switch("alerts.mail.wording.DO_NOT_REPLY", "Act soon."),
    ),
)
def test_somebody_would_answer_the_post_at_night(school: TestSchool) -> None:
    say(school, "CRITICAL words", "HIGH words about a teacher", "ABUSE one", "ABUSE two")
    school.clock.advance(timedelta(hours=9))
    run_ladders(school.site)
    tell_what_was_held(school.site)
    told = [mail for kind in ("alert", "reminder", "digest", "channel") for mail in mails(school, kind)]
    assert {mail.kind for mail in told} == {"alert", "reminder", "digest", "channel"}
    assert all("Do not reply" in " ".join(mail.text.split()) for mail in told)
    assert all("Do not reply" in mail.html for mail in told if mail.kind != "channel")


@serves("NEU 8.1/3", without=switch("monitor.pipeline.incidents.ladder_clock._readers", lambda *_: ()))
def test_the_manager_s_phone_is_off_and_nobody_else_would_hear(school: TestSchool) -> None:
    say(school, "HIGH words about a teacher", "CRITICAL words of a stranger")
    told = {(mail.recipient, mail.subject.split(":")[0]) for mail in mails(school, "alert")}
    assert (MANAGER, "High") in told
    school.clock.set(SUNDAY_NIGHT + timedelta(minutes=59))
    assert _passed_on(school) == []
    school.clock.set(SUNDAY_NIGHT + timedelta(minutes=61))
    assert [subject.rpartition(", ")[2] for subject in _passed_on(school)] == ["Critical"]
    school.clock.set(SUNDAY_NIGHT + timedelta(minutes=241))
    assert "High" in [subject.rpartition(", ")[2] for subject in _passed_on(school)]


def _passed_on(school: TestSchool) -> list[str]:
    """What has reached the deputy by now."""
    run_ladders(school.site)
    send_all(school)
    return [subject for to, subject in delivered(school) if to == DEPUTY]


def _with_the_words(*arguments: Any, **more: Any) -> Any:
    session, _, incident, _ = arguments
    facts = _facts(*arguments, **more)
    words = session.query(Item).filter(Item.platform == incident.platform, Item.text.is_not(None)).all()
    return replace(facts, evidence_note=words[-1].text)


_facts = alerting._facts


@serves("Huntington 4.2/2", without=switch("monitor.pipeline.telling.alerting._facts", _with_the_words))
def test_the_staff_room_s_printer_would_show_which_child_has_no_consent(school: TestSchool) -> None:
    school.x.own_post("PUPIL at the fair: well done Aisha Khan", school.clock.now())
    school.look()
    (incident,) = rows(school, Incident)
    school.clock.advance(timedelta(days=8))
    run_ladders(school.site)
    make_due_export(school.site)
    told = [mail for kind in ("alert", "reminder", "weekly") for mail in mails(school, kind)]
    assert any(incident.reference in mail.text for mail in told)
    assert {mail.kind for mail in told} == {"alert", "reminder", "weekly"}
    whole = " ".join(mail.subject + mail.text + mail.html for mail in told).casefold()
    assert not [word for word in ("aisha", "khan", "lacks consent", "no consent") if word in whole]


@serves("Huntington 9.7", without=switch("monitor.pipeline.telling.weekly_notes._training", lambda _: ()))
def test_what_happened_would_be_forgotten_before_the_next_training(school: TestSchool) -> None:
    say(school, "HIGH words about a teacher")
    school.clock.set(datetime(2026, 11, 16, 7, 0, tzinfo=UTC))
    make_due_export(school.site)
    (notice,) = mails(school, "weekly")
    assert "For the next training: 1 critical or high this week" in notice.text


@serves(
    "Huntington 10.1-10.3",
    without=switch("alerts.reviews.Review.state", lambda *_: ReviewState.KEPT),
)
def test_a_policy_would_be_three_years_out_of_date_and_nobody_be_told(school: TestSchool) -> None:
    shown = run("--config", school.folder / "schoolwatch.toml", "reviews")
    assert shown.status == 1
    assert "OVERDUE for review: Online safety policy" in shown.err
    tell_of_dates(school.site)
    assert (HEAD, "Review overdue: Online safety policy") in _notices(school)


@serves("QC 4.1.1", without=switch("alerts.reviews.MONTHS_BEFORE", 0))
def test_the_yearly_review_would_be_remembered_on_the_day_itself(school: TestSchool) -> None:
    school.clock.set(datetime(2026, 12, 19, 12, 0, tzinfo=UTC))
    tell_of_dates(school.site)
    soon = (HEAD, "Review due soon: Social media policy")
    assert soon not in _notices(school)
    school.clock.set(datetime(2026, 12, 20, 12, 0, tzinfo=UTC))
    tell_of_dates(school.site)
    assert soon in _notices(school)
    school.clock.set(datetime(2027, 10, 21, 12, 0, tzinfo=UTC))
    tell_of_dates(school.site)
    assert any("Law pack" in subject for _, subject in _notices(school))


def _notices(school: TestSchool) -> list[tuple[str, str]]:
    return [(mail.recipient, mail.subject) for mail in mails(school, "notice")]


@serves("NEU 11.2", without=switch("monitor.pipeline.telling.dates.AUGUST", 12))
def test_the_governors_would_review_the_policy_without_what_happened(school: TestSchool) -> None:
    say(school, "HIGH words about a teacher")
    school.clock.set(datetime(2027, 8, 2, 12, 0, tzinfo=UTC))
    tell_of_dates(school.site)
    subject = "The yearly report 2026/27 can be made"
    assert [to for to, said in _notices(school) if said == subject] == [HEAD, MANAGER]
    made = run("--config", school.folder / "schoolwatch.toml", "report", "--year", 2027)
    assert "1 incident, 1 still open" in made.out
    assert "1 critical or high: SW-2026-0001" in made.out
    assert "about a teacher" not in made.out


@serves(
    "Huntington 2.1/4",
    without=(
        switch("monitor.cli.watching.require_production", lambda _: None),
        switch("config.schema.names_a_secret", lambda _: False),
    ),
)
def test_a_school_would_watch_parents_without_an_impact_assessment(
    tmp_path: Path, sqlite_database: str
) -> None:
    write_settings(tmp_path, sqlite_database, {}, 25)
    path = tmp_path / "schoolwatch.toml"
    whole = path.read_text()
    path.write_text(whole.replace('dpia_reference = "DPIA-TEST"', ""))
    refused = run("--config", path, "poll")
    assert refused.status == 1
    assert "dpia_reference" in refused.err
    source = '[[sources]]\nname = "page"\nplatform = "facebook"\naccount = "fernhill"\naccount_id = "1"\n'
    path.write_text(whole + source + '[sources.options]\npage_token = "in-clear"\n')
    refused = run("--config", path, "reviews")
    assert refused.status == 1
    assert "page_token" in refused.err
    assert "in-clear" not in refused.err
