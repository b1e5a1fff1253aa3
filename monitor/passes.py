"""One pass of the whole way, for `poll` and the demo: fetch, judge, seal, raise, send."""

from collections.abc import Callable, Sequence

from classifiers.interface import Judge
from connectors.errors import ConnectorError
from monitor.daemon.polling import holder_name
from monitor.pipeline.accounts import connect
from monitor.pipeline.first_pass import tell_first_passes
from monitor.pipeline.judging import judge_waiting
from monitor.pipeline.mailing import send_next
from monitor.pipeline.poll import PollReport, fail_source, poll_source
from monitor.site import Site

Tell = Callable[[str], None]
"""Hears what is being done, for a progress bar or a plain line."""


def one_pass(site: Site, judge: Judge, names: Sequence[str], tell: Tell) -> list[PollReport]:
    """Read the named sources and follow everything through. A source that fails stops no other."""
    reports = []
    for name in names:
        tell(f"reading {name}")
        reports.append(read_source(site, name))
    tell("judging")
    while judge_waiting(site, judge):
        pass
    tell_first_passes(site)
    tell("sending mail")
    while send_next(site):
        pass
    return reports


def read_source(site: Site, name: str) -> PollReport:
    try:
        connector = connect(site, site.source_settings(name))
    except ConnectorError as error:
        return fail_source(site, name, error)
    try:
        report = poll_source(site, name, connector, holder_name())
        while not report.failed and not report.finished:
            more = poll_source(site, name, connector, holder_name())
            more.new_items += report.new_items
            more.pages += report.pages
            report = more
        return report
    finally:
        connector.close()
