"""From a finding to an incident with its tasks and mails, all in the caller's one transaction."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from alerts.ladder.machine import DAEMON, Ladder, open_ladder, reconsider
from alerts.ladder.matter import Matter, lane_of
from alerts.ladder.policy import default_policy
from classifiers.interface import Judgement
from config.words import Lane, Severity
from monitor.pipeline.alerting import queue_alert
from monitor.pipeline.ladders import read_ladder, write_ladder
from monitor.site import Site
from monitor.store.models import EvidenceItem, Incident, IncidentItem, Item, School

LONDON = ZoneInfo("Europe/London")
_JOINS_FROM = 15
"""Characters from which the same words by different people are one matter (a re-post, a pile-on)."""


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

    def take(self, found: Found) -> None:
        """Open an incident for an item, or let it join the open one that it repeats."""
        repeated = self._repeated(found.item)
        if repeated is None:
            self._open_new(found)
        else:
            self._join_repeated(repeated, found)

    def lane_of(self, item: Item, matter: Matter) -> Lane:
        """In which lane an item will be: what stands beside a suspected indecent image is as closed as it."""
        repeated = self._repeated(item)
        lanes = [lane_of(matter), *([Lane(repeated.lane)] if repeated else [])]
        return min(lanes, key=list(Lane).index)

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
        self._join(self.session.scalars(query).one(), item)

    def _join_repeated(self, incident: Incident, found: Found) -> None:
        """What joins may make a matter graver, which is told again; it never makes it lighter."""
        self._join(incident, found.item)
        incident.categories = sorted({*incident.categories, *_categories(found.matter)})
        before = read_ladder(incident)
        graver = reconsider(before, found.matter, reason="Another item joined.", by=DAEMON, at=self.now)
        if graver != before:
            write_ladder(self.session, incident, graver)
        if graver.lane is Lane.INDECENT_IMAGE:
            self._withhold(incident)
        if (graver.lane, graver.severity) != (before.lane, before.severity):
            queue_alert(self.session, self.site, incident, graver, found.item.uid)

    def _withhold(self, incident: Incident) -> None:
        """Mark all its evidence; `close_withheld` reduces what stands in the folders after the commit."""
        of_incident = select(IncidentItem.item_id).where(IncidentItem.incident_id == incident.id)
        self.session.flush()  # the item that joined just now is among them
        # One by one: the custody record sees changes of rows, not of statements.
        for row in self.session.scalars(select(EvidenceItem).where(EvidenceItem.item_id.in_(of_incident))):
            row.withheld = str(Lane.INDECENT_IMAGE)

    def _open_new(self, found: Found) -> None:
        ladder = open_ladder(
            found.matter,
            first_seen_at=found.item.first_seen_at,
            opened_at=self.now,
            sealed=True,
            policy=default_policy(self.site.settings.school.nation),
        )
        incident = self._open(found, ladder)
        self._join(incident, found.item)
        write_ladder(self.session, incident, ladder)
        # The rest of an old page is told in the one digest of its first pass.
        if not found.item.first_pass or ladder.severity.rank >= Severity.HIGH.rank:
            unjudged = 0 if found.judgement.judged else 1
            queue_alert(self.session, self.site, incident, ladder, None, not_judged=unjudged)

    def _repeated(self, item: Item) -> Incident | None:
        """The open incident that an earlier version of this item, or the same words, belong to."""
        still_open = select(Incident).where(
            Incident.school_id == self.site.school_id, Incident.state == "open"
        )
        same_words = still_open.where(Incident.fingerprint == _fingerprint(self.site, item))
        earlier_version = (
            still_open.join(IncidentItem, IncidentItem.incident_id == Incident.id)
            .join(Item, Item.id == IncidentItem.item_id)
            .where(Item.platform == item.platform, Item.external_id == item.external_id)
        )
        for query in (earlier_version, same_words):
            # Locked, because a person may decide about it at this moment; looked at again once it is ours.
            locked = query.order_by(Incident.id).limit(1).with_for_update(of=Incident)
            found = self.session.scalars(locked, execution_options={"populate_existing": True}).first()
            if found is not None and found.state == "open":
                return found
        return None

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
            fingerprint=_fingerprint(self.site, found.item),
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


def _categories(matter: Matter) -> set[str]:
    return {str(word) for word in (*matter.labels, *matter.flags)}


def _fingerprint(site: Site, item: Item) -> str:
    words = " ".join((item.text or "").casefold().split())
    if len(words) < _JOINS_FROM:
        words = f"{words}\0{item.external_id}"
    content = f"{item.platform}\0{words}".encode("utf-8", "surrogatepass")
    return hmac.new(site.token_key, content, hashlib.sha256).hexdigest()
