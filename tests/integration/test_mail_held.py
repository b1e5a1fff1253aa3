"""What waits for the morning and what does not; one mail for many; a day without a mail server."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.mail_server import RealMailServer
from support.monitor_bench import NamingJudge, beat, delivered, mails, rows, say, school_with, send_all
from support.school import TestSchool

from classifiers.interface import StaffMember
from config.loading import load_settings
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.judgement.register import replace_staff
from monitor.pipeline.telling.folding import tell_what_was_held
from monitor.site import open_site
from monitor.store.models import Incident, MailState, OutgoingMail

MANAGER, DEPUTY = "manager@fernhill.example", "deputy@fernhill.example"
HEAD, DSL = "head@fernhill.example", "dsl@fernhill.example"
QUIET = """
[alerts]
quiet_hours = "21:00-07:00"
"""
DAILY = QUIET + 'digest_at = "07:30"\n'
NIGHT = datetime(2026, 11, 16, 22, 0, tzinfo=UTC)
"""A Monday in term; London is on GMT."""
MORNING = datetime(2026, 11, 17, 7, 0, tzinfo=UTC)


@pytest.fixture
def quiet(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database, more=QUIET, judge=NamingJudge()) as running:
        running.first_look()
        clock.set(NIGHT)
        yield running


@pytest.fixture
def daily(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, database_url, more=DAILY, judge=NamingJudge()) as running:
        running.first_look()
        clock.set(NIGHT)
        yield running


def arrived(school: TestSchool, recipient: str = MANAGER) -> list[str]:
    """What has arrived for one person by now, in order."""
    tell_what_was_held(school.site)
    send_all(school)
    return [subject for to, subject in delivered(school) if to == recipient]


def test_quiet_hours_hold_what_is_medium_and_never_what_is_high(quiet: TestSchool) -> None:
    """A phone that buzzes all night for insults is switched off, and misses the threat."""
    say(quiet, "ABUSE at night", "HIGH words at night", "CRITICAL words at night")
    opened = len(rows(quiet, Incident))
    assert opened == 3, "it was looked at all the same"
    assert [subject.split(":")[0] for subject in arrived(quiet)] == ["Critical", "High"]
    assert [subject.split(":")[0] for subject in arrived(quiet, HEAD)] == ["Critical"]
    quiet.clock.set(MORNING - timedelta(seconds=1))
    assert len(arrived(quiet)) == 2
    quiet.clock.set(MORNING)
    assert [subject.split(":")[0] for subject in arrived(quiet)][2:] == ["Medium"]


def test_whoever_runs_it_can_see_what_is_held(quiet: TestSchool) -> None:
    """“No mail came” would be looked for in the mail server's log."""
    say(quiet, "ABUSE at night")
    at = ("--config", quiet.folder / "schoolwatch.toml", "mail")
    (shown,) = [json.loads(line) for line in run(*at, "--held", "--json").lines]
    assert (shown["kind"], shown["recipient"]) == ("alert", "senior manager")
    assert shown["held_until"].startswith("2026-11-17T07:00")
    assert run(*at, "--json").lines == [], "it was not tried, so it did not fail"


def test_what_was_held_goes_out_after_a_restart_in_the_night(quiet: TestSchool) -> None:
    """An update at midnight would lose what was to be told at seven."""
    say(quiet, "ABUSE at night")
    quiet.site.close()
    again = open_site(load_settings(quiet.folder / "schoolwatch.toml"), quiet.clock.now)
    try:
        quiet.site = again
        quiet.look()
        assert arrived(quiet) == []
        quiet.clock.set(MORNING)
        assert [subject.split(":")[0] for subject in arrived(quiet)] == ["Medium"]
    finally:
        again.close()


def test_a_lane_in_which_somebody_may_have_to_act_now_is_never_held(quiet: TestSchool) -> None:
    """Pupil data on our own page would stand there until the morning."""
    quiet.x.own_post("PUPIL data in our own words", quiet.clock.now())
    quiet.look()
    (incident,) = rows(quiet, Incident)
    assert (incident.lane, incident.severity) == ("own_breach", "medium")
    assert len(arrived(quiet)) == 1


def test_medium_and_low_come_in_one_mail_a_day_with_what_is_overdue(daily: TestSchool) -> None:
    """Nine mails a day about insults, and the tenth is not read."""
    say(daily, "ABUSE number one", "PUPIL number two", "ABUSE number three")
    assert arrived(daily) == []
    daily.clock.set(MORNING + timedelta(minutes=29))
    assert arrived(daily) == []
    daily.clock.set(MORNING + timedelta(minutes=30))
    assert arrived(daily) == ["3 matters to look at"]
    (digest,) = mails(daily, "digest")
    assert {one.folded_into for one in mails(daily, "alert")} == {digest.id}
    assert all(incident.reference in digest.text for incident in rows(daily, Incident))
    daily.clock.advance(timedelta(hours=10))
    run_ladders(daily.site)
    assert len(arrived(daily)) == 1, "a reminder of what may wait waits as well"
    daily.clock.set(MORNING + timedelta(days=1, minutes=30))
    assert arrived(daily)[1:] == ["3 matters to look at"]
    assert "OVERDUE" in mails(daily, "digest")[-1].text


def test_a_single_matter_comes_as_its_own_alert(daily: TestSchool) -> None:
    """A digest of one would leave out what is asked."""
    say(daily, "ABUSE number one")
    daily.clock.set(MORNING + timedelta(minutes=30))
    (subject,) = arrived(daily)
    assert subject.startswith("Medium: SW-2026-")


def test_what_joins_in_the_night_may_name_the_reader(daily: TestSchool) -> None:
    """The manager would read in the morning of a matter about themselves."""
    with daily.site.database.write() as session:
        staff = [StaffMember("S2", "Mr", "Abe", "Manager", "School business manager")]
        replace_staff(session, daily.site.school_id, staff)
    people = tuple(
        one.model_copy(update={"staff_id": "S2" if one.email == MANAGER else None})
        for one in daily.site.settings.people
    )
    settings = daily.site.settings.model_copy(update={"people": people})
    object.__setattr__(daily.site, "settings", settings)
    words = "ABUSE that is said by two people alike"
    said = daily.x.mention(f"@fernhillprimary {words}", "u1", daily.clock.now())
    daily.look()
    daily.clock.advance(timedelta(minutes=6))
    daily.x.edit(said, f"@fernhillprimary {words} about #S2 himself", daily.clock.now())
    daily.look()
    daily.clock.set(MORNING + timedelta(minutes=30))
    assert arrived(daily) == []
    assert len(arrived(daily, DEPUTY)) == 1


@pytest.mark.parametrize(
    ("settings", "begins"), [(QUIET, NIGHT), (DAILY, MORNING)], ids=["by itself", "two digests wait"]
)
def test_a_day_without_a_mail_server_ends_in_order_and_in_one_digest(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, settings: str, begins: datetime
) -> None:
    """Two hundred mails at eight on Monday would be deleted unread, the threat among them."""
    with school_with(tmp_path, clock, sqlite_database, more=settings + "spike_incidents = 9\n") as school:
        school.first_look()
        clock.set(begins)
        port = school.mail.port
        school.mail.__exit__()
        say(school, "ABUSE one", "ABUSE two", "HIGH three", "CRITICAL four", "ABUSE five")
        for _ in range(12):
            pass_hours(school, 2)
        say(school, "HIGH six")
        pass_hours(school, 1)
        assert not [mail for mail in rows(school, OutgoingMail) if mail.state == MailState.SENT]
        with RealMailServer(port=port) as again:
            pass_hours(school, 1)
            told = [(one.recipients[0], str(one.message["Subject"])) for one in again.accepted]
        assert all(mail.held_until for mail in waiting(school)), "only what waits for the morning is left"
        to_manager = [subject for recipient, subject in told if recipient == MANAGER]
        assert [subject.split(" on ")[0] for subject in to_manager if subject.startswith("High")] == [
            "High: SW-2026-0003",
            "High: SW-2026-0006",
        ], "the oldest first"
        digests = [place for place, subject in enumerate(to_manager) if "matters to look at" in subject]
        assert len(digests) == 1, to_manager
        assert not [subject for subject in to_manager[digests[0] :] if subject.startswith("High")]
        assert not [subject for subject in to_manager if subject.startswith("Medium")]
        to_head = [subject for recipient, subject in told if recipient == HEAD]
        assert to_head[0].startswith("Critical")
        assert max(Counter(told).values()) == 1, "no reminder of each task, and none for each day"
        (sent,) = [
            mail
            for mail in mails(school, "digest")
            if mail.state == MailState.SENT and mail.recipient == MANAGER
        ]
        told_of = [one.reference for one in rows(school, Incident) if one.severity == "medium"]
        assert len(told_of) == 3
        assert all(reference in sent.text for reference in told_of)


def pass_hours(school: TestSchool, hours: int) -> None:
    """The daemon's jobs that concern mail, for so long."""
    run_ladders(school.site)
    tell_what_was_held(school.site)
    beat(school, hours * 60, every=60)


def waiting(school: TestSchool) -> list[OutgoingMail]:
    return [mail for mail in rows(school, OutgoingMail) if mail.state == MailState.QUEUED]


def test_many_incidents_of_one_source_are_one_alert(quiet: TestSchool) -> None:
    """Forty mails in a minute are not forty times as loud: nobody can find the one that matters."""
    quiet.clock.set(MORNING + timedelta(hours=2))
    say(quiet, *(f"HIGH words number {number}" for number in range(7)), "CRITICAL words beside them")
    assert arrived(quiet) == ["Many at once: 8 incidents from x"]
    assert [subject.split(":")[0] for subject in arrived(quiet, HEAD)].count("Critical") == 1
    say(quiet, "HIGH words that come later")
    assert len(arrived(quiet)) == 2, "what is high is told in the same round, by itself"
    assert arrived(quiet)[-1].startswith("High: ")
    say(quiet, "ABUSE that comes later", "ABUSE that comes later still")
    assert len(arrived(quiet)) == 2, "the rest waits for the end of the hour"
    quiet.clock.advance(timedelta(minutes=61))
    assert len(arrived(quiet)) == 3


def test_four_incidents_are_no_spike(quiet: TestSchool) -> None:
    quiet.clock.set(MORNING + timedelta(hours=2))
    say(quiet, *(f"HIGH words number {number}" for number in range(4)))
    assert len(arrived(quiet)) == 4


def test_a_pile_on_of_one_matter_is_told_once_with_its_size(daily: TestSchool) -> None:
    """Thirty people repeat an insult, and the head would think that it is still one comment."""
    daily.clock.set(MORNING + timedelta(hours=2))
    words = "ABUSE that everybody repeats today"
    for number in range(12):
        daily.x.mention(f"@fernhillprimary {words}", f"u{number}", daily.clock.now())
    daily.look()
    assert len(rows(daily, Incident)) == 1
    (alert,) = [mail for mail in mails(daily, "alert") if mail.state == MailState.SENT]
    assert "12 new items" in alert.text
    daily.clock.advance(timedelta(minutes=6))
    for number in range(12, 30):
        daily.x.mention(f"@fernhillprimary {words}", f"u{number}", daily.clock.now())
    daily.look()
    assert len(arrived(daily)) == 1, "once within the hour, however many more come"


def test_a_hold_from_a_clock_that_ran_ahead_does_not_last(quiet: TestSchool) -> None:
    """A clock that was wrong for a minute would hold a mail until its day comes."""
    quiet.clock.set(NIGHT + timedelta(days=2))
    say(quiet, "ABUSE two days ahead")
    quiet.clock.set(NIGHT)
    assert len(arrived(quiet)) == 1
