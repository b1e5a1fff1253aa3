"""From a finding to an incident with its tasks and mails, all in the caller's one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from alerts.ladder.machine import DAEMON, Ladder, open_ladder, reconsider
from alerts.ladder.matter import Matter, lane_of
from alerts.ladder.returning import COMES_BACK, reappeared
from classifiers.interface import Judgement
from config.words import Lane, Outcome, Severity
from monitor.pipeline.incidents.ladders import policy_in_force, read_ladder, write_ladder
from monitor.pipeline.incidents.marks import links_of, words_mark, write_marks
from monitor.pipeline.incidents.recirculation import (
    Kin,
    Recirculations,
    Repeats,
    as_closed,
    is_no_repeat,
    passed_on,
)
from monitor.pipeline.own_pages.own_page_rules import hide_if_ruled
from monitor.pipeline.telling.alerting import queue_alert
from monitor.site import Site
from monitor.store.models import EvidenceItem, Incident, IncidentItem, Item, Likeness, School

LONDON = ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Found:
    """An item that a person must look at: what the judgement and the ladder need to know of it."""

    item: Item
    matter: Matter
    judgement: Judgement


@dataclass(frozen=True)
class IncidentDesk:
    """Opens incidents inside a transaction that the caller opened."""

    session: Session
    site: Site
    now: datetime
    links: Mapping[int, Sequence[str]] = field(default_factory=dict)
    """Item → where it points to. Read from its words where its platform's own object is not at hand."""

    def take(self, found: Found) -> None:
        """Open an incident for an item, or let it join the one that it repeats."""
        place = self._place(found.item)
        joins = self._locked(place.joins, found.item)
        if joins is not None:
            self._join_repeated(joins, found)
        else:
            first = None if place.first is None else place.first.incident
            self._open_new(replace(found, matter=as_closed(found.matter, first)), place.first)

    def lane_of(self, item: Item, matter: Matter) -> Lane:
        """In which lane an item will be: what stands beside a suspected indecent image is as closed as it."""
        place = self._place(item)
        if place.joins is not None:
            return min(lane_of(matter), Lane(place.joins.lane), key=list(Lane).index)
        return lane_of(as_closed(matter, place.first.incident if place.first else None))

    def passed_on(self, items: Sequence[Item]) -> dict[int, Kin]:
        """Item → the incident that it passes on by linking to it, of those whose own words are harmless."""
        again = Recirculations(self.session, self.site)
        found = {item.id: again.of_harmless(item, self._links(item)) for item in items}
        return {item: kin for item, kin in found.items() if kin is not None}

    def pass_on(self, item: Item, judgement: Judgement, kin: Kin) -> None:
        """Open the incident of an item that only links to an earlier one."""
        first = self.session.get_one(Incident, kin.incident.id)
        again = Kin(first, kin.likeness)
        self._open_new(Found(item, as_closed(passed_on(first, item), first), judgement), again)

    def lanes_followed(self, items: Sequence[Item]) -> dict[int, Lane]:
        """Item → lane, of those that are another wording of what an open incident holds."""
        wordings = tuple_(Item.platform, Item.external_id)
        query = (
            select(Item.platform, Item.external_id, Incident.lane)
            .join(IncidentItem, IncidentItem.item_id == Item.id)
            .join(Incident, Incident.id == IncidentItem.incident_id)
            .where(
                Incident.school_id == self.site.school_id,
                Incident.state == "open",
                wordings.in_([(item.platform, item.external_id) for item in items]),
            )
        )
        found: dict[tuple[str, str], list[Lane]] = {}
        for platform, external_id, lane in self.session.execute(query) if items else ():
            found.setdefault((platform, external_id), []).append(Lane(lane))
        lanes = {item.id: found.get((item.platform, item.external_id)) for item in items}
        return {item: min(ones, key=list(Lane).index) for item, ones in lanes.items() if ones}

    def follow(self, item: Item) -> None:
        """Let harmless words that replaced sealed ones stand beside them. Nobody is told."""
        query = (
            select(Incident)
            .join(IncidentItem, IncidentItem.incident_id == Incident.id)
            .join(Item, Item.id == IncidentItem.item_id)
            .where(
                Incident.school_id == self.site.school_id,
                Item.platform == item.platform,
                Item.external_id == item.external_id,
            )
            .order_by(Incident.id.desc())
            .limit(1)
        )
        incident = self.session.scalars(query).one()
        self._join(incident, item)
        if incident.state == "open" and incident.lane != Lane.INDECENT_IMAGE:
            incident.next_recheck_at = self.now  # whether that settles the matter is seen at once

    def _join_repeated(self, incident: Incident, found: Found) -> None:
        """What joins may make a matter graver, which is told again; it never makes it lighter."""
        before = read_ladder(incident)
        back = reappeared(before, self.now) if self._holds(incident, found.item) else before
        self._join(incident, found.item)
        incident.categories = sorted({*incident.categories, *_categories(found.matter)})
        graver = reconsider(back, found.matter, reason="Another item joined.", by=DAEMON, at=self.now)
        if graver != before:
            write_ladder(self.session, incident, graver)
        if graver.lane is Lane.INDECENT_IMAGE:
            self._withhold(incident)
        if back.re_opened > before.re_opened:
            queue_alert(self.session, self.site, incident, graver, f"again:{back.re_opened}")
        elif (graver.lane, graver.severity) != (before.lane, before.severity):
            queue_alert(self.session, self.site, incident, graver, found.item.uid)

    def _withhold(self, incident: Incident) -> None:
        """Mark all its evidence; `close_withheld` reduces what stands in the folders after the commit."""
        of_incident = select(IncidentItem.item_id).where(IncidentItem.incident_id == incident.id)
        self.session.flush()  # the item that joined just now is among them
        # One by one: the custody record sees changes of rows, not of statements.
        for row in self.session.scalars(select(EvidenceItem).where(EvidenceItem.item_id.in_(of_incident))):
            row.withheld = str(Lane.INDECENT_IMAGE)

    def _open_new(self, found: Found, first: Kin | None) -> None:
        ladder = open_ladder(
            found.matter,
            first_seen_at=found.item.first_seen_at,
            opened_at=self.now,
            sealed=True,
            policy=policy_in_force(self.site.settings),
        )
        incident = self._open(found, ladder)
        self._join(incident, found.item)
        write_ladder(self.session, incident, ladder)
        hide_if_ruled(self.session, self.site, incident, found.item, found.matter)
        if first is not None:
            Recirculations(self.session, self.site).link(incident, found.item, first, self.now)
        # The rest of an old page is told in the one digest of its first pass.
        if not found.item.first_pass or ladder.severity.rank >= Severity.HIGH.rank:
            unjudged = 0 if found.judgement.judged else 1
            repeats = first.incident.reference if first else None
            queue_alert(self.session, self.site, incident, ladder, None, not_judged=unjudged, repeats=repeats)

    def _place(self, item: Item) -> Repeats:
        """Where an item belongs: another wording of it first, then what it repeats."""
        for incident in self._of_its_address(item):
            if incident.state == "open" or _closing_of(incident) in COMES_BACK:
                return Repeats(joins=incident)
            if not is_no_repeat(incident):
                return Repeats(first=Kin(incident, Likeness.SAME_ADDRESS))
        return Recirculations(self.session, self.site).of_raised(item, self._links(item))

    def _of_its_address(self, item: Item) -> list[Incident]:
        """The incidents that hold another wording of an item: open ones first, then the newest."""
        query = (
            select(Incident)
            .join(IncidentItem, IncidentItem.incident_id == Incident.id)
            .join(Item, Item.id == IncidentItem.item_id)
            .where(Incident.school_id == self.site.school_id)
            .where(Item.platform == item.platform, Item.external_id == item.external_id)
        )
        found = self.session.scalars(query.order_by(Incident.id.desc())).unique()
        return sorted(found, key=lambda incident: incident.state != "open")

    def _holds(self, incident: Incident, item: Item) -> bool:
        return incident.id in {one.id for one in self._of_its_address(item)}

    def _locked(self, incident: Incident | None, item: Item) -> Incident | None:
        """Because a person may decide about it at this moment; looked at again once it is ours."""
        if incident is None:
            return None
        locked = self.session.get_one(Incident, incident.id, with_for_update=True, populate_existing=True)
        comes_back = _closing_of(locked) in COMES_BACK and self._holds(locked, item)
        return locked if locked.state == "open" or comes_back else None

    def _links(self, item: Item) -> Sequence[str]:
        return self.links[item.id] if item.id in self.links else links_of(item, None)

    def _open(self, found: Found, ladder: Ladder) -> Incident:
        incident = Incident(
            school_id=self.site.school_id,
            reference=self._next_reference(),
            platform=found.item.platform,
            lane=str(ladder.lane),
            severity=str(ladder.severity),
            categories=sorted(_categories(found.matter)),
            state="open",
            opened_at=self.now,
            first_seen_at=found.item.first_seen_at,
            first_pass=found.item.first_pass,
            fingerprint=words_mark(self.site, found.item),
            ladder={},
        )
        self.session.add(incident)
        self.session.flush()  # its id is needed by its items and tasks
        return incident

    def _next_reference(self) -> str:
        counted = (
            update(School)
            .where(School.id == self.site.school_id)
            .values(incident_count=School.incident_count + 1)
            .returning(School.incident_count)
        )
        number = self.session.execute(counted).scalar_one()
        return f"SW-{self.now.astimezone(LONDON).year}-{number:04d}"

    def _join(self, incident: Incident, item: Item) -> None:
        self.session.add(IncidentItem(school_id=incident.school_id, incident_id=incident.id, item_id=item.id))
        closed = incident.lane == Lane.INDECENT_IMAGE
        write_marks(self.session, self.site, incident, item, self._links(item), closed=closed)


def _closing_of(incident: Incident) -> Outcome | None:
    closing = read_ladder(incident).closing
    return None if closing is None else closing.outcome


def _categories(matter: Matter) -> set[str]:
    return {str(word) for word in (*matter.labels, *matter.flags, *matter.situations)}
