"""`incidents queue`, `incidents score`: what to look at first, and the four parts of the score."""

from typing import Any

import typer

from alerts.seriousness import Seriousness
from monitor.cli.incidents import Reference, incidents_app
from monitor.cli.shared import JsonOption, print_records, say, site
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.queueing import queue, score_of
from monitor.store.incidents import incident_called


def add_to(app: typer.Typer) -> None:
    """Its commands hang on `incidents`."""


@incidents_app.command("queue")
def show_queue(as_json: JsonOption = False) -> None:
    """The open incidents by priority and, within it, the most serious first. The order decides nothing."""
    with site() as opened:
        rows = [
            {
                "reference": one.reference,
                "severity": str(one.severity),
                "lane": str(one.lane),
                **_points(one.score),
            }
            for one in queue(opened)
        ]
    columns = ("reference", "severity", "lane", "score", *_NAMES)
    print_records(rows, columns, as_json=as_json)


_NAMES = ("nature", "time_visible", "passed_on", "impact")


def _points(score: Seriousness) -> dict[str, Any]:
    parts = {part.name.replace(" ", "_"): f"{part.points}/{part.most}" for part in score.parts}
    return {"score": score.total, **parts}


@incidents_app.command()
def score(reference: Reference, as_json: JsonOption = False) -> None:
    """The four parts of one incident's score, each with its reasons (NEU 10.2)."""
    with site() as opened, opened.database.read() as session:
        incident = incident_called(session, opened.school_id, reference)
        found = score_of(incident, read_ladder(incident), opened.now())
    rows = [
        {"part": part.name, "points": part.points, "most": part.most, "reasons": list(part.reasons)}
        for part in found.parts
    ]
    print_records(rows, ("part", "points", "most", "reasons"), as_json=as_json)
    if not as_json:
        say(f"{found.total} of 100. It orders the queue and decides nothing.")
