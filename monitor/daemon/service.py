"""`schoolwatch run`: APScheduler as the heartbeat, what is due in the tables, loops that do one thing.

1. Lock: one daemon on one database.
2. Recover: leases and claims of a process that died are free again.
3. Beat: start polls that are due; judge and mail wake at once when a page arrives.
4. Watch: ladder clock, re-checks, outages, erasure, weekly export.
5. Stop on SIGTERM: no new work, the page in hand is stored, then out within ten seconds.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta

import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import select, update

from alerts.export.writer import ExportFailed
from classifiers.errors import ModelBroken
from classifiers.interface import Judge
from monitor.clock import utc_now
from monitor.console.serving import served_beside
from monitor.daemon.clock_watch import ClockWatch
from monitor.daemon.instance import CheckLock, LockLost, only_instance
from monitor.daemon.polling import PollCrew
from monitor.evidence.folder import EvidenceNotWritten, remove_parts, stored_uids
from monitor.pipeline.at_rest.keeping import keep_at_rest
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.handing_in.handed_in import tidy_handed_in
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.pipeline.judgement.judging import JudgementFails, judge_waiting
from monitor.pipeline.own_pages.checklists import remind_of_devices
from monitor.pipeline.own_pages.own_page import act_next
from monitor.pipeline.own_pages.school_accounts import remind_of_passwords
from monitor.pipeline.own_pages.withdrawals import search_due
from monitor.pipeline.reading.holders import daemon_holder, is_over
from monitor.pipeline.reading.outages import ask_again_what_was_mended
from monitor.pipeline.sealing_up.sealing import tidy
from monitor.pipeline.sealing_up.second_log import keep_second_log
from monitor.pipeline.sealing_up.stamping import stamp_due
from monitor.pipeline.telling.dates import tell_of_dates
from monitor.pipeline.telling.first_pass import tell_first_passes
from monitor.pipeline.telling.folding import tell_what_was_held
from monitor.pipeline.telling.mailing import send_next
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.pipeline.telling.watchkeeping import keep_watch, ping_dead_man
from monitor.pipeline.telling.weekly import make_due_export
from monitor.site import Site
from monitor.store.database import DatabaseUnusable
from monitor.store.models import Source

STOP_SECONDS = 8.0
"""Of the ten that a graceful stop may take."""
LAST_RESORT_SECONDS = 9.0
FRESH_SECONDS = 120.0
"""A watch runs every half minute."""
_TIDIED_AT_ONCE = 500
_IN_WORDS = (DatabaseUnusable, EvidenceNotWritten, ExportFailed, JudgementFails, ModelBroken)
log = structlog.get_logger()


class Service:
    def __init__(self, site: Site, judge: Callable[[], Judge]) -> None:
        self._site = site
        self._judge = judge
        self._stopping = threading.Event()
        self._page_arrived = threading.Event()
        self._crew = PollCrew(site, self._page_arrived.set)
        self._scheduler = BackgroundScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )
        self._well: set[str] = set()
        """The loops and jobs whose last step did not fail."""
        self._watched_clock = ClockWatch()
        self._watched_at: float | None = None
        """When the last round of the watch ended well, in monotonic seconds."""
        self._status = 0
        self._loops = [self._loop("judge", self._judge_step), self._loop("mail", self._mail_step)]

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT; raises AnotherDaemon when the database has one already."""
        with only_instance(self._site.database) as check_lock, served_beside(self._site):
            recover(self._site)
            clear_leftovers(self._site)
            self._listen_for_stop()
            self._start(check_lock)
            self._beat_until_stopped()
            self._stop()

    def _start(self, check_lock: CheckLock) -> None:
        every = {
            "lock": (lambda: self._keep_lock(check_lock), 5),
            "poll": (self._crew.start_due, 1),
            "first digests": (lambda: tell_first_passes(self._site), 5),
            "dates": (lambda: tell_of_dates(self._site), 3600),
            "held mail": (lambda: tell_what_was_held(self._site), 5),
            "ladder": (lambda: run_ladders(self._site), 30),
            "own page": (self._act_on_own_page, 10),
            "passwords": (lambda: remind_of_passwords(self._site), 3600),
            "rechecks": (lambda: recheck_due(self._site), 60),
            "withdrawals": (lambda: search_due(self._site), 300),
            "devices": (lambda: remind_of_devices(self._site), 600),
            "watch": (self._watch, 30),
            "dead man": (self._ping_dead_man, 300),
            "erasure": (lambda: erase_what_is_due(self._site), 600),
            "at rest": (lambda: keep_at_rest(self._site), 3600),
            "handed in": (lambda: tidy_handed_in(self._site), 3600),
            "weekly export": (lambda: make_due_export(self._site), 300),
            "second log": (lambda: keep_second_log(self._site), 60),
            "stamps": (lambda: stamp_due(self._site), 60),
        }
        for name, (step, seconds) in every.items():
            # APScheduler goes by the machine's own clock, whatever clock the site was given.
            first = utc_now() + timedelta(seconds=min(seconds, 5))
            self._scheduler.add_job(
                self._run_job, "interval", args=(name, step), seconds=seconds, id=name, next_run_time=first
            )
        self._scheduler.add_listener(self._tell_of_broken_job, EVENT_JOB_ERROR | EVENT_JOB_MISSED)
        self._scheduler.start()
        for loop in self._loops:
            loop.start()
        log.info("started", sources=len(self._site.settings.sources))

    def _beat_until_stopped(self) -> None:
        """Wait for the signal; when the clock was set, plan every job anew from the new time."""
        clock = ClockWatch()
        while not self._stopping.wait(1.0):
            if clock.was_set():
                log.warning("clock_was_set")
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=utc_now())

    def _loop(self, name: str, step: Callable[[], bool]) -> threading.Thread:
        return threading.Thread(target=self._repeat, args=(name, step), name=name, daemon=True)

    def _repeat(self, name: str, step: Callable[[], bool]) -> None:
        """Call a step again at once while it says that there is more, else after a short rest."""
        while not self._stopping.is_set():
            try:
                more = step()
                self._note_success(name)
            except Exception as error:
                # A database that is away for ten minutes must not end the loop for good.
                log.exception("step_broke", loop=name, problem=_explained(error))
                self._tell(name, error)
                self._stopping.wait(5.0)
                continue
            if not more:
                self._rest()

    def _act_on_own_page(self) -> None:
        while not self._stopping.is_set() and act_next(self._site) is not None:
            pass

    def _run_job(self, name: str, step: Callable[[], None]) -> None:
        step()
        self._note_success(name)

    def _note_success(self, name: str) -> None:
        """The first success of this process, or after a fault, ends what was told about it."""
        if name in self._well:
            return
        with self._site.database.write() as session:
            all_clear(session, self._site, "housekeeping", name, "It works again.")
        self._well.add(name)

    def _rest(self) -> None:
        if self._page_arrived.wait(0.5):
            self._page_arrived.clear()

    def _watch(self) -> None:
        if self._watched_clock.was_set():
            return  # after a leap, or a night asleep, every source would look stuck for a moment
        try:
            keep_watch(self._site)
        except Exception:
            self._watched_at = None
            raise
        self._watched_at = time.monotonic()

    def _ping_dead_man(self) -> None:
        """A watch that fails, or hangs, has nothing good to say."""
        if self._watched_at is not None and time.monotonic() - self._watched_at < FRESH_SECONDS:
            ping_dead_man(self._site)

    def _keep_lock(self, check_lock: CheckLock) -> None:
        try:
            check_lock()
        except LockLost as lost:
            log.critical("lock_lost", problem=str(lost))
            self._status = 1
            self._stopping.set()

    def _judge_step(self) -> bool:
        return judge_waiting(self._site, self._judge())

    def _mail_step(self) -> bool:
        return send_next(self._site)

    def _tell_of_broken_job(self, event: JobExecutionEvent) -> None:
        error = getattr(event, "exception", None)
        log.error("job_broke", job=event.job_id, problem=_explained(error), exc_info=error)
        self._tell(event.job_id, error)

    def _tell(self, what: str, error: BaseException | None) -> None:
        self._well.discard(what)
        trouble = Trouble(
            "housekeeping", what, _explained(error), "Look at the service's log and at the disk."
        )
        try:
            with self._site.database.write() as session:
                tell_operators(session, self._site, trouble)
        except Exception as failure:
            # The database itself may be what is broken; the log and the dead man's silence remain.
            log.exception("operators_not_told", subject=what, problem=_explained(failure))

    def _listen_for_stop(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stopping.set())

    def _stop(self) -> None:
        """Let what is in hand finish, then leave, even when a platform or mail server holds a thread."""
        log.info("stopping")
        # The interpreter would wait for threads that hang in a network call, and a lock on the database
        # may last for longer than a stop may.
        last_resort = threading.Timer(LAST_RESORT_SECONDS, os._exit, [self._status])
        last_resort.daemon = True
        last_resort.start()
        try:
            self._let_finish(time.monotonic() + STOP_SECONDS)
            give_back(self._site)
        except Exception as error:
            # Leases that could not be given back are freed by the next start.
            log.exception("stopped_untidily", problem=_explained(error))
        finally:
            log.info("stopped")
            os._exit(self._status)

    def _let_finish(self, give_up: float) -> None:
        self._scheduler.shutdown(wait=False)
        self._crew.wait(STOP_SECONDS / 2)
        for loop in self._loops:
            loop.join(max(0.0, give_up - time.monotonic()))


def _explained(error: BaseException | None) -> str:
    """Only texts that are made for people are repeated; any other may hold the words of a comment."""
    if error is None:
        return "It did not start in time."
    return str(error) if isinstance(error, _IN_WORDS) else f"It ended with {type(error).__name__}."


def recover(site: Site) -> None:
    """Free the leases of processes that are gone; with the instance lock held, no other service has any.

    A `poll` by hand may be under way and keeps its own. Claims of mails run out by themselves.
    """
    with site.database.write() as session:
        held = select(Source).where(Source.school_id == site.school_id, Source.lease_by.is_not(None))
        for source in session.scalars(held.with_for_update()):
            if source.lease_by is not None and is_over(source.lease_by):
                source.lease_by = source.lease_until = None
        ask_again_what_was_mended(session, site)


def clear_leftovers(site: Site) -> None:
    """Remove what a crash left in the evidence folder, a few hundred items at a time."""
    remove_parts(site.evidence)
    uids = sorted(stored_uids(site.evidence))
    for start in range(0, len(uids), _TIDIED_AT_ONCE):
        tidy(site, uids[start : start + _TIDIED_AT_ONCE])


def give_back(site: Site) -> None:
    """Free our own leases: those of polls that hang, and will not store anything any more."""
    ours = update(Source).where(Source.school_id == site.school_id, Source.lease_by == daemon_holder())
    with site.database.write() as session:
        session.execute(ours.values(lease_by=None, lease_until=None))
