"""Who is polled when: a thread for each source that is due, so that none delays another."""

import threading
import time
from collections.abc import Callable

import structlog
from sqlalchemy import or_, select

from connectors.errors import ConnectorError, Transient
from connectors.interface import Connector
from monitor.pipeline.reading.accounts import connect
from monitor.pipeline.reading.holders import daemon_holder
from monitor.pipeline.reading.poll import CLOCK_SET, PollReport, fail_source, is_free_for, poll_source
from monitor.site import Site
from monitor.store.database import DatabaseUnusable
from monitor.store.models import Source

REST_SECONDS = 5.0
"""How long a source rests after a poll that the database could not take."""
log = structlog.get_logger()


class PollCrew:
    """Starts polls and keeps at most one under way for each source."""

    def __init__(self, site: Site, page_arrived: Callable[[], None]) -> None:
        self._site = site
        self._page_arrived = page_arrived
        self._threads: dict[str, threading.Thread] = {}
        self._connectors: dict[str, Connector] = {}

    def start_due(self) -> None:
        """One look at the schedule. A source whose last poll still runs is left alone; the watch sees it."""
        for name in self._due():
            thread = self._threads.get(name)
            if thread is not None and thread.is_alive():
                continue
            # A daemon thread: a platform that never answers must not keep the service from stopping.
            self._threads[name] = threading.Thread(
                target=self._poll, args=(name,), name=f"poll-{name}", daemon=True
            )
            self._threads[name].start()

    def _due(self) -> list[str]:
        now = self._site.now()
        # What was planned while the clock ran ahead would wait until that time came again.
        ahead = Source.last_attempt_at > now + CLOCK_SET
        # A lease of our own is one that a poll could not give back; its thread is looked at below.
        free = is_free_for(daemon_holder(), now)
        # `poll` may have written down sources that were added to the settings after this service began.
        ours = Source.name.in_(self._site.source_names)
        query = (
            select(Source.name)
            .where(Source.school_id == self._site.school_id, Source.enabled, ours, free)
            .where(or_(Source.next_poll_at <= now, ahead))
            .order_by(Source.next_poll_at)
        )
        with self._site.database.read() as session:
            return list(session.scalars(query))

    def _poll(self, name: str) -> None:
        try:
            report = self._read(name)
        except DatabaseUnusable as error:
            log.exception("poll_broke", source=name, problem=str(error))
            # The failure could not be written down either: nothing else keeps the next beat from asking.
            time.sleep(REST_SECONDS)
            return
        _log_report(report)
        if report.new_items:
            self._page_arrived()

    def _read(self, name: str) -> PollReport:
        try:
            return poll_source(self._site, name, self._connector(name), daemon_holder())
        except ConnectorError as error:
            return fail_source(self._site, name, error, daemon_holder())
        except DatabaseUnusable:
            raise
        except Exception as error:
            # Whatever it was, the source must come back into the schedule and be counted as unread.
            log.exception("poll_broke", source=name)
            broke = Transient(f"the poll broke off ({type(error).__name__})")
            return fail_source(self._site, name, broke, daemon_holder())

    def _connector(self, name: str) -> Connector:
        if name not in self._connectors:
            self._connectors[name] = connect(self._site, self._site.source_settings(name))
        return self._connectors[name]

    def wait(self, seconds: float) -> None:
        """Give polls under way a moment to store the page they hold."""
        for thread in self._threads.values():
            thread.join(seconds / max(len(self._threads), 1))


def _log_report(report: PollReport) -> None:
    if report.skipped:
        return
    problems = [f"{type(error).__name__}: {error} {error.mend}" for error in report.errors]
    tell = log.warning if problems else log.info
    tell("polled", source=report.source, new=report.new_items, pages=report.pages, problems=problems)
