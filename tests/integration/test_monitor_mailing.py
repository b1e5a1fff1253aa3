"""Mail on bad days: refused, put off, cut off, down for a day. Real SMTP, both databases."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from support.clock import SettableClock
from support.mail_server import RealMailServer
from support.monitor_bench import (
    all_sent,
    beat,
    delivered,
    listening,
    mails,
    rows,
    school_with,
    send_all,
)
from support.school import TestSchool, running_school

from monitor.pipeline.telling.mailing import deliver
from monitor.pipeline.telling.watchkeeping import ping_dead_man
from monitor.store.models import MailState, OperatorAlert, OutgoingMail

MANAGER, DEPUTY, IT = "manager@fernhill.example", "deputy@fernhill.example", "it@fernhill.example"
FULL = "452 4.2.2 mailbox full"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url, names=["x"]) as running:
        running.first_look()
        yield running


@pytest.fixture
def small(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    """For what does not depend on the database."""
    with running_school(tmp_path, clock, sqlite_database, names=["x"]) as running:
        running.first_look()
        yield running


def raise_some(school: TestSchool, *words: str) -> None:
    for word in words:
        school.x.mention(f"@fernhillprimary {word} words of somebody", "stranger", school.clock.now())
    school.look()


def test_a_refused_address_is_told_to_the_second_contact(school: TestSchool) -> None:
    """Otherwise a manager's mistyped address would swallow every alert in silence."""
    school.mail.refuse("rcpt", "550 5.1.1 no such mailbox", recipient=MANAGER)
    raise_some(school, "ABUSE")
    send_all(school)
    (alert,) = mails(school, "alert")
    assert (alert.recipient, alert.state) == (MANAGER, MailState.FAILED)
    (news,) = mails(school, "undelivered")
    assert (news.recipient, news.state) == (DEPUTY, MailState.SENT)
    (trouble,) = [one for one in rows(school, OperatorAlert) if one.kind == "mail_refused"]
    assert trouble.subject == MANAGER
    assert {mail.recipient for mail in mails(school, "operator") if mail.state == "sent"} == {IT}
    raise_some(school, "ABUSE and other")
    assert len([one for one in rows(school, OperatorAlert) if one.kind == "mail_refused"]) == 1
    school.mail.behave()
    raise_some(school, "ABUSE a third time with")
    assert all(one.closed_at for one in rows(school, OperatorAlert)), "the address works again"


@pytest.mark.parametrize(
    ("stage", "answer"), [("greeting", "554 5.3.2 closed"), ("mail", "530 5.7.0 log in first"), ("ehlo", "")]
)
def test_a_server_at_fault_makes_everything_wait_at_one_try_a_round(
    school: TestSchool, stage: str, answer: str
) -> None:
    """A dead server with two hundred mails would hold the sender for hours, and fail mails for good."""
    if answer:
        school.mail.refuse(stage, answer)  # type: ignore[arg-type]  # one of the stages
    else:
        school.mail.drop(stage)  # type: ignore[arg-type]  # one of the stages
    raise_some(school, "ABUSE one", "HIGH two", "CRITICAL three", "PUPIL four")
    queued = rows(school, OutgoingMail)
    assert {mail.state for mail in queued} == {MailState.QUEUED}
    assert sum(1 for mail in queued if mail.last_error) == 1, "one try told enough"
    assert send_all(school) == 0, "no other try before its time"
    school.clock.advance(timedelta(minutes=1, seconds=1))
    assert send_all(school) == 1
    school.mail.behave()
    school.clock.advance(timedelta(minutes=2))
    before = len(school.mail.accepted)
    send_all(school)
    assert all_sent(school)
    order = [str(one.message["Subject"]).split(":")[0] for one in school.mail.accepted[before:]]
    assert order == sorted(order, key=["Critical", "High", "Medium"].index), "severest first"
    assert not mails(school, "operator"), "two minutes are no trouble yet"


def test_a_day_without_mail_loses_nothing_and_brings_no_storm(school: TestSchool) -> None:
    """After a day's outage a flood, or a hole, would teach the school to distrust the alerts."""
    port = school.mail.port
    school.mail.__exit__()
    raise_some(school, "ABUSE one", "CRITICAL two")
    tries = beat(school, 24 * 60, every=20)
    assert tries <= 24 * 60 // 20, "one try a round at most"
    assert {mail.state for mail in rows(school, OutgoingMail)} == {MailState.QUEUED}
    with RealMailServer(port=port) as again:
        again.refuse("rcpt", "451 4.7.1 greylisted", times=1, recipient=IT)
        beat(school, 30, every=10)
        assert all_sent(school)
        ids = Counter(str(one.message["Message-ID"]) for one in again.accepted)
        assert set(ids.values()) == {1}, "nothing twice"
        told = Counter(one.recipients[0] for one in again.accepted if "mail does not leave" in
                       str(one.message["Subject"]))  # fmt: skip
        assert told == {IT: 2, MANAGER: 2}, "that it broke, and that it works again; once each"
        beat(school, 60, every=10)
        later = [str(one.message["Subject"]) for one in again.accepted[ids.total() :]]
        assert later == [], "and then it is quiet"


def test_greylisting_delays_one_recipient_and_alarms_nobody(small: TestSchool) -> None:
    """A server that greylists would bring a false alarm with every new recipient."""
    small.mail.refuse("rcpt", "451 4.7.1 greylisted", times=2, recipient=MANAGER)
    raise_some(small, "CRITICAL")
    told = {recipient for recipient, _ in delivered(small)}
    assert MANAGER not in told
    assert "head@fernhill.example" in told, "one recipient's delay would hold up the others"
    beat(small, 10)
    assert all_sent(small)
    assert not rows(small, OperatorAlert)


def test_a_mailbox_that_stays_full_is_told_once_and_the_server_is_not_blamed(small: TestSchool) -> None:
    """The manager would miss an alert for days; and a storm of false alarms would go to IT."""
    small.mail.refuse("rcpt", FULL, recipient=MANAGER)
    raise_some(small, "ABUSE")
    beat(small, 4 * 60, every=12)
    kinds = Counter(one.kind for one in rows(small, OperatorAlert))
    assert kinds == {"mail_late": 1}
    assert [recipient for recipient, _ in delivered(small)] == [IT]
    assert "5 manager" not in str(delivered(small))
    small.mail.behave()
    beat(small, 72, every=12)
    assert all_sent(small)
    assert all(one.closed_at for one in rows(small, OperatorAlert))


def test_a_crash_between_send_and_mark_sends_the_same_message_again(small: TestSchool) -> None:
    """A second Message-ID would show the manager two alarms; no second copy might be none at all."""
    raise_some(small, "ABUSE")
    (alert,) = mails(small, "alert")
    assert deliver(small.site, small.site.settings.mail, alert) is None
    first, second = small.mail.accepted
    assert str(first.message["Message-ID"]).strip() == alert.message_id
    assert first.content == second.content


def test_a_line_that_breaks_after_the_last_dot_is_sent_again_under_the_same_id(small: TestSchool) -> None:
    small.mail.drop("message", times=1)
    raise_some(small, "ABUSE")
    beat(small, 3)
    assert all_sent(small)
    first, second = small.mail.accepted
    assert first.message["Message-ID"] == second.message["Message-ID"]


def test_a_claim_of_a_process_that_died_runs_out(small: TestSchool) -> None:
    """A mail claimed by a killed process would wait for ever."""
    small.mail.refuse("greeting", "421 4.3.2 come back later", times=1)
    raise_some(small, "ABUSE")
    with small.site.database.write() as session:
        claim = small.clock.now() + timedelta(seconds=100)
        session.execute(update(OutgoingMail).values(claimed_until=claim, next_attempt_at=small.clock.now()))
    assert send_all(small) == 0
    small.clock.advance(timedelta(seconds=101))
    assert send_all(small) == 1
    assert all_sent(small)


def test_dead_mail_is_told_through_the_second_server_and_a_channel_while_the_ping_falls_silent(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """A mail server that is down cannot say that it is down; the school would think all is quiet."""
    with listening() as channel, listening() as monitor, RealMailServer() as second:
        (tmp_path / "channel").write_text(f"json://127.0.0.1:{channel.server_port}")
        (tmp_path / "ping").write_text(f"http://127.0.0.1:{monitor.server_port}/ping-key")
        more = f"""
[mail.second]
host = "127.0.0.1"
port = {second.port}
security = "none"
[operations]
apprise = [{{ file = "{tmp_path}/channel" }}]
dead_man_ping = {{ file = "{tmp_path}/ping" }}
"""
        with school_with(tmp_path, clock, sqlite_database, more=more) as school:
            school.first_look()
            school.mail.refuse("greeting", "554 5.3.2 closed")
            raise_some(school, "CRITICAL")
            beat(school, 14)
            ping_dead_man(school.site)
            assert len(monitor.heard) == 1, "fourteen minutes are no alarm yet"
            beat(school, 2)
            ping_dead_man(school.site)
            assert len(monitor.heard) == 1, "its silence carries what mail cannot"
            assert sorted(one.recipients[0] for one in second.accepted) == [IT, MANAGER]
            assert "mail does not leave" in str(second.accepted[0].message["Subject"])
            (_, said) = channel.heard[0]
            assert "No mail has been accepted" in said
            assert "CRITICAL" not in said
            beat(school, 30, every=5)
            assert (len(second.accepted), len(channel.heard)) == (2, 1), "told once, not every round"
            school.mail.behave()
            beat(school, 20)
            assert all_sent(school)
            subjects = [subject for _, subject in delivered(school)]
            assert sum("mail does not leave" in subject for subject in subjects) == 2, "works again, to two"
            ping_dead_man(school.site)
            assert len(monitor.heard) == 2


def test_a_channel_that_fails_is_tried_again(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    """One lost message to the only other way would leave the outage untold."""
    with listening() as channel:
        (tmp_path / "channel").write_text(f"json://127.0.0.1:{channel.server_port}")
        more = f'[operations]\napprise = [{{ file = "{tmp_path}/channel" }}]\n'
        with school_with(tmp_path, clock, sqlite_database, more=more) as school:
            channel.status = 500
            school.first_look()
            school.mail.refuse("greeting", "554 5.3.2 closed")
            raise_some(school, "ABUSE")
            beat(school, 18)
            failed = len(channel.heard)
            assert failed
            channel.status = 200
            beat(school, 3)
            assert len(channel.heard) == failed + 1
            (alert,) = rows(school, OperatorAlert)
            assert list(alert.other_ways) == ["apprise"]
