"""One incident on the screen: the sealed words, why it was raised, and what is to be done."""

from collections.abc import Iterable, Mapping

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.words import Step
from alerts.letters.barred import why_barred
from alerts.letters.kinds import RULES
from config.policy import helplines, host_for
from config.schema import Role
from config.words import Lane, TaskState
from monitor.cli.handed_in_view import handed_in_lines
from monitor.cli.incident_course import course_lines, occasion_lines
from monitor.cli.ladder_view import found_lines
from monitor.cli.law_view import law_lines
from monitor.cli.shared import login_name, london, out
from monitor.pipeline.incidents.course import course_of
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.occasions import note_views, occasions_of
from monitor.site import Site
from monitor.store.evidence_door import Access, shown_evidence
from monitor.store.incidents import incident_called
from monitor.store.models import EvidenceItem, EvidenceState, Incident, Item, TakedownTask

_NO_AUTHOR = "author not shown by the platform"
_WITHHELD = "Not shown: a possible indecent image. Do not look for it, copy it or open its address."


def show_incident(site: Site, reference: str) -> None:
    """Print one incident. That its words were looked at is written into the custody record first."""
    with site.database.write() as session:
        incident = incident_called(session, site.school_id, reference)
        access = Access(login_name(), "command line", "to decide about it", "the school")
        shown_evidence(session, site, [item.uid for item in incident.items], access)
        found = occasions_of(session, site, incident)
        note_views(session, site, found, login_name())
        after = (
            *_section("Handed in", handed_in_lines(session, incident)),
            *_section("What is known", found_lines(incident, site.now())),
            *_section("What it did next", course_lines(course_of(session, incident))),
            *_section("Separate occasions", occasion_lines(found)),
            *_section("To consider", law_lines(incident, found)),
        )
        view = Group(*_lines(incident, _closed(session, incident)), *after)
    out().print(view)


def _section(title: str, lines: Iterable[str]) -> list[RenderableType]:
    """Nothing at all where there is nothing to say."""
    texts: list[RenderableType] = [Padding(Text(line), (0, 0, 0, 2)) for line in lines]
    return [Text(f"\n{title}", style="bold"), *texts] if texts else []


def _closed(session: Session, incident: Incident) -> dict[str, str]:
    """Item's uid → why its words are not here, of those that are locked or erased."""
    words = {
        EvidenceState.LOCKED: f"Locked: `schoolwatch evidence unlock {incident.reference}` opens it.",
        EvidenceState.ERASED: "Erased: `schoolwatch retention --done` says when and why.",
    }
    query = select(EvidenceItem).where(EvidenceItem.item_uid.in_([item.uid for item in incident.items]))
    rows = session.scalars(query.where(EvidenceItem.school_id == incident.school_id))
    return {row.item_uid: words[row.state] for row in rows if row.state in words}


def _lines(incident: Incident, closed: Mapping[str, str]) -> list[RenderableType]:
    parts: list[RenderableType] = [
        Text(f"{incident.reference}  {incident.severity}  {incident.lane.replace('_', ' ')}", style="bold"),
        Text(f"{incident.state}, first seen {london(incident.first_seen_at)} on {incident.platform}"),
    ]
    for item in incident.items:
        withheld = _WITHHELD if incident.lane == Lane.INDECENT_IMAGE else None
        parts += _item(item, withheld or closed.get(item.uid))
    parts.append(Text("\nTasks", style="bold"))
    for task in incident.tasks:
        parts += _task(task)
        parts += _route(task, incident.platform)
        parts += _letter(task, incident)
    return parts


def _item(item: Item, not_shown: str | None) -> list[RenderableType]:
    author = item.author_name or item.author_handle or ("author not shown" if not_shown else _NO_AUTHOR)
    times = f"{_posted(item)}, {_kept(item)}"
    parts: list[RenderableType] = [Text(f"\n{author}, {times}"), Text(item.url, style="dim")]
    if not_shown:
        return [*parts, Padding(Text(not_shown, style="bold red"), (0, 0, 0, 2))]
    # As text only: what a stranger wrote is never read as markup, and cannot move the cursor.
    parts.append(Padding(Text(_printable(item.text or "(no words)")), (0, 0, 0, 2)))
    reasons = item.judgement.reasons if item.judgement else []
    # The same may be true of two places in the text; it is said once.
    for why in dict.fromkeys(reason["why"] for reason in reasons):
        parts.append(Text(f"  – {why}", style="dim"))
    return parts


def _posted(item: Item) -> str:
    if item.posted_at:
        return f"posted {london(item.posted_at)}"
    # A person typed what was shown, or an e-mail says it of itself: not a time that anybody has checked.
    shown = _printable(item.posted_at_raw or "")
    return f"posted “{shown}”, as it says" if shown else "time of posting not known"


def _kept(item: Item) -> str:
    """When it was posted and when it was kept are two times (Huntington 8.4)."""
    return f"kept {london(item.first_seen_at)}"


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)


_BY_THE_HOST = frozenset({Step.HOST_REPORT, Step.HOST_ESCALATION})


def _route(task: TakedownTask, platform: str) -> list[RenderableType]:
    """Where a report to the host goes, and who may make it, as far as that is known."""
    if task.step not in _BY_THE_HOST or task.state != TaskState.OPEN:
        return []
    host = host_for(platform)
    words = f"Route: {host.shown_route()} Who may report: {host.shown_who_may_report()}"
    if task.step == Step.HOST_ESCALATION:
        helpline = helplines()["posh"]
        words += f" {helpline.title}: {helpline.shown_contact()}."
    return [Padding(Text(words, style="dim"), (0, 0, 0, 6))]


def _letter(task: TakedownTask, incident: Incident) -> list[RenderableType]:
    """The letter or form that goes with an open task, unless the matter bars it."""
    if task.state != TaskState.OPEN:
        return []
    ladder = read_ladder(incident)
    kinds = [kind for kind, rule in RULES.items() if task.step in rule.steps and not why_barred(kind, ladder)]
    words = [f"Letter: schoolwatch letters new {kind.value} {incident.reference}" for kind in kinds]
    return [Padding(Text(line, style="dim"), (0, 0, 0, 6)) for line in words]


def _task(task: TakedownTask) -> list[RenderableType]:
    due = f", due {london(task.due_at)}" if task.due_at and task.state == TaskState.OPEN else ""
    outcome = f": {task.outcome}" if task.outcome else ""
    head = f"  {task.id}. {task.step.replace('_', ' ')} ({Role(task.owner_role).shown_as}) "
    return [
        Text(f"{head}– {task.state}{outcome}{due}"),
        Padding(Text(task.what_to_do, style="dim"), (0, 0, 0, 6)),
    ]
