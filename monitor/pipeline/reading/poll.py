"""One poll of one source: lease, fetch page by page, store each with its cursor, say how it went."""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from connectors.errors import (
    Blocked,
    ConnectorError,
    CredentialsRefused,
    CreditsUsedUp,
    ProtocolDrift,
    RateLimited,
    Transient,
)
from connectors.interface import Connector, Page, Stream
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.own_pages import critical
from monitor.pipeline.reading.clock_watch import compare_clocks
from monitor.pipeline.reading.intake import PageIntake
from monitor.pipeline.reading.outages import end_outage, note_outage, note_unwatched
from monitor.site import Site
from monitor.store.models import Source, StreamCursor

POLL_SECONDS = 120.0
"""How long one poll may take. What is left waits for the next one; the cursor knows where."""
LEASE = timedelta(seconds=POLL_SECONDS + 60)
CLOCK_SET = timedelta(minutes=1)
"""What lies further ahead was written while the clock ran ahead; two processes read it moments apart."""

_ENDS_THE_POLL = (CredentialsRefused, CreditsUsedUp, RateLimited, Transient, Blocked)
"""After these the other streams of the account would meet the same."""


class LeaseLost(Exception):
    """Another poll of this source took over; what it stores counts, and this one stops."""


@dataclass
class PollReport:
    source: str
    new_items: int = 0
    pages: int = 0
    finished: bool = True
    errors: list[ConnectorError] = field(default_factory=list)
    skipped: bool = False
    """Another poll of this source was under way."""
    not_before: datetime | None = None

    @property
    def failed(self) -> bool:
        return bool(self.errors)


def poll_source(site: Site, name: str, connector: Connector, holder: str) -> PollReport:
    """Read everything new of a source. Faults of the platform are told in the report, not raised."""
    fence = take_lease(site, name, holder)
    if fence is None:
        return PollReport(name, skipped=True)
    poll = _Poll(site, name, connector, fence, time.monotonic() + POLL_SECONDS)
    try:
        poll.read_streams()
    except LeaseLost:
        poll.report.skipped = True
        return poll.report
    _finish(site, fence, poll.report)
    return poll.report


def fail_source(site: Site, name: str, error: ConnectorError, holder: str) -> PollReport:
    """Count a source as unread that could not even be asked (no credentials, a broken connector).

    Somebody else who reads it at this moment can, so that nothing is written down then.
    """
    report = PollReport(name, errors=[error])
    fence = take_lease(site, name, holder)
    if fence is not None:
        _finish(site, fence, report)
    return report


def take_lease(site: Site, name: str, holder: str) -> int | None:
    """The fence number of a new lease, or None while somebody else's lasts."""
    now = site.now()
    claim = (
        update(Source)
        .where(Source.school_id == site.school_id, Source.name == name, is_free_for(holder, now))
        .values(lease_by=holder, lease_until=now + LEASE, fence=Source.fence + 1, last_attempt_at=now)
        .returning(Source.fence)
    )
    with site.database.write() as session:
        return session.execute(claim).scalar_one_or_none()


def is_free_for(holder: str, now: datetime) -> ColumnElement[bool]:
    """The condition that a holder may take a source's lease."""
    over = Source.lease_until < now
    ahead = Source.lease_until > now + LEASE + CLOCK_SET  # it would last until that time came again
    ours = Source.lease_by == holder  # a process polls a source once at a time: that poll is over
    return or_(Source.lease_until.is_(None), over, ahead, ours)


class _Poll:
    """One poll under way."""

    def __init__(self, site: Site, name: str, connector: Connector, fence: int, deadline: float) -> None:
        self.site = site
        self.connector = connector
        self.fence = fence
        self.deadline = deadline
        self.report = PollReport(name)

    def read_streams(self) -> None:
        for stream in self.connector.streams():
            if not self._read(stream):
                return

    def _read(self, stream: Stream) -> bool:
        """Read one stream to its end. Answers whether the other streams are worth asking."""
        try:
            while self._step(stream):
                if time.monotonic() > self.deadline:
                    self.report.finished = False
                    return False
        except ConnectorError as error:
            self.report.errors.append(error)
            return not isinstance(error, _ENDS_THE_POLL)
        return True

    def _step(self, stream: Stream) -> bool:
        """Fetch and store one page; answers whether there is more."""
        with self.site.database.read() as session:
            cursor = _cursor(session, _source(session, self.site, self.report.source), stream)
            where = dict(cursor.cursor) if cursor else {}
        passing(Boundary.BEFORE_FETCH)
        page = self.connector.fetch(stream, where, deadline=self.deadline)
        passing(Boundary.AFTER_FETCH)
        self.report.new_items += self._store(stream, page)
        passing(Boundary.AFTER_COMMIT)
        self.report.pages += 1
        self.report.not_before = page.not_before or self.report.not_before
        return page.more

    def _store(self, stream: Stream, page: Page) -> int:
        with self.site.database.write() as session:
            source = _source(session, self.site, self.report.source, lock=True)
            if source.fence != self.fence:
                raise LeaseLost(self.report.source)
            cursor = _cursor(session, source, stream) or _new_cursor(session, source, stream)
            new = PageIntake(session, self.site, source, cursor).store(page)
            compare_clocks(session, self.site, source.name, page)
            passing(Boundary.BEFORE_COMMIT)
        return new


def _source(session: Session, site: Site, name: str, *, lock: bool = False) -> Source:
    query = select(Source).where(Source.school_id == site.school_id, Source.name == name)
    return session.scalars(query.with_for_update() if lock else query).one()


def _cursor(session: Session, source: Source, stream: Stream) -> StreamCursor | None:
    query = select(StreamCursor).where(
        StreamCursor.school_id == source.school_id,
        StreamCursor.source_id == source.id,
        StreamCursor.watch == str(stream.watch),
        StreamCursor.key == stream.key,
    )
    return session.scalars(query).one_or_none()


def _new_cursor(session: Session, source: Source, stream: Stream) -> StreamCursor:
    cursor = StreamCursor(
        school_id=source.school_id,
        source_id=source.id,
        watch=str(stream.watch),
        key=stream.key,
        cursor={},
        first_pass_done_at=None,
    )
    session.add(cursor)
    return cursor


def _finish(site: Site, fence: int, report: PollReport) -> None:
    """Give the lease back, put the next poll into the schedule, and open or end an outage."""
    now = site.now()
    with site.database.write() as session:
        source = _source(session, site, report.source, lock=True)
        if source.fence != fence:
            return
        source.lease_by = source.lease_until = None
        source.last_attempt_at = now  # by the clock of the plan below, should it have been set meanwhile
        note_unwatched(session, source, now, site.source_settings(source.name).poll_every)
        if report.errors:
            source.failures += 1
            note_outage(session, source, report.errors[0], now)
        else:
            _succeed(session, source, now, finished=report.finished)
        source.next_poll_at = next_poll(interval_of(session, site, source), source, report, now)


def _succeed(session: Session, source: Source, now: datetime, *, finished: bool) -> None:
    end_outage(session, source, now)
    source.failures = 0
    source.last_success_at = now
    if finished and source.first_pass_done_at is None:
        source.first_pass_done_at = now


def interval_of(session: Session, site: Site, source: Source) -> timedelta:
    """How often a source is read: as the settings say, and oftener in a critical incident (Nunney 2.9)."""
    usual = site.source_settings(source.name).poll_every
    return usual if critical.current(session, site) is None else min(usual, critical.LOOK_EVERY)


def next_poll(interval: timedelta, source: Source, report: PollReport, now: datetime) -> datetime:
    """When this source is due again: at its interval, sooner when unfinished, later while it fails."""
    if not report.errors:
        planned = now if not report.finished else now + interval
        return max(planned, report.not_before or planned)
    error = report.errors[0]
    if isinstance(error, RateLimited) and error.until is not None:
        return max(error.until, now + timedelta(seconds=5))
    return now + back_off(error, source.failures, interval)


def back_off(error: ConnectorError, failures: int, interval: timedelta) -> timedelta:
    """30 s doubling to 30 min for what passes by itself; half an hour for what a person must mend."""
    if isinstance(error, RateLimited):
        return max(timedelta(seconds=60), interval)
    if error.retryable or isinstance(error, ProtocolDrift):
        return min(timedelta(seconds=30 * 2 ** min(failures - 1, 10)), timedelta(minutes=30))
    return timedelta(minutes=30)
