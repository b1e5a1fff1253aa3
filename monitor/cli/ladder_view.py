"""What people found out about an incident, for its screen: facts, score, dates, what a task waits for."""

from collections.abc import Iterator
from datetime import datetime

from alerts.ladder.dates import law_dates
from alerts.ladder.matter import UNKNOWN
from alerts.ladder.state import Ladder
from monitor.cli.shared import london
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.queueing import score_of
from monitor.store.models import Incident


def found_lines(incident: Incident, now: datetime) -> Iterator[str]:
    """Nothing where nothing is known; no line is a finding of law."""
    ladder = read_ladder(incident)
    yield from _closing(ladder)
    yield from _facts(ladder)
    yield from _score(incident, ladder, now)
    yield from _dates(ladder, now)
    yield from _waiting(incident, ladder)


def _closing(ladder: Ladder) -> Iterator[str]:
    """Every ending has a reason, a person and a time; erased with the rest when its time is over."""
    closing = ladder.closing
    if closing is not None:
        yield f"Closed {london(closing.at)} by {closing.by}, {_shown(closing.outcome)}: {closing.reason}"


def _facts(ladder: Ladder) -> Iterator[str]:
    matter, found = ladder.matter, ladder.findings
    if matter.author_role != UNKNOWN or ladder.attributions:
        yield f"Written by: {_shown(matter.author_role)} (attribution {ladder.attributed})"
    if matter.affected_role != UNKNOWN:
        group = f", {matter.affected_group}" if matter.affected_group else ""
        yield f"About: {_shown(matter.affected_role)}{group}"
    if matter.situations:
        yield f"Situation: {', '.join(_shown(one) for one in sorted(matter.situations))}"
    for concern in sorted(ladder.concerns):
        yield f"{concern.shown_as.capitalize()} ({concern})"
    breaches = (("Policy", found.policy_breach), ("Host's rule", found.host_rule_breach))
    for title, said in (*breaches, ("Consider", found.law_to_consider)):
        if said:
            yield f"{title}: {said}"


def _score(incident: Incident, ladder: Ladder, now: datetime) -> Iterator[str]:
    if ladder.closing is not None:
        return
    score = score_of(incident, ladder, now)
    parts = ", ".join(f"{part.name} {part.points}/{part.most}" for part in score.parts)
    yield f"Order in the queue: {score.total} of 100 ({parts})"


def _dates(ladder: Ladder, now: datetime) -> Iterator[str]:
    for date in law_dates(ladder):
        if date.at > now:
            yield f"Until {london(date.at)} ({date.days_left(now)} days): {date.words}"


def _waiting(incident: Incident, ladder: Ladder) -> Iterator[str]:
    """What a task waits for besides triage, which is said with the first task anyway."""
    rows = {row.number: row.id for row in incident.tasks}
    for task in ladder.tasks:
        mends = [gate.mend for gate in task.needs if gate != "triage"]
        if task.undecided and mends:
            yield f"Task {rows[task.number]} waits. {' '.join(mends)}"


def _shown(word: str) -> str:
    return word.replace("_", " ")
