"""An account that uses the school's name without being one of its own (Market Drayton C).

Only what an author's account is called, where that author wrote in public already: nothing is looked up.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.accounts import looks_like
from config.words import Situation
from monitor.pipeline.own_pages.school_accounts import plain_handle
from monitor.site import Site
from monitor.store.models import Incident, IncidentItem, Item, SchoolAccount


@dataclass(frozen=True)
class OurNames:
    """What the school is called, and which accounts are its own."""

    names: tuple[str, ...]
    own: frozenset[tuple[str, str]]
    """Platform and plain handle or account id."""

    def imitated_by(self, item: Item) -> str | None:
        """The name of ours that the author's account uses; None for our own accounts and for anybody else."""
        shown = [one for one in (item.author_handle, item.author_name) if one]
        ids = {plain_handle(one) for one in (*shown, item.author_id or "")}
        if item.school_is_author or any((item.platform, one) in self.own for one in ids):
            return None
        return next((name for one in shown if (name := looks_like(one, self.names))), None)


def imitators_among(session: Session, site: Site, items: Sequence[Item]) -> frozenset[int]:
    """The items whose author uses our name, the first of each author: one account is one matter."""
    ours = our_names(session, site)
    candidates = [item for item in items if ours.imitated_by(item) is not None]
    known = _raised_before(session, site) if candidates else set()
    first = {(item.platform, item.author_id): item.id for item in reversed(candidates)}
    return frozenset(item_id for author, item_id in first.items() if author not in known)


def _raised_before(session: Session, site: Site) -> set[tuple[str, str | None]]:
    query = (
        select(Item.platform, Item.author_id, Incident.categories)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .join(Incident, Incident.id == IncidentItem.incident_id)
        .where(Incident.school_id == site.school_id)
    )
    return {
        (platform, author)
        for platform, author, categories in session.execute(query)
        if Situation.IMPERSONATION in categories
    }


def our_names(session: Session, site: Site) -> OurNames:
    school = site.settings.school
    sources = site.settings.sources
    registered = session.execute(
        select(SchoolAccount.platform, SchoolAccount.handle).filter_by(school_id=site.school_id)
    ).all()
    own = {
        (source.platform, plain_handle(one))
        for source in sources
        for one in (source.account, source.account_id)
    }
    return OurNames(
        names=_once((school.name, *school.also_known_as, *(source.account for source in sources))),
        own=frozenset(own | {(platform, handle) for platform, handle in registered}),
    )


def _once(names: Collection[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
