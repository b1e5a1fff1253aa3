"""`sweep`: every own post that still stands, however old."""

from datetime import UTC, date, datetime, time
from typing import Annotated, Any

import typer

from config.loading import require_production
from monitor.cli.shared import JsonOption, UserError, print_records, settings, site, warn
from monitor.pipeline.judgement.judges import site_judge
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.pipeline.reading.sweep import SweepReport, Swept, sweep
from monitor.site import Site

Since = Annotated[str | None, typer.Option("--since", metavar="DATE", help="Only posts from that day on.")]
Sources = Annotated[list[str] | None, typer.Option("--source", help="Only this one (repeatable).")]


def add_to(app: typer.Typer) -> None:
    app.command("sweep")(sweep_)


def sweep_(source: Sources = None, since: Since = None, as_json: JsonOption = False) -> None:
    """Read all own posts again: names, personal details, pupils without consent. What is found is raised."""
    require_production(settings())
    start = _start(since)
    with site(polls=True) as opened:
        reports = [sweep(opened, name, since=start) for name in _wanted(opened, source or [])]
        raise_what_was_found(opened)
    records = [_record(report, one) for report in reports for one in report.found]
    print_records(records, ("source", "posted_at", "found", "became", "url"), as_json=as_json)
    for report in reports:
        _say_how_far(report)
    if any(report.problem for report in reports):
        raise typer.Exit(1)


def raise_what_was_found(opened: Site) -> None:
    """Judge what was stored, so that its incidents stand before the command ends."""
    judge = site_judge(opened)
    while judge_waiting(opened, judge):
        pass


def _start(since: str | None) -> datetime | None:
    if since is None:
        return None
    try:
        return datetime.combine(date.fromisoformat(since), time(), UTC)
    except ValueError as error:
        raise UserError(f"--since {since}: expected a date such as 2019-09-01") from error


def _wanted(opened: Site, asked: list[str]) -> list[str]:
    known = opened.source_names
    unknown = [name for name in asked if name not in known]
    if unknown:
        raise UserError(f"--source {unknown[0]}: no such source; known are {', '.join(known) or 'none'}")
    return asked or known


def _record(report: SweepReport, one: Swept) -> dict[str, Any]:
    return {
        "source": report.source,
        "posted_at": one.posted_at,
        "found": list(one.kinds),
        "became": one.became,
        "url": one.url,
    }


def _say_how_far(report: SweepReport) -> None:
    how_far = "to the end" if report.finished else "not to the end; run it again to go on"
    problem = f" {report.problem}" if report.problem else ""
    warn(f"{report.source}: {report.posts} own posts read, {how_far}.{problem}")
