"""Letters and forms as the schools' policies ask for them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.letter_school import ABUSE, IMAGE, NAMES, LetterSchool, copied, make_template, with_this_clock
from support.letters import WHOLE
from support.mail_server import RealMailServer
from support.policy import serves, switch

from alerts.ladder.state import Decision
from alerts.ladder.words import DecisionKind, Step
from alerts.letters.asking import AuthorRequest
from alerts.letters.kinds import LetterKind
from alerts.mail.drafts import alert_draft, reminder_draft
from alerts.mail.facts import AlertFacts, Asked, ReminderFacts
from config.schema import Role
from config.words import Flag, Lane, Severity
from monitor.pipeline.incidents.decisions import decide
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.letters import letter_forms, letter_sending, letters
from monitor.pipeline.letters.letter_rows import LetterRefused
from monitor.store.models import LetterState

K = LetterKind
FIVE = (K.AUTHOR_REQUEST, K.HOST_REPORT, K.INFRA_NOTICE, K.PARENT_CHILD_AFFECTED, K.DIGEST_DETAIL)


NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
ASKED = Asked("Look at it and decide", NOON)
ALERT = AlertFacts("Fernhill Primary", ABUSE, Severity.HIGH, Lane.STANDARD, "x", NOON, (ASKED,))
REMINDER = ReminderFacts("Fernhill Primary", ABUSE, Severity.HIGH, Lane.STANDARD, "x", ASKED, NOON)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_template(tmp_path_factory.mktemp("letters") / "school")


@pytest.fixture
def school(template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LetterSchool]:
    with copied(template, tmp_path / "school") as opened:
        with_this_clock(monkeypatch, opened)
        yield opened


@pytest.fixture
def posting(template: Path, tmp_path: Path) -> Iterator[LetterSchool]:
    """With a mail server that takes what is sent."""
    with RealMailServer() as server, copied(template, tmp_path / "school", mail=server) as opened:
        yield opened


@serves("QC 2.7.4", without=switch("monitor.pipeline.letters.letters.why_barred", lambda *_: None))
def test_nobody_is_confronted_about_a_suspected_indecent_image(school: LetterSchool) -> None:
    """A request to the author, a report to the host or a word in the digest would warn who posted it."""
    for kind in FIVE:
        ran = school.run("new", kind.value, IMAGE, "--by", "A. Manager")
        assert ran.status == 1, kind
        assert "disabled" in ran.err
        assert "Queen's Crescent 2.7.4" in ran.err
    assert school.run("new", "police_pack", IMAGE).status == 0
    assert school.run("new", "lado_referral", IMAGE).status == 0


@serves(
    "NEU 5.3", without=switch("monitor.pipeline.letters.letter_sending._check_may_leave", lambda *_: None)
)
def test_words_leave_from_the_schools_mailbox_when_a_person_sends_them(posting: LetterSchool) -> None:
    """A draft would reach a stranger, or an approved letter leave by itself at night."""
    assert posting.mail is not None
    draft = posting.drafted(K.REMOVAL_CONFIRMATION)
    with pytest.raises(LetterRefused, match="only an approved letter"):
        letter_sending.send(posting.site, draft, ["a.parent@home.example"], "A. Manager")
    number = posting.approved(K.REMOVAL_CONFIRMATION)
    posting.clock.advance(timedelta(days=3))
    run_ladders(posting.site)
    posting.send_all()
    assert "a.parent@home.example" not in recipients(posting)
    letter_sending.send(posting.site, number, ["a.parent@home.example"], "A. Manager")
    posting.send_all()
    mail = posting.mail.accepted[-1]
    assert mail.recipients == ("a.parent@home.example",)
    assert mail.message["From"].addresses[0].addr_spec == "office@fernhill.example"
    assert mail.message["From"].addresses[0].display_name == "Fernhill Primary"
    assert mail.message["Auto-Submitted"] is None


def recipients(school: LetterSchool) -> set[str]:
    assert school.mail is not None
    return {address for mail in school.mail.accepted for address in mail.recipients}


_DO_NOT_REPLY = switch("alerts.mail.drafts._ENVIRONMENT.globals", "", key="DO_NOT_REPLY")


@serves("NEU 8.1/1", "Huntington 8.3", without=_DO_NOT_REPLY)
def test_every_alert_says_not_to_reply(school: LetterSchool) -> None:
    """A member of staff would answer in anger, and the school be part of the quarrel."""
    for draft in (alert_draft(ALERT), reminder_draft(REMINDER)):
        assert "Do not reply" in draft.text
        assert "Do not reply" in draft.html


@serves("Huntington 8.3", without=switch("monitor.pipeline.letters.letters._check_words", lambda _: None))
def test_a_letter_that_hits_back_cannot_be_approved(school: LetterSchool) -> None:
    """The school would threaten, and say what only a court can."""
    number = school.drafted(K.COMPLAINTS_SIGNPOST, complaints_procedure="you are a troll and guilty of libel")
    ran = school.run("approve", number, "--by", "A. Manager", "--role", "senior_manager")
    assert ran.status == 1
    for word in ("troll", "guilty", "libel"):
        assert word in ran.err


@serves("Huntington 2.1/3", without=switch("alerts.letters.barred.BY_LANE", {}, key=Lane.COMPLAINT))
def test_criticism_gets_the_complaints_procedure_and_no_other_letter(school: LetterSchool) -> None:
    """“You never answer the phone” would bring a parent a letter that asks for silence."""
    school.recast(ABUSE, labels=frozenset(), flags=frozenset(), severity=Severity.NONE)
    for kind in (K.AUTHOR_REQUEST, K.HOST_REPORT, K.PARENT_CHILD_AFFECTED):
        assert school.run("new", kind.value, ABUSE).status == 1, kind
    number = school.approved(K.COMPLAINTS_SIGNPOST)
    assert "https://fernhill.example/complaints" in school.run("show", number).out


class NoComplaints(AuthorRequest):
    complaints_procedure: str = "–"


@serves(
    "Market Drayton D/2", without=switch("alerts.letters.filling.MODELS", NoComplaints, key=K.AUTHOR_REQUEST)
)
def test_a_request_to_an_author_shows_the_way_to_complain(school: LetterSchool) -> None:
    """A parent with a real concern would only be told to be quiet."""
    school.recast(ABUSE, author_role="parent", affected_role="staff")
    number = school.drafted(K.AUTHOR_REQUEST)
    assert school.run("edit", number, "--set", "complaints_procedure=").status == 0
    ran = school.run("approve", number, "--by", "B. Head", "--role", "headteacher")
    assert "complaints_procedure (Complaints procedure): not filled in" in ran.err


FORM_A = [f"--set={name}={line}" for name, value in WHOLE[K.INAPPROPRIATE_CONTENT].items()
          for line in value.splitlines() if name != "action_taken"]  # fmt: skip


@serves(
    "Huntington 5.5",
    without=switch("monitor.pipeline.letters.letter_forms.FORMS", Role.IT, key=K.INAPPROPRIATE_CONTENT),
)
def test_an_inappropriate_content_report_reaches_the_e_safety_co_ordinator(school: LetterSchool) -> None:
    """A teacher's report would lie in a drawer, and the site stay open to pupils."""
    assert school.run("new", "inappropriate_content", *FORM_A, "--by", "P. Teacher").status == 0
    assert school.run("send", 1, "--by", "P. Teacher").status == 0
    (mail,) = school.mails("form")
    assert mail.recipient == "esafety@fernhill.example"
    assert "letters show 1" in mail.text
    for secret in ("bad.example", "P. Teacher", "gambling"):
        assert secret not in mail.subject + mail.text


@serves("Huntington 7.3", without=switch("monitor.pipeline.letters.letter_forms.block_list", lambda _: ()))
def test_the_filter_gets_the_addresses_and_nothing_else(school: LetterSchool) -> None:
    """The administrator would type long addresses from paper, or learn which child saw what."""
    school.approved(K.INAPPROPRIATE_CONTENT, None)
    school.drafted(K.INAPPROPRIATE_CONTENT, None, urls="https://not-decided.example/")
    out = school.folder / "block.txt"
    assert school.run("block-list", "--out", out).status == 0
    assert out.read_text() == "https://bad.example/a\nhttps://bad.example/b?c=1\n"


@serves(
    "Huntington 7.3", without=switch("monitor.pipeline.letters.letter_forms._seen_at_school", lambda _: False)
)
def test_what_pupils_or_parents_saw_at_school_reaches_the_head(school: LetterSchool) -> None:
    """The head would hear of it from a parent at the gate."""
    number = school.drafted(K.INAPPROPRIATE_CONTENT, None, seen_by_pupils_or_parents="yes")
    letter_forms.hand_in(school.site, number, "P. Teacher")
    assert {mail.recipient for mail in school.mails("form")} == {
        "esafety@fernhill.example",
        "head@fernhill.example",
    }


@serves(
    "Huntington 7.5",
    without=switch("monitor.pipeline.letters.letter_approving._check_two_people", lambda *_: None),
)
def test_nobody_allows_their_own_request_for_a_blocked_site(school: LetterSchool) -> None:
    """The filter would be open to whoever asks for it."""
    number = school.drafted(K.BLOCKED_CONTENT, None, requester="D. Deputy")
    for own, role in (("A. Manager", "senior_manager"), ("D. Deputy", "deputy")):
        ran = school.run("approve", number, "--by", own, "--role", role)
        assert ran.status == 1
        assert "Huntington 7.5" in ran.err
    assert school.run("approve", number, "--by", "G. Online", "--role", "e_safety").status == 0


@serves("Nunney 2.9.2", without=switch("monitor.pipeline.letters.letters.check_approver", lambda *_: None))
def test_the_critical_incident_message_reaches_staff_after_the_head_approved_it(
    posting: LetterSchool,
) -> None:
    """Staff would hear from one another, or get a message that the head never saw."""
    number = posting.drafted(K.CRITICAL_INCIDENT_STAFF, None)
    seen = letters.show(posting.site, number).letter
    assert seen is not None
    with pytest.raises(LetterRefused, match="headteacher"):
        letters.approve(posting.site, number, "A. Manager", Role.SENIOR_MANAGER)
    letters.approve(posting.site, number, NAMES[Role.HEADTEACHER], Role.HEADTEACHER)
    letter_sending.send(posting.site, number, ["staff@fernhill.example", "ta@fernhill.example"], "A. Manager")
    posting.send_all()
    assert {"staff@fernhill.example", "ta@fernhill.example"} <= recipients(posting)
    row = posting.letter(number)
    assert (row.state, row.approved_by, row.sent_by) == (LetterState.SENT, "B. Head", "A. Manager")
    assert row.sent_at is not None


@serves("QC 2.5.6", without=switch("monitor.pipeline.letters.letter_keeping.sent_items", lambda _: iter(())))
def test_a_manager_can_read_again_what_was_sent(posting: LetterSchool) -> None:
    """Nobody could say later what the school wrote, to whom, and on whose word."""
    number = posting.approved(K.REMOVAL_CONFIRMATION)
    letter_sending.send(posting.site, number, ["a.parent@home.example"], "A. Manager")
    posting.send_all()
    ran = posting.run("--sent", "--json")
    newest = json.loads(ran.lines[0])
    assert (newest["letter"], newest["to"], newest["reference"]) == (number, "a.parent@home.example", ABUSE)
    assert {json.loads(line)["kind"] for line in ran.lines} >= {"letter", "alert"}
    assert "Copies may stand elsewhere" in posting.run("show", number).out


@serves(
    "QC and Nunney 2.8.5/2",
    without=switch("monitor.pipeline.letters.letter_sending._check_ladder", lambda *_: None),
)
def test_the_person_goes_to_the_police_themselves_with_their_own_pack(posting: LetterSchool) -> None:
    """The school would report it over the head of a colleague who wants to do that alone, or not at all."""
    posting.recast(ABUSE, flags=frozenset({Flag.INSULT, Flag.HARASSMENT}), affected_role="staff")
    decided = Decision(DecisionKind.DONE, "B. Head", None, "she may want to")
    decide(posting.site, posting.task(ABUSE, Step.POLICE_CONSIDERED).id, decided)
    number = posting.approved(K.POLICE_PACK)
    with pytest.raises(LetterRefused, match="consent"):
        letter_sending.send(posting.site, number, ["101@police.example"], "B. Head")
    assert letters.printed(posting.site, number, "B. Head").startswith(b"%PDF")
    options = posting.drafted(K.WISHES_REQUEST)
    assert "You can also report it yourself" in posting.run("show", options).out.replace("\n", " ")
