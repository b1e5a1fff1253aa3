"""`run` and `poll`: the service, and one pass of it by hand."""

import logging
import sys
from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from classifiers.judge import EmbeddedJudge
from config.loading import require_production
from connectors.errors import ConnectorError
from monitor.cli.shared import JsonOption, UserError, print_records, settings, site, warn
from monitor.daemon.judge_room import JudgeRoom
from monitor.daemon.service import Service
from monitor.logs import write_logs_to_stderr
from monitor.passes import one_pass
from monitor.pipeline.judgement.absent_models import absent_models, tell_of_absent, tell_of_present
from monitor.pipeline.judgement.judges import site_judge
from monitor.pipeline.reading.accounts import connect
from monitor.pipeline.reading.poll import PollReport
from monitor.site import Site


def add_to(app: typer.Typer) -> None:
    app.command()(run)
    app.command()(poll)


def run() -> None:
    """Serve: poll, judge, seal, raise and mail until stopped."""
    require_production(settings())
    write_logs_to_stderr(logging.INFO)
    with site(polls=True) as opened:
        room = JudgeRoom(opened)
        room.judge()  # a broken model is said now, not when the first comment comes
        _say_what_cannot_be_read(opened)
        Service(opened, room.judge).run()


def _say_what_cannot_be_read(opened: Site) -> None:
    """A source that the settings leave without a token is said at once; the others are watched."""
    for source in opened.settings.sources:
        try:
            connect(opened, source).close()
        except ConnectorError as error:
            warn(f"{error}. {error.mend}")
    if not opened.settings.sources:
        warn("No [[sources]] in the settings: nothing is watched.")


def poll(
    source: Annotated[list[str] | None, typer.Option("--source", help="Only this one (repeatable).")] = None,
    as_json: JsonOption = False,
) -> None:
    """One pass now: fetch, judge, seal, raise, send. The others go on when one source fails."""
    require_production(settings())
    with site(polls=True) as opened:
        names = _wanted(opened, source or [])
        reports = _with_progress(opened, names) if sys.stderr.isatty() else _plainly(opened, names)
    print_records(
        (_record(report) for report in reports), ("source", "new", "pages", "problem"), as_json=as_json
    )
    if any(report.failed for report in reports):
        raise typer.Exit(1)


def _wanted(opened: Site, asked: list[str]) -> list[str]:
    known = opened.source_names
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise UserError(f"--source {unknown[0]}: no such source; known are {', '.join(known) or 'none'}")
    return asked or known


def _with_progress(opened: Site, names: list[str]) -> list[PollReport]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        bar = progress.add_task("starting")
        judge = _told_judge(opened)
        return one_pass(opened, judge, names, lambda what: progress.update(bar, description=what))


def _plainly(opened: Site, names: list[str]) -> list[PollReport]:
    return one_pass(opened, _told_judge(opened), names, warn)


def _told_judge(opened: Site) -> EmbeddedJudge:
    """A school that polls from cron has no service to tell that a model is missing."""
    judge = site_judge(opened)
    absent = absent_models(judge.models, opened.settings)
    tell_of_absent(opened, absent)
    tell_of_present(opened, absent)
    return judge


def _record(report: PollReport) -> dict[str, object]:
    problems = [f"{error} {error.mend}" for error in report.errors]
    if report.skipped:
        problems = ["another poll of this source is under way"]
    return {
        "source": report.source,
        "new": report.new_items,
        "pages": report.pages,
        "problem": "; ".join(problems) or None,
    }
