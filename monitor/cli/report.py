"""`report`: the year for whoever reviews the policy. `reviews`: which dates are kept, and which are past."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from alerts.clocks import LONDON
from alerts.reviews import ReviewState, reviews_of
from alerts.yearly import as_text
from monitor.cli.shared import JsonOption, print_records, say, site, warn
from monitor.pipeline.telling.yearly import year_facts


def add_to(app: typer.Typer) -> None:
    app.command()(report)
    app.command()(reviews)


def report(
    year: Annotated[
        int | None,
        typer.Option(min=2000, max=2999, help="The school year that ends in this year; the present one."),
    ] = None,
    out: Annotated[Path | None, typer.Option("--out", help="Write it to this file instead.")] = None,
    as_json: JsonOption = False,
) -> None:
    """The yearly report for the review of the policy: counts and outcomes, no names, no quotes."""
    with site() as opened:
        today = opened.now().astimezone(LONDON).date()
        facts = year_facts(opened, year or today.year + (today.month >= SEPTEMBER))
    if as_json:
        print_records([asdict(facts)], (), as_json=True)
    elif out is None:
        say(as_text(facts))
    else:
        out.write_text(as_text(facts), encoding="utf-8")
        say(f"Written to {out}.")


SEPTEMBER = 9


def reviews(as_json: JsonOption = False) -> None:
    """The policies and the law pack with their dates of review. Exit status 1 when one is overdue."""
    with site() as opened:
        today = opened.now().astimezone(LONDON).date()
        kept = reviews_of(opened.settings.policies)
    records = [
        {"name": one.name, "reviewed": str(one.reviewed), "due": str(one.due), "state": str(one.state(today))}
        for one in kept
    ]
    print_records(records, ("name", "reviewed", "due", "state"), as_json=as_json)
    overdue = [one.name for one in kept if one.state(today) is ReviewState.OVERDUE]
    if overdue:
        warn(f"OVERDUE for review: {', '.join(overdue)}. Then write the new date under [[policies]].")
        raise typer.Exit(1)
