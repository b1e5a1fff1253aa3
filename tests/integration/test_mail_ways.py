"""The ways beside a plain mail: a phone channel, a link to press, a notice that a mail came back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import beat, listening, mails, rows, say, school_with, send_all, settle
from support.school import TestSchool

from alerts.ladder.words import DecisionKind, Step
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.store.models import CustodyEvent, Incident, MailState, OperatorAlert, SinglePurposeLink

MANAGER, DEPUTY, HEAD = "manager@fernhill.example", "deputy@fernhill.example", "head@fernhill.example"


def channels(folder: Path, port: int) -> str:
    (folder / "phone").write_text(f"json://127.0.0.1:{port}/token-of-the-channel")
    return f"""
[alerts]
[[alerts.channels]]
name = "manager-phone"
role = "senior_manager"
address = {{ file = "{folder}/phone" }}
[[alerts.channels]]
name = "deputy-phone"
email = "Deputy@fernhill.example"
address = {{ file = "{folder}/phone" }}
least = "critical"
"""


def test_a_phone_is_told_without_a_name_or_a_word_of_the_post(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """A lock screen on a table in the staff room would show what a stranger wrote of a pupil."""
    with (
        listening() as phone,
        school_with(tmp_path, clock, sqlite_database, more=channels(tmp_path, phone.server_port)) as school,
    ):
        school.first_look()
        say(school, "HIGH words about Aisha Khan", "ABUSE that can wait")
        assert len(phone.heard) == 1, "what is medium stays with mail"
        (_, said) = phone.heard[0]
        assert "High: SW-2026-" in said
        assert "Do not reply" in said
        assert not [word for word in ("Aisha", "words about", "stranger", "http") if word in said.lower()]
        (message,) = mails(school, "channel")
        assert (message.channel, message.state) == ("manager-phone", MailState.SENT)
        assert "token-of-the-channel" not in message.text + message.subject + message.recipient


def test_the_deputy_s_own_phone_hears_what_nobody_acknowledged(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """The deputy does not look for mail on a Sunday; the phone is why it was given."""
    with (
        listening() as phone,
        school_with(tmp_path, clock, sqlite_database, more=channels(tmp_path, phone.server_port)) as school,
    ):
        school.first_look()
        say(school, "CRITICAL words of a stranger")
        before = len(phone.heard)
        clock.advance(timedelta(minutes=61))
        run_ladders(school.site)
        send_all(school)
        assert len(phone.heard) == before + 1
        assert "Nobody has answered it yet" in phone.heard[-1][1]


def test_a_channel_that_fails_holds_up_no_mail_and_is_told(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """A changed phone number would silence the alert, or all the mail behind it."""
    with (
        listening() as phone,
        school_with(tmp_path, clock, sqlite_database, more=channels(tmp_path, phone.server_port)) as school,
    ):
        phone.status = 500
        school.first_look()
        say(school, "HIGH words of somebody")
        assert [mail.state for mail in mails(school, "alert")] == [MailState.SENT]
        beat(school, 90, every=30)
        (trouble,) = rows(school, OperatorAlert)
        assert (trouble.kind, trouble.subject) == ("channel_failing", "manager-phone")
        phone.status = 200
        beat(school, 60, every=30)
        assert [mail.state for mail in mails(school, "channel")] == [MailState.SENT]
        assert all(one.closed_at for one in rows(school, OperatorAlert))


def test_each_reader_has_a_link_of_their_own_that_the_database_cannot_open(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """One link for all would not say who acknowledged; one kept in clear would open for whoever reads it."""
    more = '\n[console]\npublic_url = "https://watch.fernhill.example"\n'
    with school_with(tmp_path, clock, sqlite_database, more=more) as school:
        school.first_look()
        say(school, "SAFEGUARDING matter of a child")
        sent = {one.recipients[0]: one.message.get_body(("plain",)) for one in school.mail.accepted}
        links = {
            to: next(line for line in str(body.get_content()).splitlines() if line.startswith("https://"))
            for to, body in sent.items()
            if body is not None
        }
        assert len(links) >= 2
        assert len(set(links.values())) == len(links)
        assert all(link.startswith("https://watch.fernhill.example/acknowledge/") for link in links.values())
        people = {one.person for one in rows(school, SinglePurposeLink)}
        assert {"B. Head", "C. Lead"} <= people
        kept = "".join(mail.text + mail.html for mail in mails(school, "alert"))
        assert not [link for link in links.values() if link in kept], (
            "once it was sent, only the hash is kept"
        )


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database) as running:
        running.first_look()
        yield running


def test_without_an_address_a_mail_says_what_to_type(school: TestSchool) -> None:
    say(school, "HIGH words of somebody")
    (alert,) = mails(school, "alert")
    assert "schoolwatch tasks ack 1\n" in alert.text
    clock = school.clock
    clock.advance(timedelta(hours=30))
    run_ladders(school.site)
    assert all("schoolwatch tasks ack " in mail.text for mail in mails(school, "reminder"))


def test_what_was_taken_on_and_left_lying_is_told_again(school: TestSchool) -> None:
    """Somebody presses the button in bed, falls asleep, and nobody else ever hears."""
    say(school, "CRITICAL words of a stranger")
    for step in (Step.TRIAGE, Step.POLICE_REPORTED, Step.DSL_REFERRAL, Step.HOST_REPORT):
        settle(school, step, DecisionKind.ACKNOWLEDGE)
    school.clock.advance(timedelta(hours=3))
    run_ladders(school.site)
    assert "stalled" not in kinds_of_reminders(school)
    school.clock.advance(timedelta(hours=1))
    run_ladders(school.site)
    assert "stalled" in kinds_of_reminders(school)
    assert not [mail for mail in mails(school, "reminder") if mail.recipient == DEPUTY]
    school.clock.advance(timedelta(minutes=61))
    run_ladders(school.site)
    assert [mail for mail in mails(school, "reminder") if mail.recipient == DEPUTY], "and then the deputy"


def kinds_of_reminders(school: TestSchool) -> set[str]:
    return {mail.dedupe_key.split(":")[3] for mail in mails(school, "reminder")}


def bounced(message_id: str) -> str:
    return (
        "Content-Type: multipart/report; report-type=delivery-status; boundary=B\n\n--B\n"
        "Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.sch.uk\n\n"
        f"Final-Recipient: rfc822; {MANAGER}\nAction: failed\nStatus: 5.1.1\n"
        "Diagnostic-Code: smtp; 550 5.1.1 mailbox is gone\n\n--B\n"
        f"Content-Type: text/rfc822-headers\n\nMessage-ID: {message_id}\n\n--B--\n"
    )


def test_a_mail_that_came_back_is_told_to_the_second_contact(school: TestSchool) -> None:
    """The server took it, the mailbox did not exist, and everybody would think that the manager knows."""
    say(school, "HIGH words of somebody")
    (alert,) = mails(school, "alert")
    file = school.folder / "notice.eml"
    file.write_text(bounced(alert.message_id))
    at = ("--config", school.folder / "schoolwatch.toml", "mail")
    done = run(*at, "bounce", file, "--by", "E. Technician")
    assert done.status == 0, done.err
    assert "senior manager, came back" in done.out
    assert "mailbox is gone" in done.out
    (news,) = mails(school, "undelivered")
    assert news.recipient == DEPUTY
    assert rows(school, Incident)[0].reference in news.text
    assert [one.kind for one in rows(school, OperatorAlert)] == ["mail_refused"]
    noted = [event.actor for event in rows(school, CustodyEvent) if event.action == "mail_came_back"]
    assert noted == ["E. Technician"]
    again = run(*at, "bounce", file, "--by", "E. Technician")
    assert "known to have failed" in again.out
    assert len(mails(school, "undelivered")) == 1, "handed in twice, told once"
    shown = run(*at)
    assert "mailbox is gone" in shown.out
    file.write_text(bounced("<schoolwatch.of-another-school@example.org>"))
    wrong = run(*at, "bounce", file)
    assert wrong.status == 1
    assert "has not sent" in wrong.err
