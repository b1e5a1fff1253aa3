"""The commands by which a school looks at its matters and decides them, and the contracts scripts rely on."""

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import CHAIR, rows, school_with, task_of
from support.school import TestSchool

from alerts.ladder.words import Step
from connectors.loopback import Fault
from monitor.cli.shared import remember_config
from monitor.store.models import CustodyEvent, Incident, Item, TakedownTask

ITEM_KEYS = [
    "platform", "source", "external_id", "version", "url", "author", "posted_at", "first_seen_at", "state", "text",
]  # fmt: skip
INCIDENT_KEYS = [
    "reference",
    "severity",
    "lane",
    "state",
    "categories",
    "items",
    "opened_at",
    "parent",
    "removed_by",
    "author_role",
    "affected_role",
]
TASK_KEYS = ["id", "incident", "rung", "step", "owner_role", "due_at", "state", "outcome"]


@pytest.fixture
def school(tmp_path: Path, sqlite_database: str) -> Iterator[TestSchool]:
    clock = SettableClock(datetime.now(UTC) - timedelta(minutes=10))
    with school_with(tmp_path, clock, sqlite_database, names=["x", "facebook"], more=CHAIR) as running:
        running.first_look()
        for words in ("ABUSE of an ordinary kind", "HIGH grave words of a local", "harmless \ud83d words"):
            running.x.mention(
                f"@fernhillprimary {words}".encode("utf-8", "ignore").decode(), "u", clock.now()
            )
        running.look()
        yield running
    remember_config(None)


def command(school: TestSchool, *arguments: object) -> Ran:
    return run("--config", school.folder / "schoolwatch.toml", *arguments)


def records(ran: Ran) -> list[dict[str, object]]:
    return [json.loads(line) for line in ran.lines]


def test_json_lines_have_the_keys_that_scripts_rely_on(school: TestSchool) -> None:
    """A renamed key would empty a trust's own reports without a word."""
    school.x.mention("", "u", school.clock.now(), image=True)
    school.look()
    items = records(command(school, "items", "--json"))
    assert [list(item) for item in items] == [ITEM_KEYS] * 4
    assert {item["state"] for item in items} == {"harmless", "sealed", "not_judged"}
    incidents = records(command(school, "incidents", "--json"))
    assert [list(one) for one in incidents] == [INCIDENT_KEYS] * 2
    tasks = records(command(school, "tasks", "--json"))
    assert all(list(task)[: len(TASK_KEYS)] == TASK_KEYS for task in tasks)
    assert {task["incident"] for task in tasks} == {one["reference"] for one in incidents}
    assert all(datetime.fromisoformat(str(item["first_seen_at"])).tzinfo for item in items)
    with school.site.database.write() as session:
        for item in session.query(Item).filter_by(state="harmless"):
            item.text = None
    dropped = [item for item in records(command(school, "items", "--json")) if item["state"] == "harmless"]
    assert [item["text"] for item in dropped] == [None]


def test_tables_are_for_people(school: TestSchool) -> None:
    for name in ("items", "incidents", "tasks"):
        ran = command(school, name)
        assert (ran.status, ran.err) == (0, "")
        assert len(ran.lines) > 2
    assert "not_judged" not in command(school, "items").out
    empty = school.folder / "empty"
    empty.mkdir()
    text = (
        (school.folder / "schoolwatch.toml")
        .read_text()
        .replace('database = { file = "database-url" }', 'database = "sqlite:///empty/other.db"')
    )
    (school.folder / "other.toml").write_text(text)
    assert "Nothing yet." in run("--config", school.folder / "other.toml", "incidents").out


def test_a_person_goes_through_the_ladder(school: TestSchool) -> None:
    """Each step that the command line takes must be the one that was meant, and be recorded."""
    triage = task_of(school, Step.TRIAGE)
    standard = triage.incident_id
    ids = {task.step: task.id for task in rows(school, TakedownTask) if task.incident_id == standard}
    early = command(school, "tasks", "done", ids["host_report"], "--by", "A. Manager")
    assert early.status == 1
    assert "cannot be done yet" in early.err
    assert command(school, "tasks", "ack", ids["triage"], "--by", "A. Manager").status == 0
    assert command(school, "tasks", "done", ids["triage"], "--by", "A. Manager").status == 0
    sent = command(school, "tasks", "done", ids["host_report"], "--by", "A. Manager")
    assert "is now waiting" in sent.out
    no_words = command(school, "tasks", "refused", ids["host_report"], "--by", "A. Manager")
    assert (no_words.status, "is missing" in no_words.err) == (1, True)
    refused = command(
        school,
        "tasks",
        "refused",
        ids["host_report"],
        "--reason",
        "not against our rules",
        "--by",
        "A. Manager",
    )
    assert refused.status == 0
    escalation = task_of(school, Step.HOST_ESCALATION)
    assert f"task {escalation.id}, {Step.HOST_ESCALATION.shown_as}" in refused.out
    skipped = command(
        school, "tasks", "skip", escalation.id, "--reason", "already gone", "--by", "A. Manager"
    )
    assert "is now skipped" in skipped.out
    again = command(school, "tasks", "done", escalation.id, "--by", "A. Manager")
    assert (again.status, "has ended already" in again.err) == (1, True)
    acted = [
        event.details["decision"] for event in rows(school, CustodyEvent) if event.action == "task_decided"
    ]
    assert acted == ["acknowledge", "done", "done", "refused", "skip"]


def test_wishes_are_recorded_and_let_a_step_be_withdrawn(school: TestSchool) -> None:
    """Acting against the wishes of the person concerned would harm them again (NEU 9)."""
    standard = next(one for one in rows(school, Incident) if one.lane == "standard")
    task = next(
        one
        for one in rows(school, TakedownTask)
        if one.incident_id == standard.id and one.rung == "host_report"
    )
    refused = command(school, "tasks", "withdraw", task.id, "--by", "A. Manager")
    assert (refused.status, "wishes first" in refused.err) == (1, True)
    asked = ("--person", "S0003", "--scope", "wishes", "--no", "--by", "A. Manager")
    assert command(school, "tasks", "consent", standard.reference, *asked).status == 0
    withdrawn = command(school, "tasks", "withdraw", task.id, "--by", "A. Manager")
    assert "is now withdrawn" in withdrawn.out
    unknown = command(school, "tasks", "consent", "SW-1999-0001", *asked)
    assert (unknown.status, "no incident SW-1999-0001" in unknown.err) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("tasks", "done", "4711", "--by", "A"), 1, "there is no task 4711"),
        (("tasks", "done", "one"), 2, "one"),
        (("tasks", "done"), 2, "ID"),
        (("tasks", "done", "1", "--outcome", "vanished"), 2, "vanished"),
        (("poll", "--source", "myspace"), 1, "no such source; known are x, facebook"),
        (("incidents", "SW-1999-0001"), 1, "SW-1999-0001"),
        (("export", "--week", "2026-W60"), 1, "2026-W60"),
        (("export", "--week", "last"), 1, "last"),
        (("evidence", "verify", "nowhere.zip"), 1, "no such file"),
        (("frobnicate",), 2, "frobnicate"),
        (("items", "--jsn"), 2, "--jsn"),
    ],
)
def test_what_cannot_be_done_is_said_in_words(
    school: TestSchool, arguments: tuple[str, ...], status: int, said: str
) -> None:
    ran = command(school, *arguments)
    assert ran.status == status
    assert said in ran.err
    assert ran.out == ""


def test_poll_reads_the_others_when_one_source_fails(school: TestSchool) -> None:
    """One revoked token would stop the whole pass, and cron would see success."""
    school.facebook.misbehave(Fault.UNAUTHORISED, times=99)
    school.x.mention("@fernhillprimary good morning to all", "u", school.clock.now())
    ran = command(school, "poll", "--json")
    assert ran.status == 1, ran
    told = {str(one["source"]): one for one in records(ran)}
    assert told["x"]["problem"] is None
    assert told["x"]["new"] == 1
    assert "token" in str(told["facebook"]["problem"])
    only = records(command(school, "poll", "--source", "x", "--json"))
    assert [one["source"] for one in only] == ["x"]


def test_an_export_is_written_verified_and_its_tampered_item_named(school: TestSchool) -> None:
    made = command(school, "export", "--out", school.folder / "out")
    assert made.status == 0
    (path,) = (school.folder / "out").glob("*.zip")
    assert path.name in made.out.replace("\n", "")
    clean = command(school, "evidence", "verify", path)
    assert (clean.status, "Everything matches" in clean.out) == (0, True)
    subprocess.run([sys.executable, "-m", "zipfile", "-e", path, school.folder / "unpacked"], check=True)
    record = next((school.folder / "unpacked").rglob("record.json"))
    record.write_bytes(record.read_bytes().replace(b"words", b"wards").replace(b"kind", b"kine"))
    spoiled = command(school, "evidence", "verify", school.folder / "unpacked", "--json")
    assert spoiled.status == 1
    assert record.parent.name in spoiled.out
    store = command(school, "evidence", "verify")
    assert (store.status, "2 sealed items" in store.out) == (0, True)
    evidence = next(school.site.evidence.rglob("record.json"))
    evidence.write_bytes(evidence.read_bytes() + b" ")
    broken = command(school, "evidence", "verify")
    assert broken.status == 1
    assert evidence.parent.name in broken.out


def test_a_reader_that_leaves_early_sees_no_complaint(school: TestSchool) -> None:
    """`| head` is how people look at long lists."""
    program = Path(sys.executable).with_name("schoolwatch")
    line = (
        f"{program} --config {school.folder}/schoolwatch.toml tasks --json | head -c 1 >/dev/null; sleep 0.2"
    )
    ran = subprocess.run(["bash", "-c", line], capture_output=True, check=False, timeout=60)
    assert ran.stderr == b""


def test_a_terminal_without_unicode_is_written_to_all_the_same(school: TestSchool) -> None:
    """A school's old console would show a traceback in place of the tasks that are due."""
    program = Path(sys.executable).with_name("schoolwatch")
    ran = subprocess.run(
        [program, "--config", school.folder / "schoolwatch.toml", "tasks"],
        capture_output=True, check=False, timeout=60, env={"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"triage" in ran.stdout
