"""What comes round once a year or once a week: reviews, the yearly report, the lines of the weekly mail."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import mails, rows, say, school_with, settle, task_of
from support.school import TestSchool

from alerts.ladder.words import DecisionKind, Step
from alerts.yearly import as_text
from config.words import Outcome
from monitor.pipeline.telling.dates import tell_of_dates
from monitor.pipeline.telling.weekly import make_due_export
from monitor.pipeline.telling.weekly_notes import _for_staff
from monitor.pipeline.telling.yearly import year_facts
from monitor.store.models import Incident, Item, OwnPostFinding, TakedownTask

MANAGER, HEAD = "manager@fernhill.example", "head@fernhill.example"
POLICIES = """
[[policies]]
name = "Social media policy"
reviewed = 2025-12-20
[[policies]]
name = "Online safety policy"
reviewed = 2021-03-01
every_months = 36
"""


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, database_url, more=POLICIES) as running:
        running.first_look()
        yield running


def test_a_review_is_told_a_month_before_and_when_it_is_past(school: TestSchool) -> None:
    """Nobody looks into the settings for a date."""
    tell_of_dates(school.site)
    subjects = {mail.subject for mail in mails(school, "notice")}
    assert subjects == {"Review overdue: Online safety policy"}
    school.clock.set(datetime(2026, 11, 21, 12, 0, tzinfo=UTC))
    for _ in range(3):
        tell_of_dates(school.site)
    told = [(mail.recipient, mail.subject) for mail in mails(school, "notice")]
    assert (HEAD, "Review due soon: Social media policy") in told
    assert len(told) == len(set(told)) == 4, "once each, to the head and the senior manager"


def test_each_august_somebody_is_told_that_the_year_can_be_reported(school: TestSchool) -> None:
    """The policy would be reviewed without what happened under it (NEU 11.2)."""
    school.clock.set(datetime(2027, 7, 31, 12, 0, tzinfo=UTC))
    tell_of_dates(school.site)
    assert not [mail for mail in mails(school, "notice") if "yearly" in mail.subject]
    school.clock.set(datetime(2027, 8, 1, 12, 0, tzinfo=UTC))
    for _ in range(2):
        tell_of_dates(school.site)
        school.clock.advance(timedelta(days=20))
    told = [mail for mail in mails(school, "notice") if "yearly report 2026/27" in mail.subject]
    assert {mail.recipient for mail in told} == {HEAD, MANAGER}
    assert len(told) == 2
    assert "schoolwatch report --year 2027" in told[0].text


def decide_some(school: TestSchool) -> None:
    say(school, "HIGH words about the cook")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    settle(school, Step.HOST_REPORT, DecisionKind.REFUSED, Outcome.REFUSED)
    say(school, "ABUSE that was none")
    settle(school, Step.TRIAGE, outcome=Outcome.UNFOUNDED)
    say(school, "CRITICAL words of a stranger")


def test_the_year_counts_what_happened_and_names_nobody(school: TestSchool) -> None:
    """Governors would discuss a teacher's case from a list of names."""
    decide_some(school)
    facts = year_facts(school.site, 2027)
    assert (facts.incidents, facts.still_open, facts.decided, facts.unfounded) == (3, 2, 2, 1)
    assert facts.refused_by_host == 1
    assert len(facts.significant) == 2
    assert dict(facts.by_outcome) == {"unfounded": 1}
    assert ("Report it to the host", 1) in facts.steps
    assert year_facts(school.site, 2026).incidents == 0, "the year before is another one"
    text = as_text(facts)
    assert "(50 %)" in text
    assert "review OVERDUE since 1 Mar 2024" in text
    for word in ("cook", "stranger", "u0", "that was none", "because it is so"):
        assert word not in text


def test_the_report_is_made_on_the_command_line(school: TestSchool) -> None:
    decide_some(school)
    at = ("--config", school.folder / "schoolwatch.toml")
    out = school.folder / "report.md"
    assert run(*at, "report", "--year", 2027, "--out", out).status == 0
    assert out.read_text().startswith("# Yearly report 2026/27: Fernhill Primary\n")
    said = run(*at, "report", "--year", 2027, "--json")
    assert json.loads(said.out)["incidents"] == 3
    dates = run(*at, "reviews")
    assert dates.status == 1
    assert "Online safety policy" in dates.err


def test_the_weekly_mail_says_what_is_late_and_what_was_done(school: TestSchool) -> None:
    """A head who reads only this mail would not know that a week went by without a step."""
    decide_some(school)
    settle(school, Step.POLICE_REPORTED, DecisionKind.ACKNOWLEDGE)
    assert task_of(school, Step.POLICE_REPORTED).state == "acknowledged"
    school.clock.set(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    make_due_export(school.site)
    notice = mails(school, "weekly")[0].text
    lines = [line.removeprefix("- ") for line in notice.splitlines()]
    assert "Unfounded: 1 of 2 that somebody decided (50 % false alarms)" in lines
    assert "Refused by the host: 1" in lines
    assert any(line.startswith("Past the 24 hours of NEU 9.3 and not seen gone: ") for line in lines)
    assert any(line.startswith("For the next training: ") for line in lines)
    assert any("Online safety policy: review OVERDUE" in line for line in lines)
    assert any("Law pack" in line for line in lines)
    assert not [word for word in ("cook", "stranger", "none wanted") if word in notice]
    references = [one.reference for one in rows(school, Incident) if one.severity == "high"]
    assert references[0] in notice


def test_steps_for_staff_are_counted_for_the_employer_s_record() -> None:
    """Whether the school did what it could for a teacher would be a matter of memory (NEU 9.6)."""
    done = [TakedownTask(step=step, state="done") for step in ("support_offer", "host_report")]
    done.append(TakedownTask(step="police_considered", state="skipped"))
    aimed = Incident(categories=["abuse", "staff_target"], tasks=done)
    other = Incident(categories=["abuse"], tasks=[TakedownTask(step="support_offer", state="done")])
    assert list(_for_staff([aimed, other])) == [
        "Aimed at staff: 1; steps taken so far: support offered 1, reported to the host 1"
    ]
    assert list(_for_staff([other])) == []


def test_posts_after_a_withdrawn_consent_are_counted_and_nobody_is_named(school: TestSchool) -> None:
    """A withdrawal that nobody followed up would be noticed by the parents first (Huntington 4.6)."""
    school.x.own_post("PUPIL at the fair", school.clock.now())
    school.look()
    with school.site.database.write() as session:
        item = session.scalars(select(Item).where(Item.school_is_author)).one()
        finding = OwnPostFinding(
            school_id=item.school_id, item_id=item.id, pupil_id="P0017", kind="withdrawn", found_by="name",
            found_at=school.clock.now(), lawful_when_posted=True,
        )  # fmt: skip
        session.add(finding)
    school.clock.set(datetime(2026, 11, 23, 6, 0, tzinfo=UTC))
    make_due_export(school.site)
    notice = mails(school, "weekly")[0].text
    assert "Own posts to take down after a withdrawn consent: 1 new, 1 still to do" in notice
    assert "P0017" not in notice
