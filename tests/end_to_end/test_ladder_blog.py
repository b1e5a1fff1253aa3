"""A post about a teacher on somebody's own site: the host says no, and the provider is found and written to."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from support.climbing import HEAD, MANAGER, Office, climbing
from support.clock import SettableClock
from support.registries import ADDRESS, SITE, Running, registries

from alerts.ladder.words import Step
from alerts.letters.kinds import LetterKind
from config.schema import Role
from config.words import Lane, TaskState
from monitor.evidence.folder import read_item
from monitor.store.models import Item, ObservationRow, ProviderLookup

PAGE = f"https://{SITE}/blog/the-truth"
WORDS = (
    "Mr Larkspur at Fernhill Primary has been stealing the school fund money for years and forging the "
    "receipts"
)
HOST, PROVIDER = "contact@village.org.uk", "abuse@hosting.org.uk"
REFUSAL = "We see nothing wrong with it."


@dataclass
class Told(Office):
    """The school, and the registries that answer on this machine."""

    outside: Running


@pytest.fixture
def office(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Told]:
    with registries(tmp_path) as outside:
        school = climbing(tmp_path, clock, sqlite_database, monkeypatch, more=outside.settings)
        with school as desk:
            desk.school.first_look()
            yield Told(desk.school, outside)


def test_a_refusal_of_the_host_would_be_the_end_of_it(office: Told) -> None:
    """A teacher called a thief on a page that no connector reads, and nobody left to write to."""
    is_taken_in_and_sealed(office)
    nobody_is_asked_before_it_is_known_whose_matter_it_is(office)
    the_teacher_is_heard(office)
    the_host_is_asked_and_refuses(office)
    the_provider_is_found_and_kept_as_evidence(office)
    the_head_approves_and_the_provider_hears(office)
    the_answer_has_three_working_days(office)


def is_taken_in_and_sealed(office: Told) -> None:
    about = ("--affected", "S1", "--affected-role", "staff", "--author", "villagevoice")
    office.done(
        "intake", PAGE, "--kind", "inaccurate", "--concern", "defamatory", "--text", WORDS, *about,
        "--seen-at", "2026-11-16 11:30", "--by", "T. Teacher", "--no-indecent-image", "yes",
    )  # fmt: skip
    (item,) = office.rows(Item)
    record = json.loads(read_item(office.school.site.evidence, item.uid)["record.json"])
    assert record["where"]["url"] == PAGE
    assert record["when"]["captured_utc"].startswith("2026-11-16T11:30")
    assert office.incident.lane == Lane.STAFF_ALLEGATION  # until somebody says that no child was hurt


def nobody_is_asked_before_it_is_known_whose_matter_it_is(office: Told) -> None:
    reference = office.incident.reference
    assert "LADO" in office.refused("letters", "new", LetterKind.INFRA_NOTICE, reference, "--by", MANAGER)
    why = ("--not-about-child-harm", "--reason", "it speaks of money alone", "--by", HEAD)
    office.done("incidents", "correct", reference, *why)
    assert office.incident.lane == Lane.STANDARD
    office.pass_after(minutes=1)
    told = office.mails_to("manager@fernhill.example")
    assert len(told) == 1, "whoever leads it now has to hear of it"
    assert "heard of this incident before" not in office.words_of(told)


def the_teacher_is_heard(office: Told) -> None:
    office.decide("done", Step.TRIAGE, "--reason", "said as a fact, about a teacher")
    office.decide("done", Step.AFFECTED_INFORMED, "--reason", "told in person")
    office.decide("done", Step.SUPPORT_OFFER, "--answer", "declined")
    said = ("--person", "S1", "--act", "--host", "--provider", "--no-police", "--by", MANAGER)
    office.done("tasks", "wishes", office.incident.reference, *said)


def the_host_is_asked_and_refuses(office: Told) -> None:
    mail = office.letter(
        LetterKind.HOST_REPORT,
        HOST,
        role=Role.SENIOR_MANAGER,
        host_rule="no false statements about people",
        capacity="on_behalf",
        prior_references="none",
        asked="remove",
        signed_by="A. Manager, senior manager",
    )
    assert f"To {SITE}" in mail
    assert PAGE in mail
    assert "stealing the school fund" in mail
    assert "handed-in:" not in mail, "a number of our own tells the host nothing"
    assert office.task(Step.HOST_REPORT).state == TaskState.WAITING
    office.pass_after(hours=2)
    office.decide("refused", Step.HOST_REPORT, "--reason", REFUSAL)
    assert office.task(Step.INFRA_NOTICE).state == TaskState.OPEN


def the_provider_is_found_and_kept_as_evidence(office: Told) -> None:
    reference = office.incident.reference
    said = office.done("routes", PAGE, "--look-up", "--incident", reference, "--by", MANAGER)
    assert PROVIDER in said
    assert office.outside.world.asked, "the registries are asked"
    assert not any("blog" in path for path in office.outside.world.asked), "and told no page"
    assert len(office.rows(ProviderLookup)) == 1
    kept = [json.loads(row.record) for row in office.rows(ObservationRow) if row.observed == "provider"]
    (proof,) = [json.loads(record["proof"]) for record in kept]
    assert proof["networks"][0]["abuse"] == [PROVIDER]
    assert office.faults() == []


def the_head_approves_and_the_provider_hears(office: Told) -> None:
    fields = {
        "acceptable_use": "clause 4.2, harassment",
        "summary": "A page says as a fact that a teacher took money. It names the teacher.",
        "asked": "remove_page",
        "signed_by": "B. Head, headteacher",
    }
    draft = office.drafted(LetterKind.INFRA_NOTICE, **fields)
    wrong = ("letters", "approve", draft, "--by", MANAGER, "--role", Role.SENIOR_MANAGER)
    assert "headteacher" in office.refused(*wrong)
    mail = office.letter(LetterKind.INFRA_NOTICE, PROVIDER, by=HEAD, role=Role.HEADTEACHER, **fields)
    for words in (PAGE, ADDRESS, "VILLAGE-HOSTING", REFUSAL, "We do not ask for the whole site to be closed"):
        assert words in mail, mail
    assert "Larkspur" not in mail
    outside = [one.recipients for one in office.school.mail.accepted if "fernhill" not in one.recipients[0]]
    assert outside == [(HOST,), (PROVIDER,)]


def the_answer_has_three_working_days(office: Told) -> None:
    task = office.task(Step.INFRA_NOTICE)
    assert task.state == TaskState.WAITING
    assert task.due_at == office.school.clock.now() + timedelta(days=3)  # from a Monday to its Thursday
    assert office.faults() == []
    cover = office.done("letters", "show", office.drafted(LetterKind.POLICE_PACK, force_reference="none yet"))
    assert "handed in by a person" in cover, "a court would be told that a program read it from the site"
    assert ("provider_looked_up", MANAGER) in office.custody()
    assert ("letter_approved", HEAD) in office.custody()
