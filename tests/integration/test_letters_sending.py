"""A letter from its draft to the mail server: approved by role, sent by a person, marked when it was taken."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from sqlalchemy import update
from support.clock import SettableClock
from support.letter_school import ABUSE, IMAGE, PUPIL, LetterSchool, copied, make_template
from support.mail_server import RealMailServer
from support.monitor_bench import rows, send_all, task_of, triage_all
from support.school import running_school

from alerts.ladder import machine
from alerts.ladder.correcting import Correction, correct
from alerts.ladder.state import Consent, Decision
from alerts.ladder.words import ConsentScope, DecisionKind, Standing, Step
from alerts.letters.kinds import LetterKind
from alerts.routes.providers import LookedUp, Network
from classifiers.interface import Pupil
from config.schema import Role
from config.words import Flag, Outcome, TaskState
from monitor.pipeline import boundaries
from monitor.pipeline.boundaries import Boundary
from monitor.pipeline.incidents.decisions import decide
from monitor.pipeline.judgement.register import replace_pupils
from monitor.pipeline.letters import letter_at_rest, letter_sending, letters
from monitor.pipeline.letters.letter_names import MASK, PupilNames
from monitor.pipeline.letters.letter_rows import LetterRefused, NoSuchLetter
from monitor.pipeline.telling.mailing import CLAIM
from monitor.store.incidents import NoSuchIncident
from monitor.store.models import (
    CustodyEvent,
    Incident,
    Judgement,
    Letter,
    LetterState,
    MailState,
    OutgoingMail,
    ProviderLookup,
)

K = LetterKind
HOST = "abuse@host.example"
KINGSLEY = Pupil("P7", "Zofia", "", "Kingsley", "4B", "4", "", "", (), "")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("letters") / "school")


@pytest.fixture
def school(template: Path, tmp_path: Path) -> Iterator[LetterSchool]:
    with RealMailServer() as server, copied(template, tmp_path / "school", mail=server) as opened:
        yield opened


def queued(school: LetterSchool, *to: str) -> int:
    number = school.approved(K.HOST_REPORT)
    letter_sending.send(school.site, number, to or [HOST], "A. Manager")
    return number


def taken(school: LetterSchool) -> list[str]:
    """Message-IDs of what the host's mailbox got."""
    assert school.mail is not None
    return [str(one.message["Message-ID"]) for one in school.mail.accepted if HOST in one.recipients]


def test_the_task_waits_for_the_answer_only_when_the_mail_server_has_taken_the_letter(
    school: LetterSchool,
) -> None:
    """The clock of the host's answer would start while the report lay in the school's own outbox."""
    number = queued(school)
    assert school.task(ABUSE, Step.HOST_REPORT).state == TaskState.OPEN
    assert school.letter(number).state == LetterState.QUEUED
    school.clock.advance(timedelta(hours=2))
    school.send_all()
    task = school.task(ABUSE, Step.HOST_REPORT)
    assert (task.state, school.letter(number).state) == (TaskState.WAITING, LetterState.SENT)
    assert school.letter(number).sent_at == school.clock.now()
    events = [one for one in school.rows(CustodyEvent) if one.action.startswith("letter_")]
    assert [one.action for one in events][-4:] == [
        "letter_edited", "letter_approved", "letter_queued", "letter_sent",
    ]  # fmt: skip
    assert not any("ABUSE" in str(one.details) for one in events)


class Killed(BaseException):
    """The process is gone; nothing may catch it."""


@pytest.mark.parametrize("boundary", [Boundary.BEFORE_SEND, Boundary.AFTER_SEND, Boundary.BEFORE_MARK])
def test_a_crash_around_sending_loses_no_letter_and_marks_it_once(
    school: LetterSchool, boundary: Boundary, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A report would never arrive, or its task wait for an answer to nothing."""
    number = queued(school)

    def kill(passed: Boundary) -> None:
        if passed is boundary:
            raise Killed

    monkeypatch.setattr(boundaries, "listener", kill)
    with pytest.raises(Killed):
        school.send_all()
    assert school.task(ABUSE, Step.HOST_REPORT).state == TaskState.OPEN
    monkeypatch.undo()
    school.clock.advance(CLAIM + timedelta(seconds=1))
    school.send_all()
    assert len(taken(school)) == (1 if boundary is Boundary.BEFORE_SEND else 2)
    assert len(set(taken(school))) == 1
    assert school.letter(number).state == LetterState.SENT
    assert school.task(ABUSE, Step.HOST_REPORT).state == TaskState.WAITING


DYING = """
import os, signal, sys
from datetime import datetime, timezone
from pathlib import Path
from config.loading import load_settings
from monitor.pipeline import boundaries
from monitor.pipeline.telling.mailing import send_next
from monitor.site import open_site
def die(passed):
    if passed is boundaries.Boundary.BEFORE_MARK:
        os.kill(os.getpid(), 9)
boundaries.listener = die
site = open_site(load_settings(Path(sys.argv[1])), lambda: datetime.fromisoformat(sys.argv[2]), line_up=False)
while send_next(site):
    pass
"""


def test_a_process_killed_between_send_and_mark_sends_twice_under_one_message_id(
    school: LetterSchool,
) -> None:
    """A kill -9 at the worst moment would lose the report, or send two that look like two."""
    number = queued(school)
    arguments = [school.folder / "schoolwatch.toml", school.clock.now().isoformat()]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    died = subprocess.run(
        [sys.executable, "-c", DYING, *map(str, arguments)], env=environment, check=False, timeout=60
    )
    assert died.returncode == -signal.SIGKILL
    assert len(taken(school)) == 1
    assert school.task(ABUSE, Step.HOST_REPORT).state == TaskState.OPEN
    school.clock.advance(CLAIM + timedelta(seconds=1))
    school.send_all()
    assert len(taken(school)) == 2
    assert len(set(taken(school))) == 1
    assert school.letter(number).state == LetterState.SENT
    assert school.task(ABUSE, Step.HOST_REPORT).state == TaskState.WAITING


def test_a_letter_and_its_task_are_marked_on_both_databases(
    tmp_path: Path, clock: SettableClock, postgres_database: str
) -> None:
    """A school with its own server would have letters that never count as sent."""
    with running_school(tmp_path, clock, postgres_database, names=["x"]) as running:
        running.first_look()
        running.x.mention("@fernhillprimary ABUSE words", "stranger", clock.now())
        running.look()
        triage_all(running)
        school = LetterSchool(running.site, tmp_path, clock, running.mail)
        number = queued(school)
        send_all(running)
        assert rows(running, Letter)[0].state == LetterState.SENT
        assert task_of(running, Step.HOST_REPORT).state == TaskState.WAITING
        with running.site.database.write() as session:
            letter_at_rest.forget(session, [rows(running, Incident)[0].id], clock.now())
        assert rows(running, Letter)[0].body is None
        assert letters.show(running.site, number).letter is None


def test_a_refused_address_is_mended_and_the_letter_goes_again(school: LetterSchool) -> None:
    """A mistyped address would look like a report that was made."""
    assert school.mail is not None
    school.mail.refuse("rcpt", "550 5.1.1 no such mailbox", recipient="abus@host.example")
    number = queued(school, "abus@host.example")
    school.send_all()
    held = school.letter(number)
    assert held.state == LetterState.HELD
    assert "no such mailbox" in (held.note or "")
    assert school.task(ABUSE, Step.HOST_REPORT).state == TaskState.OPEN
    letter_sending.send(school.site, number, [HOST], "A. Manager")
    school.send_all()
    assert school.letter(number).state == LetterState.SENT
    assert len(taken(school)) == 1


def test_a_letter_that_waits_is_held_back_when_its_matter_turns_out_to_be_an_indecent_image(
    school: LetterSchool,
) -> None:
    """The mail server comes back after a day, and warns the host and the person who posted it."""
    number = queued(school)
    school.recast(ABUSE, flags=frozenset({Flag.INDECENT_IMAGE}))
    school.send_all()
    assert taken(school) == []
    assert school.letter(number).state == LetterState.HELD
    (mail,) = school.mails("letter")
    assert mail.state == MailState.FAILED
    with pytest.raises(LetterRefused, match=r"Queen's Crescent 2\.7\.4"):
        letter_sending.send(school.site, number, [HOST], "A. Manager")
    with pytest.raises(LetterRefused, match="disabled"):
        letters.printed(school.site, number, "A. Manager")
    shown = letters.show(school.site, number)
    assert (shown.form, shown.letter) == ({}, None)


def test_a_void_letter_does_not_leave(school: LetterSchool) -> None:
    """What somebody called back in time would go all the same."""
    number = queued(school)
    letters.void(school.site, number, "A. Manager", "the post is gone")
    school.send_all()
    assert taken(school) == []
    assert school.letter(number).state == LetterState.VOID


def test_the_affected_persons_no_stops_a_letter_that_is_approved(school: LetterSchool) -> None:
    """The school would report it against the wish of the person it is about."""
    school.recast(ABUSE, affected_role="staff")
    number = school.approved(K.HOST_REPORT)
    asked = school.clock.now()
    wish = Consent("S1", "A. Manager", asked, answer=False, scope=ConsentScope.WISHES, method="written")
    school.change(ABUSE, lambda ladder: machine.record_consent(ladder, wish))
    with pytest.raises(LetterRefused, match="does not want"):
        letter_sending.send(school.site, number, [HOST], "A. Manager")
    assert school.mails("letter") == []


def test_a_letter_is_not_sent_twice_for_one_task(school: LetterSchool) -> None:
    """Two people who each press send would report the same post twice."""
    first, second = school.approved(K.HOST_REPORT), school.approved(K.HOST_REPORT)
    letter_sending.send(school.site, first, [HOST], "A. Manager")
    with pytest.raises(LetterRefused, match="only an approved letter"):
        letter_sending.send(school.site, first, [HOST], "D. Deputy")
    school.send_all()
    with pytest.raises(LetterRefused, match="not open on this incident"):
        letter_sending.send(school.site, second, [HOST], "D. Deputy")


def test_an_edit_takes_the_approval_away(school: LetterSchool) -> None:
    """What the head read would not be what is sent."""
    number = school.approved(K.HOST_REPORT)
    letters.edit(school.site, number, {"host_rule": ["another rule"]}, "A. Manager")
    assert school.letter(number).state == LetterState.DRAFT
    with pytest.raises(LetterRefused, match="stands as “draft”"):
        letter_sending.send(school.site, number, [HOST], "A. Manager")


def test_words_changed_behind_the_programs_back_are_not_sent(school: LetterSchool) -> None:
    """Whoever can write to the database would speak in the school's name."""
    number = school.approved(K.HOST_REPORT)
    with school.site.database.write() as session:
        session.execute(update(Letter).values(body='[{"sort":"paragraph","lines":["other words"]}]'))
    with pytest.raises(LetterRefused, match="not as it was approved"):
        letter_sending.send(school.site, number, [HOST], "A. Manager")


def test_an_unfilled_field_is_named_and_nothing_is_approved_or_sent(school: LetterSchool) -> None:
    """A report without the host's rule would go out and be turned down."""
    number = letters.new_letter(school.site, K.HOST_REPORT, ABUSE, "A. Manager")
    with pytest.raises(LetterRefused) as refusal:
        letters.approve(school.site, number, "A. Manager", Role.SENIOR_MANAGER)
    for name in ("host_rule", "capacity", "asked", "reply_to", "signed_by"):
        assert f"{name} (" in str(refusal.value)
    with pytest.raises(LetterRefused, match="only an approved letter"):
        letter_sending.send(school.site, number, [HOST], "A. Manager")


def test_what_the_incident_knows_is_filled_in(school: LetterSchool) -> None:
    """Somebody would type an address of sixty characters from a screen, at night."""
    form = letters.show(school.site, letters.new_letter(school.site, K.HOST_REPORT, ABUSE, "A. Manager")).form
    assert form["words"] == "@fernhillprimary ABUSE words of somebody"
    assert form["urls"].startswith("https://x.com/abuse/status/")
    assert (form["host"], form["handle"]) == ("X", "abuse")
    assert form["posted_at"] == "Monday 16 November 2026, 12:06:00 GMT (2026-11-16 12:06:00 UTC)"
    police = letters.show(school.site, letters.new_letter(school.site, K.POLICE_PACK, ABUSE, "B. Head")).form
    assert "record.json" in police["evidence"]
    assert "first seen by the school" in police["events"]
    reads = [one for one in school.rows(CustodyEvent) if one.action == "exported"]
    assert {one.actor for one in reads} == {"A. Manager", "B. Head"}


def test_of_a_suspected_indecent_image_the_police_get_the_reference_alone(school: LetterSchool) -> None:
    """The words, or a hash of them, would be copied once more."""
    form = letters.show(school.site, letters.new_letter(school.site, K.LADO_REFERRAL, IMAGE, "B. Head")).form
    assert form["urls"].startswith("https://x.com/")
    police = letters.show(school.site, letters.new_letter(school.site, K.POLICE_PACK, IMAGE, "B. Head")).form
    assert "nothing was copied" in police["evidence"]
    assert "IMAGE" not in str(form) + str(police)


def test_a_pupils_name_is_masked_in_the_quote_and_refused_in_what_is_typed(school: LetterSchool) -> None:
    """A child would be named to a platform that quotes the report back, or to a stranger."""
    with school.site.database.write() as session:
        replace_pupils(session, school.site.school_id, [KINGSLEY])
        session.execute(update(Judgement).values(pupils=["P7"]))
    number = school.drafted(K.HOST_REPORT, PUPIL, words="Zofia Kingsley in 4B")
    with pytest.raises(LetterRefused, match="words: names a pupil") as refusal:
        letters.approve(school.site, number, "C. Lead", Role.DSL)
    assert "Kingsley" not in str(refusal.value)
    first_name_only = school.drafted(K.REMOVAL_CONFIRMATION, PUPIL, what="a comment about Zofia")
    with pytest.raises(LetterRefused, match="what: names a pupil"):
        letters.approve(school.site, first_name_only, "C. Lead", Role.DSL)
    masked = PupilNames(school.site, None).masked("Zofia Kingsley hit him")
    assert masked == f"{MASK} hit him"


def test_nobody_approves_without_the_role_and_the_name(school: LetterSchool) -> None:
    """Anybody could approve as the head."""
    school.recast(ABUSE, author_role="parent", affected_role="staff")
    number = school.drafted(K.AUTHOR_REQUEST)
    for by, role in (
        ("A. Manager", Role.SENIOR_MANAGER),
        ("A. Manager", Role.HEADTEACHER),
        ("X. Y", Role.HEADTEACHER),
    ):
        with pytest.raises(LetterRefused):
            letters.approve(school.site, number, by, role)
    letters.approve(school.site, number, "b. head", Role.HEADTEACHER)
    assert school.letter(number).state == LetterState.APPROVED


def test_a_section_5_notice_is_printed_for_the_person_and_never_mailed_by_the_school(
    school: LetterSchool,
) -> None:
    """It would be given in the school's name, which makes it none."""
    school.recast(ABUSE, labels=frozenset({"defamation"}), affected_role="staff")
    number = school.drafted(K.SECTION_5_NOTICE, signed_by="B. Head")
    with pytest.raises(LetterRefused, match="by nobody for them"):
        letters.approve(school.site, number, "A. Manager", Role.SENIOR_MANAGER)
    letters.edit(school.site, number, {"signed_by": ["P. Teacher"]}, "A. Manager")
    letters.approve(school.site, number, "A. Manager", Role.SENIOR_MANAGER)
    with pytest.raises(LetterRefused, match="print it"):
        letter_sending.send(school.site, number, ["notices@forum.example"], "A. Manager")
    assert letters.printed(school.site, number, "A. Manager").startswith(b"%PDF")


def test_a_form_about_a_childs_sexual_picture_stops_and_stores_nothing(school: LetterSchool) -> None:
    """The address and the teacher's words about it would be passed on to the filter's administrator."""
    number = letters.new_letter(school.site, K.INAPPROPRIATE_CONTENT, None, "P. Teacher")
    answers = {"indecent_image": ["yes"], "urls": ["https://bad.example/x"]}
    with pytest.raises(LetterRefused, match="Stop: do not fill in"):
        letters.edit(school.site, number, answers, "P. Teacher")
    assert school.letter(number).fields == {}


def test_what_a_letter_says_ends_with_its_incident(school: LetterSchool) -> None:
    """A quote of what was erased would live on in a letter."""
    number = queued(school)
    incident = next(one for one in school.rows(Incident) if one.reference == ABUSE)
    with school.site.database.write() as session:
        letter_at_rest.forget(session, [incident.id], school.clock.now())
    row = school.letter(number)
    assert (row.fields, row.title, row.body, row.sent_to) == ({}, None, None, [])
    assert row.made_by == row.approved_by == row.sent_by == "(erased)"
    assert letters.show(school.site, number).letter is None


def test_a_letter_that_is_not_there_says_where_to_look(school: LetterSchool) -> None:
    """A slip of the finger would end in a traceback."""
    with pytest.raises(NoSuchLetter, match="schoolwatch letters"):
        letters.show(school.site, 99)
    with pytest.raises(NoSuchIncident, match="schoolwatch incidents"):
        letters.new_letter(school.site, K.HOST_REPORT, "SW-2026-0099", "A. Manager")
    with pytest.raises(LetterRefused, match="give its reference"):
        letters.new_letter(school.site, K.HOST_REPORT, None, "A. Manager")
    assert school.rows(OutgoingMail)


def test_a_report_that_only_the_person_may_make_is_printed_for_them(school: LetterSchool) -> None:
    """The host would refuse the school, and a day of the twenty-four hours be gone (NEU 9.3)."""
    number = school.approved(K.HOST_REPORT, PUPIL, capacity="self")
    assert school.task(PUPIL, Step.FIRST_PARTY_REPORT).state == TaskState.OPEN
    with pytest.raises(LetterRefused, match="only from the person concerned"):
        letter_sending.send(school.site, number, [HOST], "A. Manager")
    assert letters.printed(school.site, number, "A. Manager").startswith(b"%PDF")


def test_an_appeal_to_the_host_is_the_same_letter_once_more(school: LetterSchool) -> None:
    """After a refusal the ladder would wait for an appeal that no letter can be written for."""
    queued(school)
    school.send_all()
    refused = Decision(DecisionKind.REFUSED, "A. Manager", Outcome.REFUSED, "they see no breach")
    decide(school.site, school.task(ABUSE, Step.HOST_REPORT).id, refused)
    number = school.approved(K.HOST_REPORT, prior_references="X-123")
    letter_sending.send(school.site, number, [HOST], "A. Manager")
    school.send_all()
    assert school.task(ABUSE, Step.HOST_ESCALATION).state == TaskState.WAITING


def test_the_heads_approval_of_a_letter_is_the_ladders_too(school: LetterSchool) -> None:
    """The head would approve twice, or a request leave on a manager's word alone (Huntington 8.6)."""
    school.recast(ABUSE, author_role="parent", affected_role="staff")
    known = Correction(attribution=Standing.CONFIRMED, basis="she said so herself")
    school.change(
        ABUSE, lambda ladder: correct(ladder, known, reason="met her", by="A. Manager", at=school.clock.now())
    )
    meeting = school.task(ABUSE, Step.MEETING)
    decide(
        school.site,
        meeting.id,
        Decision(DecisionKind.DONE, "A. Manager", None, "heard him first", answer="held"),
    )
    number = school.drafted(K.AUTHOR_REQUEST)
    assert letters.show(school.site, number).form["answer_by"]
    letters.approve(school.site, number, "B. Head", Role.HEADTEACHER)
    letter_sending.send(school.site, number, ["a.parent@home.example"], "A. Manager")
    school.send_all()
    assert school.task(ABUSE, Step.AUTHOR_REQUEST).state == TaskState.WAITING


def test_after_the_hosts_refusal_the_provider_gets_one_page_and_the_hosts_answer(
    school: LetterSchool,
) -> None:
    """The abuse desk would be asked for a whole site, or ask back what the host had said (NEU 9.4)."""
    school.recast(ABUSE, platform="forum", affected_role="staff")
    looked_up = LookedUp(
        "x.com", school.clock.now(), ("192.0.2.14",), networks=(Network("192.0.2.0/24", "HOSTCO", ()),)
    )
    with school.site.database.write() as session:
        session.add(
            ProviderLookup(
                school_id=school.site.school_id,
                site="x.com",
                asked_at=school.clock.now(),
                asked_by="A. Manager",
                answer=TypeAdapter(LookedUp).dump_python(looked_up, mode="json"),
            )
        )
    queued(school)
    school.send_all()
    refused = Decision(DecisionKind.REFUSED, "A. Manager", Outcome.REFUSED, "they see no breach")
    decide(school.site, school.task(ABUSE, Step.HOST_REPORT).id, refused)
    form = letters.show(
        school.site, letters.new_letter(school.site, K.INFRA_NOTICE, ABUSE, "A. Manager")
    ).form
    assert (form["ip"], form["provider"], form["domain"]) == ("192.0.2.14", "HOSTCO", "x.com")
    assert form["host_answer"] == "they see no breach"
    number = school.approved(K.INFRA_NOTICE)
    letter_sending.send(school.site, number, ["abuse@hostco.example"], "A. Manager")
    school.send_all()
    assert school.task(ABUSE, Step.INFRA_NOTICE).state == TaskState.WAITING


def test_one_refused_address_of_two_is_written_on_the_letter(school: LetterSchool) -> None:
    """Half the staff would never get the message, and nobody know."""
    assert school.mail is not None
    school.mail.refuse("rcpt", "550 5.1.1 no such mailbox", recipient="ta@fernhill.example")
    number = school.approved(K.CRITICAL_INCIDENT_STAFF, None)
    for to in (
        ["staff@fernhill.example", "ta@fernhill.example"],
        ["ta@fernhill.example", "staff@fernhill.example"],
    ):
        again = school.approved(K.CRITICAL_INCIDENT_STAFF, None)
        letter_sending.send(school.site, again, to, "A. Manager")
        school.send_all()
        assert school.letter(again).state == LetterState.SENT
        assert "ta@fernhill.example was refused" in (school.letter(again).note or "")
    assert school.letter(number).state == LetterState.APPROVED


def test_a_letter_called_back_too_late_says_that_it_left(
    school: LetterSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record would say void of a letter that lies in somebody's inbox."""
    number = queued(school)

    def call_back(passed: Boundary) -> None:
        if passed is Boundary.BEFORE_MARK:
            letters.void(school.site, number, "A. Manager", "Not now.")

    monkeypatch.setattr(boundaries, "listener", call_back)
    school.send_all()
    assert len(taken(school)) == 1
    row = school.letter(number)
    assert (row.state, row.note) == (
        LetterState.VOID,
        "Not now. It had left already: the mail server took it.",
    )
