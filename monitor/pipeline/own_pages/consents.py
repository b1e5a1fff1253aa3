"""The consent register: statements are added and never changed, whatever lists and letters say later."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from classifiers.interface import Pupil
from classifiers.register import consents
from classifiers.register.consents import ALL, Origin, Statement
from monitor.pipeline.at_rest.holds import today_in_london
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Consent, ConsentSearch, OwnPostFinding, PostCheck

Key = tuple[str, str]
"""Channel and medium."""
_LIST = "the pupils' list"


@dataclass(frozen=True)
class Taken:
    """What a list brought that was not on record."""

    added: int = 0
    ended: int = 0
    stay_withdrawn: int = 0
    """Consents of the list that begin before a withdrawal on record, which therefore stands."""

    def __add__(self, other: "Taken") -> "Taken":
        return Taken(
            self.added + other.added, self.ended + other.ended, self.stay_withdrawn + other.stay_withdrawn
        )


def statements_of(
    session: Session, school_id: int, pupil_id: str | None = None
) -> dict[str, list[Statement]]:
    """Pupil → every statement about them, as recorded one after the other."""
    query = select(Consent).where(Consent.school_id == school_id).order_by(Consent.version)
    if pupil_id is not None:
        query = query.where(Consent.pupil_id == pupil_id)
    found: dict[str, list[Statement]] = {}
    for row in session.scalars(query):
        found.setdefault(row.pupil_id, []).append(_statement(row))
    return found


def record(
    session: Session, site: Site, about: Sequence[Statement], new: Sequence[Statement], by: str
) -> None:
    """Add statements about one pupil to those on record (`about`); nothing else may add any meanwhile."""
    last = max((one.version for one in about), default=0)
    now = site.now()
    for place, one in enumerate(new, start=last + 1):
        row = _row(replace(one, version=place), site, by)
        row.recorded_at = now
        session.add(row)


def take_list(session: Session, site: Site, rows: Iterable[Statement], origin: Origin, by: str) -> Taken:
    """Bring the register to what a whole list says. A withdrawal on record stands against an older list."""
    custody.first_in_line(session, site.school_id)
    known = statements_of(session, site.school_id)
    wanted: dict[str, list[Statement]] = {}
    for one in rows:
        wanted.setdefault(one.pupil_id, []).append(one)
    taken = Taken()
    for pupil_id in sorted({*known, *wanted}):
        about = known.get(pupil_id, [])
        changes = _changes(about, wanted.get(pupil_id, []), origin, _today(site), pupil_id)
        stand = [one for one in changes if not (one.granted and consents.withdrawn_since(about, one))]
        record(session, site, about, stand, by)
        ended = sum(not one.granted for one in stand)
        taken += Taken(len(stand) - ended, ended, len(changes) - len(stand))
    return taken


def take_pupils(session: Session, site: Site, pupils: Sequence[Pupil], by: str) -> Taken:
    """What a list of pupils says of consents: the short form, withdrawals in it, and who has left."""
    short = [one for pupil in pupils for one in _short_form(pupil)]
    taken = take_list(session, site, short, Origin.SHORT_FORM, by)
    known = statements_of(session, site.school_id)
    for pupil in pupils:
        taken += _end(session, site, known.get(pupil.pupil_id, []), _endings(pupil), by)
    here = {pupil.pupil_id for pupil in pupils}
    for pupil_id in sorted(known.keys() - here):
        gone = _ending(pupil_id, Origin.NOT_LISTED, _today(site))
        listed = any(_listed(known[pupil_id], origin) for origin in (Origin.IMPORT, Origin.SHORT_FORM))
        taken += _end(session, site, known[pupil_id], [gone] if listed else [], by)
    return taken


def _end(
    session: Session, site: Site, known: Sequence[Statement], endings: Iterable[Statement], by: str
) -> Taken:
    recorded = {replace(one, version=0) for one in known}
    new = [one for one in endings if one not in recorded]
    record(session, site, known, new, by)
    return Taken(ended=len(new) if any(one.granted for one in known) else 0)


def forget_ended(session: Session, school_id: int, last_day: str) -> int:
    """Erase what is on record of pupils whose last consent ended by a day; answers how many rows that was."""
    over = [
        pupil_id for pupil_id, about in statements_of(session, school_id).items() if _is_over(about, last_day)
    ]
    of_pupils = ConsentSearch.pupil_id.in_(over)
    searches = select(ConsentSearch.id).where(ConsentSearch.school_id == school_id, of_pupils)
    session.execute(
        update(OwnPostFinding).where(OwnPostFinding.search_id.in_(searches)).values(search_id=None)
    )
    session.execute(delete(ConsentSearch).where(ConsentSearch.school_id == school_id, of_pupils))
    _forget_shown(session, school_id, set(over))
    gone = delete(Consent).where(Consent.school_id == school_id, Consent.pupil_id.in_(over))
    return len(session.scalars(gone.returning(Consent.id)).all())


def _forget_shown(session: Session, school_id: int, pupils: set[str]) -> None:
    """Who was shown in a post is kept as long as their consents are."""
    query = select(PostCheck).where(PostCheck.school_id == school_id, PostCheck.publishing)
    for row in session.scalars(query) if pupils else ():
        row.pupils = [pupil for pupil in row.pupils if pupil not in pupils]


def _is_over(about: Sequence[Statement], last_day: str) -> bool:
    """A withdrawal stands as long as a consent that ended on its day, whether or not one was on record."""
    ends = [_ends_on(one, about) for one in about if one.granted]
    withdrawn = [one.valid_from for one in about if one.origin is Origin.WITHDRAWAL]
    return all(day <= last_day for day in (*ends, *withdrawn))


def _ends_on(grant: Statement, about: Sequence[Statement]) -> str:
    """The day from which a grant counts no more; far away while nothing ends it."""
    ends = [grant.valid_to or _NEVER]
    for one in about:
        covered = consents.channel_covers(one.channel, grant.channel) and consents.medium_covers(
            one.medium, grant.medium
        )
        if not one.granted and one.version > grant.version and covered:
            ends.append(one.valid_from)
    return min(ends)


_NEVER = "9999-12-31"


def _changes(
    known: Sequence[Statement], wanted: Sequence[Statement], origin: Origin, today: str, pupil_id: str
) -> list[Statement]:
    """What must be said so that the register says what the list does."""
    listed, now = _listed(known, origin), _by_key(wanted)
    changes: list[Statement] = []
    for key in sorted({*listed, *now}):
        before, after = listed.get(key, set()), now.get(key, set())
        dropped = [one for one in before - after if not one.valid_to or one.valid_to >= today]
        if dropped:
            changes.append(_ending(pupil_id, origin, today, *key))
        new = after if dropped else after - before
        changes += sorted(new, key=lambda one: (one.valid_from, one.document_ref))
    return changes


def _listed(known: Iterable[Statement], origin: Origin) -> dict[Key, set[Statement]]:
    """What the latest list of an origin held, replayed from the statements."""
    listed: dict[Key, set[Statement]] = {}
    for one in known:
        if one.origin is Origin.NOT_LISTED:
            listed.clear()
        elif one.origin is origin and one.granted:
            listed.setdefault((one.channel, one.medium), set()).add(replace(one, version=0))
        elif one.origin is origin:
            listed.pop((one.channel, one.medium), None)
    return listed


def _by_key(statements: Iterable[Statement]) -> Mapping[Key, set[Statement]]:
    found: dict[Key, set[Statement]] = {}
    for one in statements:
        found.setdefault((one.channel, one.medium), set()).add(one)
    return found


def _short_form(pupil: Pupil) -> Iterable[Statement]:
    """`website;social`: images on the website, and on every social channel. Its beginning is not known."""
    for channel in pupil.photo_consent:
        yield Statement(
            pupil.pupil_id,
            0,
            consents.channel_of(channel),
            "image",
            True,
            "",
            "",
            _LIST,
            "",
            Origin.SHORT_FORM,
        )


def _endings(pupil: Pupil) -> Iterable[Statement]:
    if pupil.consent_withdrawn_on:
        yield _ending(pupil.pupil_id, Origin.WITHDRAWAL, pupil.consent_withdrawn_on)
    if pupil.left_on:
        after = date.fromisoformat(pupil.left_on) + timedelta(days=1)
        yield _ending(pupil.pupil_id, Origin.LEFT_ROLL, after.isoformat())


def _ending(pupil_id: str, origin: Origin, day: str, channel: str = ALL, medium: str = ALL) -> Statement:
    return Statement(pupil_id, 0, channel, medium, False, day, "", _LIST, "", origin)


def _today(site: Site) -> str:
    return today_in_london(site.now()).isoformat()


def _statement(row: Consent) -> Statement:
    return Statement(
        pupil_id=row.pupil_id,
        version=row.version,
        channel=row.channel,
        medium=row.medium,
        granted=row.granted,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        document_ref=row.document_ref,
        given_by=row.given_by,
        origin=Origin(row.origin),
    )


def _row(one: Statement, site: Site, by: str) -> Consent:
    return Consent(
        school_id=site.school_id,
        pupil_id=one.pupil_id,
        version=one.version,
        channel=one.channel,
        medium=one.medium,
        granted=one.granted,
        valid_from=one.valid_from,
        valid_to=one.valid_to,
        given_by=one.given_by,
        document_ref=one.document_ref,
        origin=str(one.origin),
        recorded_by=by,
    )
