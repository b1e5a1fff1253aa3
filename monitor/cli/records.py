"""`items`, `tasks`: what was seen, and what is to be done about it."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from alerts.ladder.state import Consent, Decision, LadderRefused
from alerts.ladder.words import ConsentScope, DecisionKind, Override
from config.words import Outcome
from monitor.cli.shared import JsonOption, UserError, login_name, london, print_records, say, site
from monitor.pipeline.decisions import NoSuchTask, decide, record_consent
from monitor.site import Site
from monitor.store.evidence_door import Access, shown_evidence
from monitor.store.models import SEALED_STATES, EvidenceItem, Item, Source, TakedownTask

tasks_app = typer.Typer(help="The takedown tasks, and what came of them.", invoke_without_command=True)
By = Annotated[str | None, typer.Option("--by", help="Who decides; your login name unless given.")]
Reason = Annotated[str | None, typer.Option("--reason", help="Why; kept with the decision.")]
TaskId = Annotated[int, typer.Argument(metavar="ID", help="The number that `tasks` shows.")]


def add_to(app: typer.Typer) -> None:
    app.command()(items)
    app.add_typer(tasks_app, name="tasks")


def items(as_json: JsonOption = False) -> None:
    """Every item seen and still kept. `text` is null once it was dropped."""
    with site() as opened:
        _note_words_shown(opened)
        _print_items(opened, as_json=as_json)


def _note_words_shown(opened: Site) -> None:
    """Whoever lists the items reads the words of those that are evidence, too."""
    access = Access(login_name(), "command line", "list of the items", "the school")
    with opened.database.write() as session:
        uids = session.scalars(
            select(Item.uid).where(
                Item.school_id == opened.school_id, Item.state.in_(SEALED_STATES), Item.text.is_not(None)
            )
        )
        shown_evidence(session, opened, uids.all(), access)


def _print_items(opened: Site, *, as_json: bool) -> None:
    with opened.database.read() as session:
        query = select(Item).filter_by(school_id=opened.school_id).order_by(Item.id)
        columns = ("platform", "source", "external_id", "posted_at", "state")
        print_records(_item_records(session, query), columns, as_json=as_json)


def _item_records(session: Session, query: Select[Item]) -> Iterator[dict[str, Any]]:
    from_sources, closed = _source_names(session), _closed(session)
    for item in session.scalars(query.execution_options(yield_per=500)):
        yield {
            "platform": item.platform,
            "source": from_sources[item.source_id],
            "external_id": item.external_id,
            "version": item.version,
            "url": item.url,
            "author": item.author_handle or item.author_name or item.author_id,
            "posted_at": item.posted_at,
            "first_seen_at": item.first_seen_at,
            "state": str(item.state),
            # What was suspected to be an indecent image is shown to nobody by its words (QC 2.7.4).
            "text": None if item.id in closed else item.text,
        }


def _closed(session: Session) -> set[int]:
    return set(session.scalars(select(EvidenceItem.item_id).where(EvidenceItem.withheld.is_not(None))))


def _source_names(session: Session) -> dict[int, str]:
    return {source.id: source.name for source in session.scalars(select(Source))}


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
    override: Annotated[Override | None, typer.Option("--override", help="A listed exception.")] = None,
    by: By = None,
) -> None:
    """It was done. Without an outcome, a request was sent and its answer is waited for."""
    _decide(task, Decision(DecisionKind.DONE, _who(by), outcome, reason, override))


@tasks_app.command()
def refused(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """Whoever was asked said no; the next rung opens."""
    _decide(task, Decision(DecisionKind.REFUSED, _who(by), Outcome.REFUSED, reason))


@tasks_app.command()
def skip(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """Leave this step out, for a recorded reason."""
    _decide(task, Decision(DecisionKind.SKIP, _who(by), Outcome.NOT_APPLICABLE, reason))


@tasks_app.command()
def ack(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """I have seen it and am on it."""
    _decide(task, Decision(DecisionKind.ACKNOWLEDGE, _who(by), None, reason))


@tasks_app.command()
def withdraw(task: TaskId, reason: Reason = None, by: By = None) -> None:
    """The affected person does not wish it."""
    _decide(task, Decision(DecisionKind.WITHDRAW, _who(by), Outcome.WITHDRAWN, reason))


def _who(by: str | None) -> str:
    return by or login_name()


def _decide(task_id: int, decision: Decision) -> None:
    with site() as opened:
        try:
            record = decide(opened, task_id, decision)
        except (LadderRefused, NoSuchTask) as refusal:
            hint = " Give it with --reason." if decision.reason is None and "missing" in str(refusal) else ""
            raise UserError(f"{refusal}{hint}") from refusal
    say(f"{record.reference}: {record.step} is now {record.state}.")
    for task in record.opened:
        due = f", due {london(task.due_at)}" if task.due_at else ""
        say(f"Now open: task {task.id}, {task.shown_as} ({task.owner_role}{due})")


@tasks_app.command()
def consent(
    reference: Annotated[str, typer.Argument(help="The incident, such as SW-2026-0001.")],
    person: Annotated[str, typer.Option("--person", help="Who was asked: a register id or a role, no name.")],
    scope: Annotated[ConsentScope, typer.Option("--scope", help="To what.")],
    answer: Annotated[bool, typer.Option("--yes/--no", help="What they answered.")],
    method: Annotated[str, typer.Option("--method", help="written, or verbal and who noted it.")] = "written",
    by: By = None,
) -> None:
    """Record what an affected person answered. Silence is no answer."""
    with site() as opened:
        given = Consent(person, _who(by), opened.now(), answer, scope, method)
        try:
            record_consent(opened, reference, given)
        except (LadderRefused, NoSuchTask) as refusal:
            raise UserError(str(refusal)) from refusal
    say(f"{reference}: recorded that {person} answered {'yes' if answer else 'no'} to {scope}.")
