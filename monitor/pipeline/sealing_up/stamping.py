"""Having checkpoints stamped by time-stamping authorities: wanted as rows first, asked for outside any
transaction, tried again until they are had.

A stamp that is had becomes a custody event, so a leaf of the log: the next checkpoint, and its stamp, cover
it in turn.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.schema import TimeAuthority
from monitor.evidence.stamping.asking import ask, new_request, outside_line
from monitor.evidence.stamping.authority import load_authority
from monitor.evidence.stamping.chain import pem_of
from monitor.evidence.stamping.checking import Checked, checked
from monitor.evidence.stamping.errors import NotStamped
from monitor.evidence.stamping.revocation import Revocation, revocation_of
from monitor.evidence.stamping.stored import STAMPED, stamp_hashes
from monitor.pipeline.sealing_up.checkpointing import signed
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site
from monitor.store import checkpoints, custody, stamps
from monitor.store.models import OperatorAlert, Stamp, StampState

RENEW_BEFORE = timedelta(days=90)
"""A stamp is had anew this long before its certificate ends, once the authority signs with a later one."""
RENEWED_WITHIN = timedelta(days=400)
"""An export, kept for 12 months at most, rests on the stamps of its own checkpoint. What is older rests on
the later stamps that cover it in the log."""
RENEWED_AGAIN_AFTER = timedelta(days=7)
_RENEWED_AT_ONCE = 5
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
FAILING = "stamp_failing"
_log = structlog.get_logger()


def stamp_wanted(session: Session, site: Site, size: int) -> None:
    """Want a stamp of each configured authority over the checkpoint of `size` leaves.

    In the caller's transaction; nothing is wanted twice, nothing is asked here: the next `stamp_due` does.
    """
    for authority in site.settings.evidence.authorities if size else ():
        if not stamps.is_wanted(session, site.school_id, size, authority.name):
            _want(session, site, size, authority.name)


def stamp_due(site: Site) -> None:
    """One round: want what is due, then ask for everything that waits for its next attempt."""
    _plan(site)
    for authority in site.settings.evidence.authorities:
        _work_through(site, authority)


# --- what is wanted ---------------------------------------------------------------------------------


def _plan(site: Site) -> None:
    with site.database.read() as session:
        idle = not (_due(session, site) or _ending(session, site) or _gone(session, site))
    if idle:
        return  # most rounds; no lock is taken
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        for name in _due(session, site):
            _want_newest(session, site, name)
        for row in _ending(session, site):
            _want(session, site, row.checkpoint_size, row.authority, renews=row)
        for name in _gone(session, site):
            all_clear(session, site, FAILING, name, "It is no longer among the authorities of the settings.")


def _want_newest(session: Session, site: Site, name: str) -> None:
    """A stamp over all that the log holds now. An empty log has nothing to be stamped."""
    checkpoint = signed(session, site)
    if checkpoint is None or not checkpoint.size:
        return  # whoever signs has told the operators
    if not stamps.is_wanted(session, site.school_id, checkpoint.size, name):
        _want(session, site, checkpoint.size, name)


def _due(session: Session, site: Site) -> list[str]:
    """The authorities whose last routine stamp is old enough.

    One that still owes a stamp owes one, not one a day: what it missed is covered by the next.
    """
    found = []
    for authority in site.settings.evidence.authorities:
        last = stamps.last_wanted(session, site.school_id, authority.name)
        owes = any(row.renews is None for row in stamps.not_had(session, site.school_id, authority.name))
        if not owes and (last is None or site.now() - last >= site.settings.evidence.stamp_every):
            found.append(authority.name)
    return found


def _ending(session: Session, site: Site) -> list[Stamp]:
    """Stamps to be had anew: the certificate ends soon, and the authority has shown a later one."""
    now, found = site.now(), list[Stamp]()
    for authority in site.settings.evidence.authorities:
        best = stamps.best_end(session, site.school_id, authority.name)
        if best is None or best <= now + RENEW_BEFORE:
            continue
        made = (now - RENEWED_WITHIN, now - RENEWED_AGAIN_AFTER)
        found += stamps.about_to_end(
            session, site.school_id, authority.name,
            before=now + RENEW_BEFORE, made=made, most=_RENEWED_AT_ONCE,
        )  # fmt: skip
    return found


def _gone(session: Session, site: Site) -> list[str]:
    """Authorities that are told to be failing and are not in the settings any more."""
    known = [authority.name for authority in site.settings.evidence.authorities]
    query = select(OperatorAlert.subject).where(
        OperatorAlert.school_id == site.school_id,
        OperatorAlert.kind == FAILING,
        OperatorAlert.closed_at.is_(None),
        OperatorAlert.subject.not_in(known),
    )
    return list(session.scalars(query))


def _want(session: Session, site: Site, size: int, name: str, *, renews: Stamp | None = None) -> None:
    request = new_request(_note(session, site, size))
    stamps.want(session, site.school_id, size, name, request=request, now=site.now(), renews=renews)


def _note(session: Session, site: Site, size: int) -> bytes:
    """What is stamped: the whole signed note, as it stands in an export's SEAL/checkpoint."""
    row = checkpoints.at(session, site.school_id, size)
    if row is None:
        raise LookupError(f"there is no checkpoint of {size} leaves to be stamped")
    return row.note.encode()


# --- asking -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Wanted:
    row_id: int
    request: bytes
    note: bytes


@dataclass(frozen=True)
class _Had:
    reply: bytes
    checked: Checked
    revocation: Revocation


def _work_through(site: Site, settings: TimeAuthority) -> None:
    """Ask for what one authority owes, until there is nothing more or it fails."""
    while (wanted := _claim(site, settings.name)) is not None:
        try:
            had = _ask(site, settings, wanted)
        except NotStamped as error:
            _note_failure(site, settings.name, wanted.row_id, error)
            return
        _keep(site, wanted.row_id, had)


def _claim(site: Site, name: str) -> _Wanted | None:
    """The attempt is counted before it is made, so that a crash in between cannot make it endless."""
    with site.database.read() as session:
        if stamps.next_due(session, site.school_id, name, site.now()) is None:
            return None
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)  # a `poll` beside the service may be at the same row
        row = stamps.next_due(session, site.school_id, name, site.now())
        if row is None:
            return None
        row.attempts += 1
        row.next_attempt_at = site.now() + _pause(row.attempts)
        return _Wanted(row.id, row.request, _note(session, site, row.checkpoint_size))


def _pause(attempts: int) -> timedelta:
    """A minute, then twice as long each time, up to six hours."""
    doubled: timedelta = _FIRST_PAUSE * (1 << min(attempts - 1, 16))
    return min(doubled, _LONGEST_PAUSE)


def _ask(site: Site, settings: TimeAuthority, wanted: _Wanted) -> _Had:
    authority = load_authority(settings)
    line = outside_line(site.settings, site.now)
    reply = ask(authority, wanted.request, line)
    found = checked(reply, wanted.request, wanted.note, authority)
    return _Had(reply, found, revocation_of(found.chain, found.token.gen_time, line))


def _keep(site: Site, row_id: int, had: _Had) -> None:
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        row = session.get_one(Stamp, row_id)
        if row.state == StampState.STAMPED:
            return  # another process was quicker
        token = had.checked.token
        row.reply, row.chain = had.reply, pem_of(had.checked.chain)
        row.revocation, row.revocation_unknown = had.revocation.data, had.revocation.unknown
        row.gen_time, row.policy, row.serial = token.gen_time, token.policy, str(token.serial)
        row.certificate_ends_at = had.checked.ends_at
        row.stamped_at, row.next_attempt_at, row.words = site.now(), None, None
        row.state = StampState.STAMPED
        custody.note(session, site.school_id, site.now(), STAMPED, **stamp_hashes(row))
        all_clear(session, site, FAILING, row.authority, "It gives stamps again.")
    _log.info("stamped", stamp=row_id)


def _note_failure(site: Site, name: str, row_id: int, error: NotStamped) -> None:
    _log.warning("not_stamped", authority=name, stamp=row_id, problem=str(error))
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        row = session.get_one(Stamp, row_id)
        if row.state == StampState.STAMPED:
            return
        row.state, row.words = StampState.FAILED, f"{error}. {error.mend}"
        session.flush()
        found = stamps.standing(session, site.school_id, name)
        since = found.failing_since or row.made_at
        if not error.passing or site.now() - since >= site.settings.operations.alert_after:
            tell_operators(session, site, _trouble(name, error, since, found.last_success))


def _trouble(name: str, error: NotStamped, since: datetime, last_success: datetime | None) -> Trouble:
    words = f"The time-stamping authority {name} gives no stamp: {error}. It is tried again by itself."
    return Trouble(FAILING, name, words, error.mend, since, last_success)
