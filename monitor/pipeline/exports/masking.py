"""What must not stand in an export for governors: the words that are somebody's name in the register."""

import re

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.export.profiles import Names
from config.words import Label
from monitor.pipeline.exports.choice import Sealed
from monitor.site import Site
from monitor.store.models import Judgement, Pupil, StaffMember

_SHORTEST = 2
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


def names(session: Session, site: Site, shown: tuple[Sealed, ...]) -> Names:
    return Names(_register(session, site) | _authors(shown), _pointing_at_pupils(session, site, shown))


def _register(session: Session, site: Site) -> frozenset[str]:
    pupils = session.scalars(select(Pupil).filter_by(school_id=site.school_id))
    staff = session.scalars(select(StaffMember).filter_by(school_id=site.school_id))
    written = [name for one in pupils for name in (one.first_name, one.preferred_name, one.surname)]
    written += [name for one in staff for name in (one.first_name, one.surname, *map(str, one.also_known_as))]
    written += [person.name for person in site.settings.people]
    return _words(written)


def _authors(shown: tuple[Sealed, ...]) -> frozenset[str]:
    return _words([name for _, item, _ in shown for name in (item.author_name, item.author_handle) if name])


def _words(written: list[str]) -> frozenset[str]:
    return frozenset(
        word.casefold().replace("’", "'")
        for name in written
        for word in _WORD.findall(name)
        if len(word) >= _SHORTEST
    )


def _pointing_at_pupils(session: Session, site: Site, shown: tuple[Sealed, ...]) -> frozenset[str]:
    uids = {item.id: item.uid for _, item, _ in shown}
    query = select(Judgement).where(Judgement.school_id == site.school_id, Judgement.item_id.in_(uids))
    return frozenset(
        uids[one.item_id]
        for one in session.scalars(query)
        if one.pupils or one.labels.get(str(Label.PUPIL_INFORMATION)) or one.failure
    )
