"""A letter between “send” and the mail server, and afterwards: a no, a later try, a notice that it came back."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from support.letter_school import ABUSE, LetterSchool, copied, make_template
from support.mail_server import RealMailServer

from alerts.ladder import machine
from alerts.ladder.state import Consent
from alerts.ladder.words import ConsentScope, Step
from alerts.letters.kinds import LetterKind
from config.words import Outcome, TaskState
from monitor.pipeline.at_rest.erasing import Request, erase_on_request
from monitor.pipeline.incidents.decisions import close_incident
from monitor.pipeline.letters import letter_sending
from monitor.pipeline.telling.bounces import note_bounce
from monitor.store.models import CustodyEvent, Item, LetterState, MailState, OutgoingMail

HOST = "abuse@host.example"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("letters") / "school")


@pytest.fixture
def school(template: Path, tmp_path: Path) -> Iterator[LetterSchool]:
    with RealMailServer() as server, copied(template, tmp_path / "school", mail=server) as opened:
        yield opened


def queued(school: LetterSchool, *to: str) -> int:
    number = school.approved(LetterKind.HOST_REPORT)
    letter_sending.send(school.site, number, to or [HOST], "A. Manager")
    return number


def arrived(school: LetterSchool, at: str = HOST) -> int:
    assert school.mail is not None
    return sum(at in one.recipients for one in school.mail.accepted)


def say_no(school: LetterSchool) -> None:
    asked = school.clock.now()
    wish = Consent("S1", "A. Manager", asked, answer=False, scope=ConsentScope.WISHES, method="written")
    school.change(ABUSE, lambda ladder: machine.record_consent(ladder, wish))


def test_a_letter_that_waits_would_leave_after_the_affected_person_said_no(school: LetterSchool) -> None:
    """The mail server comes back after a day in which they changed their mind."""
    school.recast(ABUSE, affected_role="staff")
    number = queued(school)
    say_no(school)
    school.send_all()
    assert arrived(school) == 0
    assert school.letter(number).state == LetterState.HELD
    assert "does not want" in (school.letter(number).note or "")


def test_a_letter_that_waits_would_leave_after_the_matter_was_closed(school: LetterSchool) -> None:
    """The host would be asked to remove what somebody found to be no violation."""
    number = queued(school)
    close_incident(school.site, ABUSE, reason="fair comment", by="A. Manager", outcome=Outcome.UNFOUNDED)
    school.send_all()
    assert arrived(school) == 0
    assert school.letter(number).state == LetterState.HELD


def test_the_second_address_of_a_letter_would_not_get_it_once_the_first_has(school: LetterSchool) -> None:
    """The task waits for an answer by then, which is no reason to hold the rest back."""
    queued(school, HOST, "legal@host.example")
    school.send_all()
    assert (arrived(school), arrived(school, "legal@host.example")) == (1, 1)
    assert school.task(ABUSE, Step.HOST_REPORT).state == TaskState.WAITING


def test_an_older_try_would_hold_back_the_letter_that_was_sent_anew(school: LetterSchool) -> None:
    assert school.mail is not None
    school.mail.refuse("rcpt", "550 5.1.1 no such mailbox", recipient="abus@host.example")
    school.mail.refuse("rcpt", "451 4.2.1 try again later", recipient="slow@host.example")
    number = queued(school, "slow@host.example", "abus@host.example")
    school.send_all()
    letter_sending.send(school.site, number, [HOST], "A. Manager")
    slow = next(one for one in school.rows(OutgoingMail) if one.recipient == "slow@host.example")
    assert letter_sending.held_back(school.site, slow)
    assert school.letter(number).state == LetterState.QUEUED
    school.send_all()
    assert school.letter(number).state == LetterState.SENT


NOTICE = """\
From: MAILER-DAEMON@host.example
To: office@fernhill.example
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.host.example

Final-Recipient: rfc822; abuse@host.example
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such mailbox

--b
Content-Type: text/rfc822-headers

Message-ID: {}

--b--
"""


def test_a_report_that_came_back_would_stand_as_sent_with_nothing_on_it(school: LetterSchool) -> None:
    """Somebody would wait for the answer of a host that never heard of it."""
    number = queued(school)
    school.send_all()
    (mail,) = school.mails("letter")
    note_bounce(school.site, NOTICE.format(mail.message_id).encode(), by="E. Technician")
    assert "came back" in (school.letter(number).note or "")
    assert school.mails("letter")[0].state == MailState.FAILED
    assert any(one.action == "letter_came_back" for one in school.rows(CustodyEvent))


def test_to_whom_a_letter_went_would_outlive_its_incident(school: LetterSchool) -> None:
    """A parent's address would stay in the outbox for ever."""
    queued(school)
    school.send_all()
    close_incident(school.site, ABUSE, reason="over", by="A. Manager", outcome=Outcome.UNFOUNDED)
    school.clock.advance(timedelta(days=1))
    item = next(one for one in school.rows(Item) if "ABUSE" in (one.text or ""))
    erase_on_request(school.site, item.uid, Request("they asked", "A. Manager", "B. Head"))
    (mail,) = school.mails("letter")
    assert HOST not in f"{mail.recipient} {mail.dedupe_key} {mail.last_error}"
