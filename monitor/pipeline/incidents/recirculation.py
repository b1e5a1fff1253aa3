"""Posted again: what was raised before stands somewhere else, or under its old address once more (NEU 5.1).

While nobody has asked for anything, the same words on one platform join the open incident: a pile-on stays
one matter. Once a removal was asked for, and on another platform at any time, each account that posts them
again has an incident of its own, linked to the first: nobody answers for what others did.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.matter import UNKNOWN, Matter
from alerts.ladder.returning import posted_again, removal_was_asked_for
from config.words import Flag, Lane, Outcome, Surface
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.incidents.marks import (
    address_marks,
    author_mark,
    links_of,
    marks_of_author,
    words_mark,
)
from monitor.pipeline.telling.alerting import queue_alert
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import (
    Holding,
    Incident,
    Item,
    ItemMark,
    Likeness,
    MarkKind,
    Recirculation,
    Sharer,
)

NO_REPEAT_OF = frozenset({Outcome.UNFOUNDED, Outcome.NOT_APPLICABLE})
"""What nothing was wrong with is not repeated by whoever says it again."""


@dataclass(frozen=True)
class Kin:
    """An earlier incident that an item repeats."""

    incident: Incident
    likeness: Likeness


@dataclass(frozen=True)
class Repeats:
    """What an item repeats: an open incident that it joins, or the first one, whose child it opens."""

    joins: Incident | None = None
    first: Kin | None = None


@dataclass(frozen=True)
class Recirculations:
    """Looks for earlier incidents inside a transaction that the caller opened."""

    session: Session
    site: Site

    def of_raised(self, item: Item, links: Sequence[str]) -> Repeats:
        """What an item that needs a look repeats: in its words, by linking there, or by the same link."""
        kin = [*self._same_words(item), *self._linked(item, links, raised=True)]
        joins = next((one.incident for one in kin if self._joins(one, item)), None)
        return Repeats(joins, self._first(kin))

    def of_harmless(self, item: Item, links: Sequence[str]) -> Kin | None:
        """What harmless words pass on by linking to it: elsewhere, or after its removal was asked for."""
        if item.school_is_author:
            return None
        linked = self._linked(item, links, raised=False)
        return self._first([one for one in linked if self._is_passed_on(one.incident, item)])

    def _same_words(self, item: Item) -> Iterator[Kin]:
        query = select(Incident).where(
            Incident.school_id == self.site.school_id, Incident.fingerprint == words_mark(self.site, item)
        )
        for incident in self.session.scalars(query.order_by(Incident.id)):
            if not is_no_repeat(incident):
                yield Kin(incident, Likeness.SAME_WORDS)

    def _linked(self, item: Item, links: Sequence[str], *, raised: bool) -> Iterator[Kin]:
        """Incidents to whose place an item links; raised words also count when they name the same link."""
        marks = address_marks(self.site, links)
        kinds = {MarkKind.ADDRESS: Likeness.SAME_ADDRESS}
        if raised:
            kinds[MarkKind.LINK] = Likeness.SAME_LINK
        query = (
            select(ItemMark.incident_id, ItemMark.kind)
            .join(Item, Item.id == ItemMark.item_id)
            .where(ItemMark.school_id == self.site.school_id, ItemMark.mark.in_(marks))
            .where(ItemMark.kind.in_(list(kinds)), Item.external_id != item.external_id)
            .order_by(ItemMark.kind, ItemMark.incident_id)
            .distinct()
        )
        for incident_id, kind in self.session.execute(query).all() if marks else ():
            incident = self.session.get_one(Incident, incident_id)
            if not is_no_repeat(incident):
                yield Kin(incident, kinds[MarkKind(kind)])

    def _joins(self, kin: Kin, item: Item) -> bool:
        """A pile-on: the same words on the same platform while nobody has asked for anything.

        Once somebody has, a child takes only what the same account goes on saying. What stands beside a
        suspected indecent image stays beside it, whatever was asked.
        """
        incident = kin.incident
        alike = kin.likeness is Likeness.SAME_WORDS and incident.platform == item.platform
        if not alike or incident.state != "open":
            return False
        if incident.lane == Lane.INDECENT_IMAGE:
            return True
        if removal_was_asked_for(read_ladder(incident)):
            return False
        link = self._link_of(incident)
        first = None if link is None else self.session.get_one(Incident, link.parent_id)
        untouched = first is None or not removal_was_asked_for(read_ladder(first))
        return untouched or self.sharer(incident, item) is Sharer.SAME

    def _is_passed_on(self, incident: Incident, item: Item) -> bool:
        return incident.platform != item.platform or removal_was_asked_for(read_ladder(incident))

    def _first(self, kin: Sequence[Kin]) -> Kin | None:
        """The oldest; of a child, the one that it repeats itself."""
        if not kin:
            return None
        link = self._link_of(kin[0].incident)
        if link is None:
            return kin[0]
        return replace(kin[0], incident=self.session.get_one(Incident, link.parent_id))

    def _link_of(self, incident: Incident) -> Recirculation | None:
        return parent_link(self.session, incident)

    def sharer(self, incident: Incident, item: Item) -> Sharer:
        """Whether the account that wrote an item has written something of an incident."""
        wrote, known = author_mark(self.site, item), marks_of_author(self.session, incident)
        if wrote is None or not known:
            return Sharer.UNKNOWN
        return Sharer.SAME if wrote in known else Sharer.OTHER

    def link(self, child: Incident, item: Item, kin: Kin, now: datetime) -> None:
        """Keep that an incident repeats another, which opens again or is told of it in its record."""
        parent = self.session.get_one(Incident, kin.incident.id, with_for_update=True, populate_existing=True)
        row = Recirculation(
            school_id=self.site.school_id,
            incident_id=child.id,
            parent_id=parent.id,
            likeness=kin.likeness,
            sharer=self.sharer(parent, item),
            found_at=now,
        )
        self.session.add(row)
        custody.note(
            self.session, self.site.school_id, now, "posted_again", reference=parent.reference,
            child=child.reference, likeness=str(row.likeness), sharer=str(row.sharer),
        )  # fmt: skip
        # The same link under other words says little of the first one's own place.
        if kin.likeness is not Likeness.SAME_LINK:
            self._look_anew(parent, now)

    def _look_anew(self, parent: Incident, now: datetime) -> None:
        before = read_ladder(parent)
        after = posted_again(before, now)
        if after.re_opened > before.re_opened:
            write_ladder(self.session, parent, after)
            queue_alert(self.session, self.site, parent, after, f"again:{after.re_opened}")


def passed_on(first: Incident, item: Item) -> Matter:
    """What an item that only links to an incident is about: what it links to, in its own place.

    Who wrote it is not known; what a person found out about the first author says nothing of this one.
    """
    there = read_ladder(first).matter
    return replace(
        there,
        surface=Surface(item.surface),
        platform=item.platform,
        on_own_account=item.on_own_account,
        school_is_author=item.school_is_author,
        has_text=bool((item.text or "").strip()),
        has_media=bool(item.media),
        author_role=UNKNOWN,
        situations=frozenset(),
        out_of_school_test=frozenset(),
        only_own_children=None,
        published_at=item.posted_at,
    )


def as_closed(matter: Matter, first: Incident | None) -> Matter:
    """What repeats a suspected indecent image is as closed as it, wherever it stands."""
    if first is None or first.lane != Lane.INDECENT_IMAGE:
        return matter
    return replace(matter, flags=matter.flags | {Flag.INDECENT_IMAGE})


def parent_link(session: Session, incident: Incident) -> Recirculation | None:
    return session.scalars(select(Recirculation).filter_by(incident_id=incident.id)).one_or_none()


def parent_references(session: Session, school_id: int) -> dict[int, str]:
    """Incident → the reference of the one that it repeats."""
    query = (
        select(Recirculation.incident_id, Incident.reference)
        .join(Incident, Incident.id == Recirculation.parent_id)
        .where(Recirculation.school_id == school_id)
    )
    return dict(session.execute(query).all())


def children_of(session: Session, incident: Incident) -> list[tuple[Incident, Recirculation]]:
    query = (
        select(Incident, Recirculation)
        .join(Recirculation, Recirculation.incident_id == Incident.id)
        .where(Recirculation.parent_id == incident.id)
        .order_by(Incident.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def links_by_item(session: Session, items: Collection[Item]) -> dict[int, tuple[str, ...]]:
    """Item → where it points to, as far as the platform's own object is still there."""
    ids = [item.id for item in items]
    query = select(Holding.item_id, Holding.raw).where(Holding.item_id.in_(ids))
    raws = dict(session.execute(query).all()) if ids else {}
    return {item.id: links_of(item, raws.get(item.id)) for item in items}


def is_no_repeat(incident: Incident) -> bool:
    """Whether an incident ended because nothing was wrong with what it holds."""
    closing = read_ladder(incident).closing
    return closing is not None and closing.outcome in NO_REPEAT_OF
