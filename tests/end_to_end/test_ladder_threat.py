"""A threat under a post of the school's own page: from the first poll to gone, verified and closed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from support.climbing import HEAD, MANAGER, Office, climbing
from support.clock import SettableClock

from alerts.ladder.words import Step
from alerts.letters.kinds import LetterKind
from config.schema import Role
from config.words import Flag, Lane, Outcome, Remover, TaskState
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.store.models import EvidenceItem, Item, ItemState, Recheck

WORDS = "Mr Larkspur had better watch his back, I know where he parks and I will smash his face in on Monday"
TEACHER = "teacher@fernhill.example"


@dataclass
class Threatened(Office):
    """The school's own page, with the comment on it."""

    comment: str

    def state(self, step: Step) -> tuple[str, str | None]:
        task = self.task(step)
        return task.state, task.outcome


@pytest.fixture
def office(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Threatened]:
    with climbing(tmp_path, clock, sqlite_database, monkeypatch) as desk:
        page = desk.school.facebook
        post = page.own_post("Open evening on Thursday", clock.now())
        desk.school.first_look()
        comment = page.comment(post, WORDS, "Local Voice", clock.now())
        page.comment(post, "See you there!", "A Parent", clock.now())
        desk.school.look()
        yield Threatened(desk.school, comment)


def test_a_threat_would_be_lost_on_its_way_from_the_poll_to_verified_gone(office: Threatened) -> None:
    """Each stage needs the one before: what falls out of step leaves a teacher threatened and nobody to act."""
    is_sealed_and_told(office)
    the_teacher_is_heard_and_supported(office)
    it_is_hidden_by_decision(office)
    the_police_hear_with_consent(office)
    it_is_gone_only_when_missing_twice(office)
    whoever_it_was_about_is_told(office)
    it_is_closed_with_reason_person_and_time(office)
    the_evidence_stands(office)


def is_sealed_and_told(office: Threatened) -> None:
    assert [item.state for item in office.rows(Item) if item.text == WORDS] == [ItemState.SEALED]
    assert len(office.rows(EvidenceItem)) == 1
    assert (office.incident.lane, office.incident.severity) == (Lane.STANDARD, "high")
    assert Flag.THREAT in read_ladder(office.incident).matter.flags
    (alert,) = office.school.mail.accepted
    assert alert.recipients == ("manager@fernhill.example",)
    assert str(alert.message["Subject"]).startswith(f"High: {office.incident.reference} on Facebook")
    assert "Larkspur" not in str(alert.message["Subject"])


def the_teacher_is_heard_and_supported(office: Threatened) -> None:
    reference = office.incident.reference
    assert "look at it first" in office.refused(
        "incidents", "hide", reference, "--reason", "x", "--by", MANAGER
    )
    office.decide("done", Step.TRIAGE, "--reason", "a threat in plain words")
    office.decide("done", Step.AFFECTED_INFORMED, "--reason", "told in person, before anybody else")
    office.decide("done", Step.SUPPORT_OFFER, "--answer", "accepted")
    office.done("tasks", "wishes", reference, "--person", "S1", "--act", "--informed", "--by", MANAGER)


def it_is_hidden_by_decision(office: Threatened) -> None:
    assert not office.school.facebook.is_hidden(office.comment)
    office.done(
        "incidents", "hide", office.incident.reference, "--reason", "a threat in plain words", "--by", MANAGER
    )
    assert office.school.facebook.is_hidden(office.comment)
    assert office.state(Step.OWN_PAGE_HIDE) == (TaskState.DONE, Outcome.HIDDEN)


def the_police_hear_with_consent(office: Threatened) -> None:
    office.decide("done", Step.POLICE_CONSIDERED, "--reason", "a threat in plain words", by=HEAD)
    said = ("--reason", "rang 101", "--reference", "log 117 of 16 November")
    report = office.task(Step.POLICE_REPORTED).id
    assert "consent" in office.refused("tasks", "done", report, *said, "--by", HEAD)
    yes = ("--person", "S1", "--scope", "police", "--yes", "--by", MANAGER)
    office.done("tasks", "consent", office.incident.reference, *yes)
    office.decide("done", Step.POLICE_REPORTED, *said, by=HEAD)
    office.decide("done", Step.INVESTIGATION, "--reason", "the first time; not known who wrote it")
    office.decide("done", Step.TRAINING_PROMPT)


def it_is_gone_only_when_missing_twice(office: Threatened) -> None:
    """The author takes it away twenty minutes after it was hidden; the looks are the planned ones."""
    office.pass_after(minutes=20)
    office.school.facebook.delete(office.comment)
    office.pass_after(minutes=41)  # the look an hour after the hide
    assert read_ladder(office.incident).presence.gone_since == office.school.clock.now()
    assert office.state(Step.VERIFY_REMOVED)[0] == TaskState.OPEN
    office.pass_after(minutes=20)
    early = ("--outcome", "removed", "--reason", "gone", "--by", MANAGER)
    assert "not been seen gone twice" in office.refused(
        "incidents", "close", office.incident.reference, *early
    )
    office.pass_after(minutes=41)
    assert office.state(Step.VERIFY_REMOVED) == (TaskState.DONE, Outcome.REMOVED)
    presence = read_ladder(office.incident).presence
    assert presence.gone_since is not None
    assert presence.gone_confirmed_at is not None
    assert presence.gone_confirmed_at - presence.gone_since >= timedelta(minutes=30)
    looks = [(look.visibility, look.canary_healthy) for look in office.rows(Recheck)]
    assert looks == [("gone", True), ("gone", True)]


def whoever_it_was_about_is_told(office: Threatened) -> None:
    mail = office.letter(
        LetterKind.REMOVAL_CONFIRMATION,
        TEACHER,
        role=Role.SENIOR_MANAGER,
        addressee="The teacher concerned",
        what="a public comment about you",
        outcome="removed",
        signed_by="A. Manager, senior manager",
    )
    assert office.incident.reference in mail
    assert "16 November 2026, 13:07" in mail
    assert "smash" not in mail


def it_is_closed_with_reason_person_and_time(office: Threatened) -> None:
    said = ("--reason", "gone at two checks", "--removed-by", "author", "--by", MANAGER)
    office.done("incidents", "close", office.incident.reference, *said)
    closing = read_ladder(office.incident).closing
    assert closing is not None
    assert (closing.outcome, closing.reason, closing.by) == (Outcome.REMOVED, "gone at two checks", MANAGER)
    assert (closing.at, closing.removed_by) == (office.school.clock.now(), Remover.AUTHOR)
    shown = " ".join(office.done("incidents", office.incident.reference).split())
    assert "by A. Manager, removed: gone at two checks" in shown
    assert "Taken away by its author." in shown


def the_evidence_stands(office: Threatened) -> None:
    assert office.faults() == []
    said = office.custody()
    for expected in (
        ("sealed", "schoolwatch"),
        ("own_page_decided", MANAGER),
        ("letter_approved", MANAGER),
        ("letter_sent", MANAGER),
        ("incident_closed", MANAGER),
    ):
        assert said.count(expected) == 1, said
    assert said.count(("task_decided", HEAD)) == 2
    assert said.count(("consent_recorded", MANAGER)) == 3
