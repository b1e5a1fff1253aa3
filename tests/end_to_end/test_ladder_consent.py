"""A consent is withdrawn in writing: the pupil's old pictures on two platforms come up, go, and are verified."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from support.climbing import LEAD, MANAGER, PUPIL, Office, climbing
from support.clock import SettableClock

from alerts.ladder.words import Step
from config.words import Lane, Outcome, Situation, TaskState
from connectors.loopback import LoopbackPlatform
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.store.models import CustodyEvent, Incident, Item, OwnPostFinding, Recheck, TakedownTask

CONSENTS = "pupil_id,channel,medium,from,to,given_by,document_ref\nP1,all,all,2024-09-01,,parent,form 17\n"
OLD = (
    ("x", "The pond has three frogs", 400),
    ("x", "Our choir sang at the harbour", 310),
    ("facebook", "The tombola is back again", 220),
)
"""Platform, words, and how many days ago it was posted, with a picture."""
BY = "B. Office"


@dataclass
class Showing(Office):
    """The school, with old posts of its own that show the pupil."""

    posts: dict[str, LoopbackPlatform] = field(default_factory=dict)
    """External id → where it stands."""

    def tasks(self, step: Step) -> list[TakedownTask]:
        return [task for task in self.rows(TakedownTask) if task.step == step]

    def each(self, step: Step, *options: object, by: str = MANAGER) -> None:
        for task in self.tasks(step):
            self.done("tasks", "done", task.id, *options, "--by", by)


@pytest.fixture
def office(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Showing]:
    with climbing(tmp_path, clock, sqlite_database, monkeypatch) as desk:
        showing = Showing(desk.school)
        (tmp_path / "consents.csv").write_text(CONSENTS)
        showing.done("register", "import", "--consents", tmp_path / "consents.csv")
        for platform, words, days in OLD:
            publish(showing, platform, words, days)
        for page in (desk.school.x, desk.school.facebook):
            page.own_post("Term starts on Monday, bring your wellies", clock.now() - timedelta(days=70))
        yield showing


def publish(office: Showing, platform: str, words: str, days: int) -> None:
    """Checked against the consent then in force, and on record as showing the pupil."""
    draft = office.school.folder / "draft.txt"
    draft.write_text(words)
    shown = ("--channel", platform, "--medium", "image", "--pupil", PUPIL.pupil_id, "--image", "--record")
    assert "ok" in office.done("check-post", draft, *shown, "--by", BY)
    page, at = office.school.platforms[platform], office.school.clock.now() - timedelta(days=days)
    office.posts[page.own_post(words, at, image=True)] = page


def test_a_child_would_stay_in_old_pictures_after_its_parents_said_no(office: Showing) -> None:
    """The posts were lawful and judged harmless long ago; nothing of them is kept but a note of who is shown."""
    they_were_looked_at_and_dropped(office)
    a_withdrawal_without_a_letter_is_refused(office)
    it_raises_the_three_and_no_other(office)
    they_were_lawful_when_posted(office)
    the_school_takes_them_down(office)
    they_are_gone_for_certain(office)
    nobody_reads_in_a_mail_who_it_is(office)


def they_were_looked_at_and_dropped(office: Showing) -> None:
    office.school.first_look()
    office.pass_after(hours=30)
    assert len(office.rows(Item)) == len(OLD) + 2
    assert {item.text for item in office.rows(Item)} == {None}
    assert office.rows(Incident) == []


def a_withdrawal_without_a_letter_is_refused(office: Showing) -> None:
    assert "--document-ref" in office.refused("consent", "withdraw", PUPIL.pupil_id, "--by", BY)


def it_raises_the_three_and_no_other(office: Showing) -> None:
    letter = ("--document-ref", "letter 12", "--by", BY)
    said = office.done("consent", "withdraw", PUPIL.pupil_id, *letter)
    assert "x: 3 own posts read, 2 raised for removal." in said
    assert "facebook: 2 own posts read, 1 raised for removal." in said
    assert {incident.lane for incident in office.rows(Incident)} == {Lane.OWN_BREACH}
    assert len(office.tasks(Step.OWN_POST_REMOVE)) == len(OLD)
    raised = {item.external_id for item in office.rows(Item) if item.state == "sealed"}
    assert raised == set(office.posts)


def they_were_lawful_when_posted(office: Showing) -> None:
    found = office.rows(OwnPostFinding)
    assert [(one.kind, one.lawful_when_posted, one.consent_version) for one in found] == [
        ("withdrawn", True, 1)
    ] * len(OLD)
    situations = [read_ladder(incident).matter.situations for incident in office.rows(Incident)]
    assert all(Situation.CONSENT_WITHDRAWN in one for one in situations)
    shown = office.done("consent", "show", PUPIL.pupil_id, "--role", "dsl", "--by", LEAD)
    assert "letter 12" in shown


def the_school_takes_them_down(office: Showing) -> None:
    office.each(Step.TRIAGE)
    for external_id, page in office.posts.items():
        page.delete(external_id)
    office.each(Step.OWN_POST_REMOVE, "--outcome", "removed")
    assert {task.state for task in office.tasks(Step.VERIFY_REMOVED)} == {TaskState.OPEN}


def they_are_gone_for_certain(office: Showing) -> None:
    office.pass_after(hours=1, minutes=1)
    office.pass_after(hours=1, minutes=1)
    ended = [(task.state, task.outcome) for task in office.tasks(Step.VERIFY_REMOVED)]
    assert ended == [(TaskState.DONE, Outcome.REMOVED)] * len(OLD)
    looks = office.rows(Recheck)
    assert [(look.visibility, look.canary_healthy) for look in looks] == [("gone", True)] * 2 * len(OLD)
    office.each(Step.DPO_NOTE, "--reason", "lawful when posted; taken down", by="H. Officer")
    for incident in office.rows(Incident):
        why = ("--reason", "consent withdrawn", "--removed-by", "us", "--by", MANAGER)
        assert "closed: removed" in office.done("incidents", "close", incident.reference, *why)
    assert office.faults() == []


def nobody_reads_in_a_mail_who_it_is(office: Showing) -> None:
    office.pass_after(hours=24 * 7)
    mails = office.school.mail.accepted
    assert {one.recipients[0].partition("@")[0] for one in mails} >= {"manager", "dpo"}
    assert "Older posts of facebook: 1 matter to look at" in office.words_of(mails)
    no_name_in([office.words_of(mails), *(one.content.decode() for one in mails)])
    acts = [event for event in office.rows(CustodyEvent) if event.action == "consent_withdrawn"]
    assert [event.actor for event in acts] == [BY]
    no_name_in([str(event.details) for event in office.rows(CustodyEvent)])


def no_name_in(texts: Sequence[str]) -> None:
    for text in texts:
        assert PUPIL.first_name not in text
        assert PUPIL.surname not in text
