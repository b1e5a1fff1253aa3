"""One pass of the whole way, for `poll` and the demo: fetch, judge, seal, raise, send.

A school that runs `poll` from cron has no service: whatever must not be left undone is done here as well.
"""

from collections.abc import Callable, Sequence

import structlog

from classifiers.interface import Judge
from connectors.errors import ConnectorError
from monitor.pipeline.at_rest.keeping import keep_at_rest
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.incidents.ladder_clock import run_ladders
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.pipeline.own_pages.checklists import remind_of_devices
from monitor.pipeline.own_pages.own_page import act_next
from monitor.pipeline.own_pages.school_accounts import remind_of_passwords
from monitor.pipeline.own_pages.withdrawals import search_due
from monitor.pipeline.reading.accounts import connect
from monitor.pipeline.reading.holders import pass_holder
from monitor.pipeline.reading.poll import PollReport, fail_source, poll_source
from monitor.pipeline.sealing_up.second_log import keep_second_log
from monitor.pipeline.sealing_up.stamping import stamp_due
from monitor.pipeline.telling.dates import tell_of_dates
from monitor.pipeline.telling.first_pass import tell_first_passes
from monitor.pipeline.telling.folding import tell_what_was_held
from monitor.pipeline.telling.mailing import send_next
from monitor.pipeline.telling.watchkeeping import keep_watch
from monitor.pipeline.telling.weekly import make_due_export
from monitor.site import Site
from monitor.store.database import DatabaseUnusable

Tell = Callable[[str], None]
"""Hears what is being done, for a progress bar or a plain line."""
log = structlog.get_logger()


def one_pass(site: Site, judge: Judge, names: Sequence[str], tell: Tell) -> list[PollReport]:
    """Read the named sources and follow everything through. What fails stops nothing else.

    Raises the first fault when all the rest is done; an unusable database ends the pass at once.
    """
    reports = []
    for name in names:
        tell(f"reading {name}")
        reports.append(read_source(site, name))
    steps: dict[str, Callable[[], None]] = {
        "searching our posts": lambda: search_due(site),
        "judging": lambda: _to_the_end(lambda: judge_waiting(site, judge)),
        "telling of old pages": lambda: tell_first_passes(site),
        "acting on our page": lambda: _to_the_end(lambda: act_next(site) is not None),
        "looking again": lambda: recheck_due(site),
        "reminding": lambda: run_ladders(site),
        "asking about devices": lambda: remind_of_devices(site),
        "reminding of passwords": lambda: remind_of_passwords(site),
        "keeping watch": lambda: keep_watch(site, names),
        "making the weekly export": lambda: make_due_export(site),
        "copying the log": lambda: keep_second_log(site),
        "having the log stamped": lambda: stamp_due(site),
        "keeping dates": lambda: tell_of_dates(site),
        "telling what was held": lambda: tell_what_was_held(site),
        "sending mail": lambda: _to_the_end(lambda: send_next(site)),
        "erasing": lambda: erase_what_is_due(site),
        "locking and letting go": lambda: keep_at_rest(site),
    }
    _do_all(steps, tell)
    return reports


def _do_all(steps: dict[str, Callable[[], None]], tell: Tell) -> None:
    broken: list[Exception] = []
    for what, step in steps.items():
        tell(what)
        try:
            step()
        except DatabaseUnusable:
            raise
        except Exception as error:
            log.exception("step_broke", step=what, problem=type(error).__name__)
            broken.append(error)
    if broken:
        raise broken[0]


def _to_the_end(step: Callable[[], bool]) -> None:
    while step():
        pass


def read_source(site: Site, name: str) -> PollReport:
    """Read one source to its end, or until it fails or its platform asks for a pause."""
    try:
        connector = connect(site, site.source_settings(name))
    except ConnectorError as error:
        return fail_source(site, name, error, pass_holder())
    try:
        report = poll_source(site, name, connector, pass_holder())
        while _goes_on(site, report):
            more = poll_source(site, name, connector, pass_holder())
            more.new_items += report.new_items
            more.pages += report.pages
            report = more
        return report
    finally:
        connector.close()


def _goes_on(site: Site, report: PollReport) -> bool:
    """What is left when the platform asks us to wait is read by the next pass."""
    asked_to_wait = report.not_before is not None and report.not_before > site.now()
    return not (report.failed or report.finished or asked_to_wait)
