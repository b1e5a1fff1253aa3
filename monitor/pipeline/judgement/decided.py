"""The comments whose incident a person decided: what the judgement can learn from.

Only a triage tells whether the judge was right: “unfounded” dismisses, going on confirms. “Not applicable”
and a withdrawal say nothing of the judge. What was ever in the indecent-image lane is left out whole.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from alerts.ladder.state import Ladder
from alerts.ladder.words import Step
from classifiers.interface import Comment
from config.words import Lane, Outcome, TaskState
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.judgement.judging import comment_of
from monitor.site import Site
from monitor.store.models import Incident, Item, ItemState


@dataclass(frozen=True)
class DecidedComment:
    reference: str
    """Of the incident."""
    incident_id: int
    lane: Lane
    """The strictest that the incident was ever in."""
    comment: Comment
    """Its id is the item's."""
    confirmed: bool
    weight: float
    """The comments of one incident share its one decision."""
    labels: frozenset[str]
    """What the judge said of it when it was raised, and the person saw."""
    flags: frozenset[str]
    pupils: tuple[str, ...]
    staff: tuple[str, ...]

    @property
    def marked(self) -> frozenset[str]:
        return self.labels | self.flags


def decided_comments(site: Site) -> list[DecidedComment]:
    """In the order of their incidents; without those whose words are no longer kept."""
    query = (
        select(Incident)
        .filter_by(school_id=site.school_id)
        .where(Incident.lane != str(Lane.INDECENT_IMAGE))
        .options(selectinload(Incident.items).options(joinedload(Item.judgement)))
        .order_by(Incident.id)
    )
    with site.database.read() as session:
        return [one for incident in session.scalars(query) for one in _of(incident)]


def closed_to_all(site: Site) -> int:
    """How many decided incidents were ever in the indecent-image lane; their words are not read."""
    query = select(Incident).filter_by(school_id=site.school_id)
    with site.database.read() as session:
        found = [(incident, read_ladder(incident)) for incident in session.scalars(query)]
        return sum(
            verdict_of(ladder) is not None and _strictest_lane(incident, ladder) is Lane.INDECENT_IMAGE
            for incident, ladder in found
        )


def _strictest_lane(incident: Incident, ladder: Ladder) -> Lane:
    return min(Lane(incident.lane), *(task.lane for task in ladder.tasks), key=list(Lane).index)


def verdict_of(ladder: Ladder) -> bool | None:
    """Whether a person found that the judge was right to raise it; None where that was not said."""
    if ladder.closing is not None and ladder.closing.outcome is Outcome.UNFOUNDED:
        return False
    if ladder.closing is not None and ladder.closing.outcome is Outcome.NOT_APPLICABLE:
        return None
    looked = [task for task in ladder.tasks if task.step is Step.TRIAGE and task.state is TaskState.DONE]
    if not looked:
        return None
    said = looked[-1].outcome
    if said is Outcome.UNFOUNDED:
        return False
    return True if said in (None, Outcome.HANDED_OVER) else None


def _of(incident: Incident) -> Iterator[DecidedComment]:
    ladder = read_ladder(incident)
    confirmed = verdict_of(ladder)
    lane = _strictest_lane(incident, ladder)
    if confirmed is None or lane is Lane.INDECENT_IMAGE:
        return
    items = [
        item for item in incident.items if item.text and item.judgement and item.state == ItemState.SEALED
    ]
    for item in items:
        said = item.judgement
        if said is not None:
            yield DecidedComment(
                reference=incident.reference,
                incident_id=incident.id,
                lane=lane,
                comment=comment_of(item),
                confirmed=confirmed,
                weight=1 / len(items),
                labels=frozenset(label for label, given in said.labels.items() if given),
                flags=frozenset(said.flags),
                pupils=tuple(said.pupils),
                staff=tuple(said.staff),
            )
