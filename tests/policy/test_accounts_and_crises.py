"""The school's own accounts, its own page, and critical incidents (Market Drayton A and C, Nunney 2.9)."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows
from support.policy import serves, switch
from support.school import TestSchool, running_school, write_settings

from alerts import accounts
from alerts.letters.kinds import LetterKind
from config.schema import OwnPage, Role
from config.words import Lane, Situation
from monitor.checks.accounts import Account, account_lines
from monitor.cli.setup import account_of
from monitor.pipeline.letters import letters
from monitor.pipeline.letters.letter_rows import LetterRefused
from monitor.pipeline.own_pages.school_accounts import remind_of_passwords
from monitor.pipeline.reading.accounts import SourceMisconfigured, connect
from monitor.site import Site
from monitor.store.models import CustodyEvent, Incident, Source

QUESTIONS = (
    "age_restriction", "sign_up", "privacy_settings", "school_moderates", "owner_moderates", "file_upload",
    "advertisements", "direct_contact",
)  # fmt: skip
LIVE = """
[[sources]]
name = "page"
platform = "facebook"
account = "fernhillprimary"
account_id = "123456789"
[sources.credentials]
page_token = { file = "token" }
"""


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database) as running:
        yield running


@pytest.fixture
def live(school: TestSchool) -> Site:
    """The same school with a source that is not on this machine. Nothing here ever asks it."""
    (school.folder / "token").write_text("a-token")
    settings = write_settings(
        school.folder, school.site.settings.store.database_url(), school.platforms, school.mail.port, LIVE
    )
    return Site(
        settings, school.site.database, school.site.school_id, school.clock.now, school.site.token_key
    )


def command(school: TestSchool, *words: str) -> Ran:
    return run("--config", school.folder / "schoolwatch.toml", *words)


def add(school: TestSchool, administrator: str = "office@fernhill.example") -> None:
    ran = command(
        school, "accounts", "add", "facebook", "fernhillprimary", "--purpose", "News for parents",
        "--owner", "Office", "--administrator", administrator, "--by", "A. Clerk",
    )  # fmt: skip
    assert ran.status == 0, ran.err


def assess(school: TestSchool, left_open: str = "") -> bool:
    """The form of the schools, filled in and put on record by the head. Answers whether it could be."""
    site = school.site
    number = letters.new_letter(site, LetterKind.RISK_ASSESSMENT, None, "B. Clerk")
    answers = {
        f"{question}.{part}": ["weighed"]
        for question in QUESTIONS
        for part in ("risk", "pupils_at_risk", "methods", "existing")
        if question != left_open
    }
    known = {"service": ["facebook"], "purpose": ["News"], "year_groups": ["all"]}
    letters.edit(site, number, known | answers, "B. Clerk")
    try:
        letters.approve(site, number, "B. Head", Role.HEADTEACHER)
    except LetterRefused:
        return False
    return True


def approve(school: TestSchool, role: str = "headteacher", by: str = "B. Head") -> Ran:
    return command(school, "accounts", "approve", "facebook", "fernhillprimary", "--role", role, "--by", by)


def may_be_read(live: Site) -> bool:
    try:
        connect(live, live.source_settings("page")).close()
    except SourceMisconfigured:
        return False
    return True


@serves(
    "Market Drayton A, C", without=switch("monitor.pipeline.reading.accounts.may_be_polled", lambda *_: None)
)
def test_an_account_would_be_read_before_anybody_weighed_its_risks(school: TestSchool, live: Site) -> None:
    assert not may_be_read(live)
    add(school)
    assert not assess(school, left_open="file_upload")
    assert not may_be_read(live)
    assert assess(school)
    assert not may_be_read(live)
    assert approve(school).status == 0
    assert may_be_read(live)


@serves("Market Drayton C/1", without=switch("monitor.pipeline.own_pages.school_accounts.APPROVERS", frozenset(Role)))  # fmt: skip
def test_an_account_would_be_approved_by_whoever_sits_at_the_keyboard(school: TestSchool) -> None:
    add(school)
    assess(school)
    assert approve(school, role="senior_manager", by="A. Manager").status == 1
    assert approve(school).status == 0


@serves("NEU 11.1", without=switch("monitor.pipeline.reading.accounts.may_be_polled", lambda *_: None))
def test_a_teachers_own_account_would_be_read(school: TestSchool, live: Site) -> None:
    """Whatever somebody writes into the settings: only what the head approved as the school's is read."""
    teachers = live.source_settings("page").model_copy(update={"account": "miss.jones.at.home"})
    add(school)
    assess(school)
    approve(school)
    with pytest.raises(SourceMisconfigured, match="no risk assessment"):
        connect(live, teachers)


@serves(
    "Market Drayton C/1", without=switch("monitor.pipeline.judgement.look_alikes.looks_like", lambda *_: None)
)
def test_an_account_with_the_schools_name_would_speak_for_it_unseen(school: TestSchool) -> None:
    """Once for each account, however often it writes; our own accounts are no look-alikes."""
    school.first_look()
    for words in ("Parents' evening is cancelled", "School is closed"):
        school.x.mention(f"@fernhillprimary {words}", "Fernhill_Primary_", school.clock.now())
        school.look("x")
    [incident] = rows(school, Incident)
    assert Situation.IMPERSONATION in incident.categories
    assert incident.lane == Lane.STANDARD


@serves("Market Drayton C/2", without=switch("alerts.accounts.PASSWORD_AGE", timedelta(days=400)))
def test_a_password_would_grow_old_unnoticed(school: TestSchool) -> None:
    add(school)
    assess(school)
    approve(school)
    command(school, "accounts", "record", "facebook", "fernhillprimary", "--password-changed", "--complex")
    remind_of_passwords(school.site)
    assert "password" not in _subjects(school)
    # The command line has the clock of this machine.
    school.clock.set(school.site.now().replace(year=2027, month=6))
    remind_of_passwords(school.site)
    assert "password" in _subjects(school)


def _subjects(school: TestSchool) -> str:
    from support.monitor_bench import mails

    return " ".join(one.subject for one in mails(school, "operator"))


@serves("Market Drayton C/3", without=switch("alerts.accounts._password", lambda *_: []))
def test_nobody_would_be_asked_whether_a_password_is_complex(school: TestSchool) -> None:
    add(school)
    assert "Nobody has said that its password is complex" in command(school, "accounts").out
    command(school, "accounts", "record", "facebook", "fernhillprimary", "--complex")
    assert "complex" not in command(school, "accounts").out


@serves("Market Drayton C/4", without=switch("alerts.accounts._people", lambda *_: []))
def test_a_private_mailbox_would_hold_the_schools_account(school: TestSchool) -> None:
    add(school, administrator="someone@mail.example.org")
    assert "someone@mail.example.org is not a mail address of the school" in command(school, "accounts").out


@serves(
    "Market Drayton C/6",
    without=switch("monitor.pipeline.own_pages.school_accounts.standing", lambda *_: _all_well()),
)
def test_direct_messages_would_stay_open_unnoticed(school: TestSchool) -> None:
    add(school)
    assert "Direct messages are not recorded as off" in command(school, "accounts").out
    command(school, "accounts", "record", "facebook", "fernhillprimary", "--messages-off")
    assert "Direct messages" not in command(school, "accounts").out


def _all_well() -> accounts.Standing:
    return accounts.Standing(
        "facebook", "x", ("a@fernhill.example",), True, True, True, True, None, "decided"
    )


@serves(
    "Nunney 2.9.1",
    without=(
        switch("monitor.pipeline.own_pages.critical.LOOK_EVERY", timedelta(days=1)),
        switch("monitor.cli.shared._warn_of_critical_incident", lambda _: None),
    ),
)
def test_a_school_in_crisis_would_be_looked_at_as_on_any_day(school: TestSchool) -> None:
    school.first_look()
    assert command(school, "critical", "start", "--reason", "Bus accident", "--by", "B. Head").status == 0
    school.look()
    waits = {row.next_poll_at - school.clock.now() for row in rows(school, Source)}
    assert max(waits) <= timedelta(minutes=1)
    assert "CRITICAL INCIDENT" in command(school, "incidents").err
    assert command(school, "critical", "end", "--by", "B. Head").status == 0
    assert "CRITICAL INCIDENT" not in command(school, "incidents").err
    said = [row.action for row in rows(school, CustodyEvent) if row.action.startswith("critical")]
    assert said == ["critical_incident_started", "critical_incident_ended"]


@serves("Nunney 2.8.3", without=switch("monitor.pipeline.own_pages.own_page._check", lambda *_: None))
def test_a_comment_would_be_deleted_before_it_was_hidden(school: TestSchool) -> None:
    school.first_look()
    post = school.facebook.own_post("News", school.clock.now())
    school.facebook.comment(post, "ABUSE you lot", "local", school.clock.now())
    school.look("facebook")
    [incident] = rows(school, Incident)
    ran = command(school, "incidents", "delete", incident.reference, "--reason", "away", "--by", "B. Head")
    assert ran.status == 1
    assert "Hide it first" in ran.err


@pytest.mark.parametrize(
    ("rules", "hidden"),
    [
        (OwnPage(), (False, False, False)),
        (OwnPage(hide_severe_threats="A. Head, 2026-09-01"), (True, False, False)),
        (OwnPage(hide_pupil_data="A. Head, 2026-09-01"), (False, True, False)),
    ],
)
def test_a_rule_would_hide_what_nobody_switched_on(
    school: TestSchool, rules: OwnPage, hidden: tuple[bool, ...]
) -> None:
    """Off by default; and criticism or plain abuse is hidden by no rule at all."""
    settings = school.site.settings.model_copy(update={"own_page": rules})
    school.site = Site(
        settings, school.site.database, school.site.school_id, school.clock.now, school.site.token_key
    )
    school.first_look()
    post = school.facebook.own_post("News", school.clock.now())
    said = [
        school.facebook.comment(post, f"{word} words", "local", school.clock.now())
        for word in ("CRITICAL", "PUPIL", "ABUSE")
    ]
    school.look("facebook")
    assert tuple(school.facebook.is_hidden(one) for one in said) == hidden


def test_a_technician_would_wonder_why_nothing_is_read(school: TestSchool, live: Site) -> None:
    """The check names every account beyond this machine that waits for the head, and says what to do."""

    def known() -> dict[str, Account]:
        with live.database.read() as session:
            return {one.name: account_of(session, live, one) for one in live.settings.sources}

    def said() -> list[str]:
        return [line.message for line in account_lines(live.settings, known)]

    assert said() == [
        "it is not read: facebook account fernhillprimary has no risk assessment (Market Drayton A)"
    ]
    add(school)
    assess(school)
    approve(school)
    command(
        school, "accounts", "record", "facebook", "fernhillprimary",
        "--messages-off", "--complex", "--two-factor-decision", "B. Head, 2026-09-01",
    )  # fmt: skip
    assert said() == ["assessed and approved"]
