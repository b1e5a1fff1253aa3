"""`tasks`: what is to be done about an incident, and what came of it."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import selectinload

from alerts.ladder.state import Decision, LadderRefused
from alerts.ladder.words import DecisionKind, Override, Step
from config.schema import Role
from config.words import Outcome
from monitor.cli.shared import JsonOption, UserError, login_name, london, print_records, say, site, warn
from monitor.pipeline.incidents.decisions import NoSuchTask, Opened, approve, decide, open_task
from monitor.store.models import TakedownTask

tasks_app = typer.Typer(help="The takedown tasks, and what came of them.", invoke_without_command=True)
By = Annotated[str | None, typer.Option("--by", help="Who decides; your login name unless given.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept with the decision.")]
TaskId = Annotated[int, typer.Argument(metavar="ID", help="The number that `tasks` shows.")]
OverrideOption = Annotated[Override | None, typer.Option("--override", help="A listed exception.")]


@tasks_app.callback()
def tasks(context: typer.Context, as_json: JsonOption = False) -> None:
    """Lists the tasks; the commands below say what came of one."""
    if context.invoked_subcommand is not None:
        return
    with site() as opened, opened.database.read() as session:
        query = (
            select(TakedownTask)
            .filter_by(school_id=opened.school_id)
            .options(selectinload(TakedownTask.incident))
            .order_by(TakedownTask.due_at, TakedownTask.id)
        )
        records = (_task_record(task) for task in session.scalars(query))
        columns = ("id", "incident", "rung", "step", "owner_role", "due_at", "state", "outcome")
        print_records(records, columns, as_json=as_json)


def _task_record(task: TakedownTask) -> dict[str, Any]:
    return {
        "id": task.id,
        "incident": task.incident.reference,
        "rung": task.rung,
        "step": task.step,
        "owner_role": task.owner_role,
        "due_at": task.due_at,
        "state": task.state,
        "outcome": task.outcome,
        "what_to_do": task.what_to_do,
    }


@tasks_app.command()
def done(
    task: TaskId,
    outcome: Annotated[Outcome | None, typer.Option("--outcome", help="What came of it.")] = None,
    reason: Reason = None,
    override: OverrideOption = None,
    answer: Annotated[
        str | None, typer.Option("--answer", help="Where the task asks for one, such as held or declined.")
    ] = None,
    reference: Annotated[
        str | None, typer.Option("--reference", help="The number of the report, the advice or the log.")
    ] = None,
    whole_site: Annotated[
        bool, typer.Option("--whole-site", help="A whole site was asked for, as the head approved.")
    ] = False,
    by: By = None,
) -> None:
    """It was done. Without an outcome, a request was sent and its answer is waited for."""
    decision = Decision(DecisionKind.DONE, who(by), outcome, reason, override, answer, reference, whole_site)
    _decide(task, decision)


@tasks_app.command()
def refused(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """Whoever was asked said no; the next rung opens."""
    _decide(task, Decision(DecisionKind.REFUSED, who(by), Outcome.REFUSED, reason))


@tasks_app.command()
def skip(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """Leave this step out, for a recorded reason."""
    _decide(task, Decision(DecisionKind.SKIP, who(by), Outcome.NOT_APPLICABLE, reason))


@tasks_app.command()
def ack(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """I have seen it and am on it."""
    _decide(task, Decision(DecisionKind.ACKNOWLEDGE, who(by), None, reason))


@tasks_app.command()
def withdraw(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """The affected person does not wish it."""
    _decide(task, Decision(DecisionKind.WITHDRAW, who(by), Outcome.WITHDRAWN, reason))


def who(by: str | None) -> str:
    return by or login_name()


def _decide(task_id: int, decision: Decision) -> None:
    with site() as opened, refusals():
        record = decide(opened, task_id, decision)
    say(f"{record.reference}: {record.step} is now {record.state}.")
    for warning in record.warnings:
        warn(f"Note: {warning}")
    say_opened(record.opened)


def say_opened(opened: Iterable[Opened]) -> None:
    for task in opened:
        due = f", due {london(task.due_at)}" if task.due_at else ""
        say(f"Now open: task {task.id}, {task.shown_as} ({task.owner_role}{due})")


@tasks_app.command("approve")
def approve_task(
    task: TaskId,
    role: Annotated[Role, typer.Option("--role", help="In which role; the head's word needs the head.")],
    reason: Reason = None,
    whole_site: Annotated[
        bool, typer.Option("--whole-site", help="Also that a provider is asked to close a whole site.")
    ] = False,
    by: By = None,
) -> None:
    """A person's word that a task may be done: that it is appropriate, or what only the head allows."""
    with site() as opened, refusals():
        done = approve(opened, task, by=who(by), role=role, reason=reason or "", whole_site=whole_site)
    say(f"{done.reference}: {done.step} is approved by {who(by)} ({role.shown_as}).")


@tasks_app.command("open")
def open_a_step(
    reference: Annotated[str, typer.Argument(help="The incident, such as SW-2026-0001.")],
    step: Annotated[Step, typer.Argument(help="The step, such as host_report.")],
    reason: Reason = None,
    override: OverrideOption = None,
    by: By = None,
) -> None:
    """Open a step that has not opened by itself, or open it again."""
    with site() as opened, refusals():
        tasks = open_task(opened, reference.upper(), step, reason=reason or "", by=who(by), override=override)
    say_opened(tasks)


@contextmanager
def refusals() -> Iterator[None]:
    """What the ladder refuses is said as a mistake at the keyboard, with the mend."""
    try:
        yield
    except (LadderRefused, NoSuchTask) as refusal:
        raise UserError(f"{refusal}{_hint(str(refusal))}") from refusal


_OPTIONS = {
    "answer it with one of": "--answer",
    "The number of the record": "--reference",
    "reason": "--reason",
}


def _hint(refusal: str) -> str:
    """Which option says what is missing."""
    if "is missing" not in refusal and "answer it with" not in refusal:
        return ""
    option = next((option for words, option in _OPTIONS.items() if words in refusal), None)
    return f" Give it with {option}." if option else ""
