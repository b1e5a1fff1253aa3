"""Every command is in this table: what it writes into the custody record, or why it touches no evidence.

A command that is added and not entered here fails the first test; one that forgets its event fails the second.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from support.clock import SettableClock
from support.command_line import run
from support.monitor_bench import CHAIR, rows, school_with, settle, task_of
from support.school import TestSchool

from alerts.ladder.words import Step
from monitor.cli import app
from monitor.cli.shared import remember_config
from monitor.evidence.verify import verify_store
from monitor.store.models import CustodyEvent, EvidenceItem

REFERENCE = "SW-{year}-0001"
WRITES: dict[str, tuple[str, set[str]]] = {
    "items": ("--json", {"viewed"}),
    "incidents": (REFERENCE, {"viewed"}),
    "incidents show": (REFERENCE, {"viewed"}),
    "card": ("{uid} --out {folder}/card.pdf", {"exported"}),
    "export": ("--out {folder}", {"exported", "export_sealed"}),
    "tasks ack": ("{task} --by A.Manager", {"task_decided"}),
    "tasks done": ("{task} --by A.Manager", {"task_decided"}),
    "hold set": (
        "{reference} --reason court --approved-by B.Head --review 2099-01-01 --by A.Manager",
        {"hold_set"},
    ),
    "intake": (
        "--kind near_miss --where staffroom --seen-at now --by T.Teacher --no-indecent-image yes",
        {"handed_in"},
    ),
    "incidents picture": ("{reference} --suspected --by A.Manager --reason told", {"withheld"}),
    "judgement export": ("{folder}/decided.jsonl --by A.Manager", {"decided_comments_exported", "exported"}),
}
"""Command → its arguments, and the events it writes."""

AFTER_TRIAGE = {"judgement export"}
"""What does nothing before somebody decided."""
NO_EVIDENCE = {
    "init": "writes a settings file", "check": "reads no item", "demo": "is a school of its own",
    "mail": "shows what a mail server said", "report": "counts", "reviews": "shows dates", "classify": "stores nothing", "evaluate": "stores nothing",
    "tasks": "shows steps, not words", "register import": "reads the school's lists",
    "judgement show": "shows numbers", "models show": "shows models", "models check": "shows models",
    "models fetch": "fetches models", "models convert": "converts models",
    "evidence verify": "compares hashes and hands nothing out", "evidence checkpoint": "shows the log's head",
    "evidence proof": "shows places in the log", "evidence keys new": "makes a key",
    "evidence unbox": "opens a file where its reader is, without the school's store",
    "sweep": "reads our own timeline; what it stores is judged and sealed like what was polled",
    "consent checklist": "shows numbers and ticks",
    "accounts": "shows the school's accounts", "critical": "shows a date",
    "incidents queue": "shows references and numbers", "incidents score": "shows numbers",
    "letters": "shows kinds and states", "letters kinds": "shows kinds", "letters blank": "shows the names of fields",
    "letters block-list": "shows addresses of forms, which are no evidence",
    "routes": "shows the registry; what it looks up for an incident is noted, see tests of providers",
    "hold list": "shows references", "retention": "shows dates; what it locks and erases is noted by the rows",
}  # fmt: skip
ELSEWHERE = {
    "accounts add": "tests of accounts", "accounts approve": "tests of accounts",
    "accounts record": "tests of accounts", "critical start": "tests of crises", "critical end": "tests of crises",
    "incidents hide": "tests of the own page", "incidents unhide": "tests of the own page",
    "incidents delete": "tests of the own page", "incidents close": "as tasks done",
    "incidents correct": "as tasks done", "incidents note": "as tasks done", "tasks approve": "as tasks done",
    "tasks open": "as tasks done", "tasks wishes": "as tasks done",
    "letters new": "tests of letters", "letters edit": "tests of letters", "letters show": "tests of letters",
    "letters approve": "tests of letters", "letters send": "tests of letters", "letters print": "tests of letters",
    "letters void": "tests of letters",
    "occasions": "shows dates, and counts the look: tests of occasions",
    "occasions show": "as occasions", "occasions review": "tests of occasions",
    "mail bounce": "tests of mail: touches no evidence, and notes who handed the notice in",
    "check-post": "tests of the check before publishing", "consent tick": "tests of the check before publishing",
    "consent withdraw": "tests of consent", "consent show": "tests of consent",
    "consent replaced": "as tasks done",
    "invite": "tests of the wishes page", "console": "serves pages: tests of the links behind them",
    "run": "the service: tests of the pipeline", "poll": "the service: tests of the pipeline",
    "capture": "tests of captures", "erase": "tests of erasing", "evidence unlock": "tests of unlocking",
    "hold release": "tests of holds", "tasks refused": "as tasks done", "tasks skip": "as tasks done",
    "tasks withdraw": "as tasks done", "tasks consent": "tests of the ladder",
    "judgement learn": "tests of learning", "judgement forget": "tests of learning",
    "judgement restore": "tests of learning",
}  # fmt: skip
"""Proven in the tests of their own rooms, which need more than one command."""


@pytest.fixture
def school(tmp_path: Path, sqlite_database: str) -> Iterator[TestSchool]:
    clock = SettableClock(datetime.now(UTC) - timedelta(minutes=10))
    with school_with(tmp_path, clock, sqlite_database, more=CHAIR) as running:
        running.first_look()
        running.x.mention("@fernhillprimary ABUSE of an ordinary kind", "u", clock.now())
        running.look()
        yield running
    remember_config(None)


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that can be typed; a group only when it does something by itself."""
    if not hasattr(group, "commands"):
        yield " ".join(path)
        return
    if path and group.invoke_without_command:
        yield " ".join(path)
    for name, inner in group.commands.items():
        yield from commands(inner, (*path, name))


def test_a_new_command_would_touch_evidence_unseen() -> None:
    known = WRITES.keys() | NO_EVIDENCE.keys() | ELSEWHERE.keys()
    assert set(commands(typer.main.get_command(app))) - known == set(), (
        "say what it notes, or why it need not"
    )


@pytest.mark.parametrize("command", WRITES)
def test_a_command_would_read_or_change_evidence_without_a_trace(school: TestSchool, command: str) -> None:
    arguments, actions = WRITES[command]
    (evidence,) = rows(school, EvidenceItem)
    known = {
        "year": school.clock.now().year,
        "reference": REFERENCE.format(year=school.clock.now().year),
        "uid": evidence.item_uid,
        "folder": school.folder,
        "task": task_of(school, Step.TRIAGE).id,
    }
    if command in AFTER_TRIAGE:
        settle(school, Step.TRIAGE)
    before = len(rows(school, CustodyEvent))
    typed = arguments.format(**known).split()
    ran = run("--config", school.folder / "schoolwatch.toml", *command.split(), *typed)
    assert ran.status == 0, ran.err
    written = rows(school, CustodyEvent)[before:]
    assert actions <= {event.action for event in written}
    assert all(event.leaf_seq is not None for event in written)
    assert not verify_store(school.site.database, school.site.evidence, school.site.school_id).faults
