"""The ladder from the keyboard, as a senior manager climbs it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import rows, say, task_of
from support.policy import serves, switch
from support.school import TestSchool, running_school

from alerts.ladder.words import Step
from monitor.store.models import CustodyEvent, Incident, OutgoingMail, TakedownTask


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database, names=("x",)) as running:
        running.first_look()
        say(running, "ABUSE of the caretaker, quite long")
        yield running


def command(school: TestSchool, *words: object) -> Ran:
    return run("--config", school.folder / "schoolwatch.toml", *words)


def done(school: TestSchool, *words: object) -> str:
    ran = command(school, *words)
    assert ran.status == 0, ran.err
    return ran.out


def refused(school: TestSchool, *words: object) -> str:
    ran = command(school, *words)
    assert ran.status == 1, ran.out
    return ran.err


def reference(school: TestSchool) -> str:
    (incident,) = rows(school, Incident)
    return str(incident.reference)


def number(school: TestSchool, step: Step) -> int:
    return task_of(school, step).id


@serves("Huntington 2.2", without=switch("alerts.ladder.correcting._IN_PLACE_OF_THE_OLD", ()))
def test_what_pupils_wrote_would_be_lost_among_what_strangers_wrote(school: TestSchool) -> None:
    matter = reference(school)
    done(school, "incidents", "correct", matter, "--author-role", "pupil", "--affected-role", "staff",
         "--reason", "the form tutor knows the account", "--by", "A. Manager")  # fmt: skip
    assert matter in done(school, "incidents", "--author-role", "pupil")
    assert matter not in done(school, "incidents", "--author-role", "parent")
    assert matter in done(school, "incidents", "--affected-role", "staff", "--json")
    assert "Written by: pupil" in done(school, "incidents", matter)


@serves("NEU 9.4/3", without=switch("monitor.pipeline.incidents.decisions._check_role", lambda *_: None))
def test_a_manager_would_approve_in_the_heads_name(school: TestSchool) -> None:
    done(school, "tasks", "done", number(school, Step.TRIAGE), "--by", "A. Manager")
    letter = number(school, Step.AUTHOR_REQUEST)
    wrong = refused(school, "tasks", "approve", letter, "--role", "headteacher", "--by", "A. Manager",
                    "--reason", "fitting")  # fmt: skip
    assert "B. Head" in wrong
    done(
        school, "tasks", "approve", letter, "--role", "headteacher", "--by", "B. Head", "--reason", "fitting"
    )
    assert "task_approved" in {event.action for event in rows(school, CustodyEvent)}


@serves("QC and Nunney 2.8.5/1", without=switch("alerts.ladder.wishes.stand_against", lambda *_: False))
def test_wishes_would_be_asked_for_and_forgotten(school: TestSchool) -> None:
    matter = reference(school)
    done(school, "tasks", "done", number(school, Step.TRIAGE), "--by", "A. Manager")
    done(school, "tasks", "wishes", matter, "--person", "staff S1", "--nothing", "--no-police", "--informed",
         "--by", "A. Manager")  # fmt: skip
    history = done(school, "tasks", "wishes", matter)
    assert "kept_informed" in history
    assert "police" in history
    assert "does not want this" in refused(school, "tasks", "done", number(school, Step.HOST_REPORT))
    done(school, "tasks", "wishes", matter, "--person", "staff S1", "--act", "--by", "A. Manager")
    done(school, "tasks", "done", number(school, Step.HOST_REPORT), "--by", "A. Manager")


def test_a_manager_would_not_find_out_what_keeps_an_incident_open(school: TestSchool) -> None:
    matter = reference(school)
    assert all(
        part in done(school, "incidents", "score", matter) for part in ("nature", "time visible", "impact")
    )
    assert matter in done(school, "incidents", "queue")
    done(school, "tasks", "done", number(school, Step.TRIAGE), "--by", "A. Manager")
    out = done(
        school, "tasks", "open", matter, "dsl_referral", "--reason", "she seems low", "--by", "A. Manager"
    )
    assert "Hand it to the DSL" in out
    assert "Huntington 8.7" in command(school, "tasks", "done", number(school, Step.HOST_REPORT)).err
    owed = refused(school, "incidents", "close", matter, "--outcome", "refused", "--reason", "left up",
                   "--by", "A. Manager")  # fmt: skip
    assert "Report it to the host" in owed
    for task in rows(school, TakedownTask):
        if task.state == "open" and task.step == Step.DSL_REFERRAL:
            done(school, "tasks", "done", task.id, "--by", "C. Lead")
        elif task.state in {"open", "waiting"} and task.step != Step.TRIAGE:
            done(school, "tasks", "skip", task.id, "--reason", "not needed", "--by", "A. Manager")
    done(
        school,
        "incidents",
        "close",
        matter,
        "--outcome",
        "refused",
        "--reason",
        "left up",
        "--by",
        "A. Manager",
    )
    assert rows(school, Incident)[0].state == "closed"
    done(school, "incidents", "note", matter, "--text", "told her", "--role", "dsl", "--by", "C. Lead")


def test_a_child_who_asks_for_help_would_be_known_to_the_office_alone(school: TestSchool) -> None:
    """A person sees what no program can; the DSL has to hear of it at once."""
    before = {mail.recipient for mail in rows(school, OutgoingMail)}
    done(school, "incidents", "correct", reference(school), "--situation", "author_at_risk", "--author-role",
         "pupil", "--reason", "she writes that she cannot go on", "--by", "A. Manager")  # fmt: skip
    told = {mail.recipient for mail in rows(school, OutgoingMail)} - before
    assert "dsl@fernhill.example" in told
    assert task_of(school, Step.DSL_REFERRAL).owner_role == "dsl"
    assert "cannot go on" not in str([event.details for event in rows(school, CustodyEvent)])
