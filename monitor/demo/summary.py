"""The demo's last screen: what was seen, what was raised and why, what is due, where everything lies."""

import io
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.table import Table
from rich.text import Text
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from alerts.ladder.words import Step
from alerts.mail.wording import platform_name
from config.schema import Role
from config.words import Flag, Label, Severity, TaskState
from monitor.cli.shared import london
from monitor.demo.runner import Shown
from monitor.store.models import Incident, Item, ItemState, TakedownTask

COLOURS = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan"}
SHOWN_INCIDENTS = 12
SHOWN_TASKS = 10


def print_summary(console: Console, shown: Shown) -> None:
    with shown.site.database.read() as session:
        console.print(Group(*_parts(session, shown)))
    # Paths are for copying: they are never broken over two lines.
    console.print(_heading("Where everything lies"))
    for name, place in _places(shown).items():
        console.print(f"  {name:9} {place}", soft_wrap=True, markup=False)
    console.print(_verdict(shown))


def save_picture(shown: Shown, path: Path) -> None:
    """The summary as an SVG for the README. It loads no font and nothing else from anywhere."""
    console = Console(record=True, width=100, file=io.StringIO(), force_terminal=True, highlight=False)
    print_summary(console, shown)
    svg = console.export_svg(title="./run demo")
    path.write_text(re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL), encoding="utf-8")


def _parts(session: Session, shown: Shown) -> Iterator[RenderableType]:
    incidents = _incidents(session, shown)
    yield Text()
    yield Text(shown.site.school_name, style="bold")
    yield from _seen(session, shown)
    yield _heading(f"Raised: {len(incidents)} matters for a person to look at")
    yield Padding(_raised(incidents), (0, 0, 0, 2))
    if len(incidents) > SHOWN_INCIDENTS:
        rest = len(incidents) - SHOWN_INCIDENTS
        yield Text(f"    … and {rest} more: schoolwatch --config {_config(shown)} incidents", style="dim")
    yield _heading("Due next (the 24 hours for a host are absolute: nights and weekends count)")
    yield Padding(_due(session, shown), (0, 0, 0, 2))


def _incidents(session: Session, shown: Shown) -> Sequence[Incident]:
    query = (
        select(Incident)
        .filter_by(school_id=shown.site.school_id)
        .options(selectinload(Incident.items).selectinload(Item.judgement), selectinload(Incident.tasks))
    )
    return sorted(session.scalars(query), key=lambda one: (-Severity(one.severity).rank, one.id))


def _seen(session: Session, shown: Shown) -> Iterator[Text]:
    counts = session.execute(
        select(Item.platform, Item.state, func.count())
        .filter_by(school_id=shown.site.school_id)
        .group_by(Item.platform, Item.state)
    ).all()
    total = sum(count for _, _, count in counts)
    by_platform = Counter[str]()
    by_state = Counter[str]()
    for platform, state, count in counts:
        by_platform[platform] += count
        by_state[state] += count
    places = " and ".join(
        f"{count} on {platform_name(platform)}" for platform, count in sorted(by_platform.items())
    )
    yield Text(f"Seen: {total} posts and comments ({places}), each committed to the log as it came.")
    yield Text(
        f"Of these {by_state[ItemState.HARMLESS]} are harmless or plain criticism, "
        f"{by_state[ItemState.SEALED]} are sealed as evidence, "
        f"{by_state[ItemState.NOT_JUDGED]} are pictures without words (not judged)."
    )


def _heading(text: str) -> Text:
    return Text(f"\n{text}", style="bold")


def _raised(incidents: Sequence[Incident]) -> Table:
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("reference", "severity", "lane", "where", "why"):
        table.add_column(column, overflow="fold", no_wrap=column in ("reference", "severity"))
    for incident in _varied(incidents):
        severity = f"[{COLOURS[incident.severity]}]{incident.severity}[/]"
        lane = incident.lane.replace("_", " ")
        table.add_row(
            incident.reference, severity, lane, platform_name(incident.platform), escape(_why(incident))
        )
    return table


def _varied(incidents: Sequence[Incident]) -> list[Incident]:
    """The gravest of each kind: no lane and reason twice, so that all that is raised is seen."""
    told = Counter[tuple[str, str]]()
    chosen: list[Incident] = []
    for incident in incidents:
        kind = (incident.lane, _why(incident))
        told[kind] += 1
        if told[kind] == 1 and len(chosen) < SHOWN_INCIDENTS:
            chosen.append(incident)
    return chosen


_GRAVEST_FIRST = (
    Flag.INDECENT_IMAGE, Flag.SELF_HARM_ENCOURAGEMENT, Flag.SAFEGUARDING, Flag.THREAT, Label.DEFAMATION,
    Label.PUPIL_INFORMATION, Flag.HATE, Flag.SEXUAL, Flag.HARASSMENT, Label.ABUSE, Flag.INSULT,
)  # fmt: skip


def _why(incident: Incident) -> str:
    """The fullest reason of what weighs most."""
    judgement = incident.items[0].judgement
    reasons = judgement.reasons if judgement else []
    for category in _GRAVEST_FIRST:
        told = [str(reason["why"]) for reason in reasons if reason["category"] == category]
        if told:
            return max(told, key=len)
    return ", ".join(incident.categories)


def _due(session: Session, shown: Shown) -> Table:
    """Tasks that are due at the same time, of the same kind and for the same person, on one line."""
    query = (
        select(TakedownTask)
        .filter_by(school_id=shown.site.school_id, state=str(TaskState.OPEN))
        .where(TakedownTask.due_at.is_not(None))
        .order_by(TakedownTask.due_at, TakedownTask.id)
    )
    lines = Counter(
        (london(task.due_at), task.step, task.owner_role) for task in session.scalars(query) if task.due_at
    )
    table = Table(box=None, header_style="dim", pad_edge=False)
    for column in ("due", "tasks", "what", "who"):
        table.add_column(column, no_wrap=True, justify="right" if column == "tasks" else "left")
    for (due, step, owner), number in list(lines.items())[:SHOWN_TASKS]:
        table.add_row(due, str(number), Step(step).shown_as, Role(owner).shown_as)
    return table


def _places(shown: Shown) -> dict[str, str]:
    mails = len(list((shown.folder / "mail").glob("*.eml")))
    return {
        "mails": f"{shown.folder / 'mail'}/  ({mails} sent over SMTP)",
        "evidence": f"{_near(shown.site.evidence)}/",
        "export": f"{_near(shown.export.path)}  (unpack it and open data/INDEX.pdf)",
        "check it": f"schoolwatch evidence verify {_near(shown.export.path)}  (or its own verify.py)",
        "settings": _config(shown),
    }


def _near(path: Path) -> str:
    """As the reader would type it from the folder they are in."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _config(shown: Shown) -> str:
    return str(shown.folder / "schoolwatch.toml")


def _verdict(shown: Shown) -> Text:
    result = shown.verified
    if shown.failed:
        return Text(
            f"\nVERIFICATION FAILED: {len(result.faults)} faults in the store, "
            f"{shown.export_faults} in the export.",
            style="bold red",
        )
    return Text(
        f"\nVerified: {result.leaves} log lines, {result.evidence} sealed items and the export match, "
        f"byte for byte. Done in {shown.seconds:.1f} s.",
        style="green",
    )
