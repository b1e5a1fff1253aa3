"""Telling the operators of a clock that evidence cannot lean on. Nothing is left unstored because of it."""

import time

from sqlalchemy.orm import Session

from connectors.interface import Page
from monitor.evidence.machine_clock import NOTICEABLE, offset_to_host
from monitor.evidence.record import date_header
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site

DIFFERS = "clock_differs"
UNSYNCHRONISED = "clock_unsynchronised"
PATIENCE_SECONDS = 60 * 60.0
"""How long the service runs before it complains of a clock that nobody synchronises: a machine that has just
started looks for its time servers, and `schoolwatch check` says it at once.
"""
_STARTED = time.monotonic()
_MEND = "Switch time synchronisation on (timedatectl set-ntp true) and allow NTP through the firewall."
_SAID = "The records say so; everything is kept as before."


def compare_clocks(session: Session, site: Site, source: str, page: Page) -> None:
    """Our clock beside the platform's, by the `Date` of its answer; in the transaction of the page."""
    if not page.envelopes:
        return
    last = page.envelopes[-1]
    ahead = offset_to_host(last.fetched_at, date_header(last))
    if ahead is None:
        return
    if abs(ahead) <= NOTICEABLE:
        all_clear(session, site, DIFFERS, source, "The two clocks agree again.")
        return
    seconds = round(ahead.total_seconds())
    side = "ahead of" if seconds > 0 else "behind"
    words = f"The clock of this machine is {abs(seconds):,} s {side} that of the platform. {_SAID}"
    tell_operators(session, site, Trouble(DIFFERS, source, words, _MEND))


def running_for() -> float:
    """Seconds since this process started."""
    return time.monotonic() - _STARTED


def watch_kernel_clock(session: Session, site: Site) -> None:
    """What the kernel says of its synchronisation; where it does not say, nobody is told anything."""
    kernel = site.kernel_clock()
    if kernel.synced:
        all_clear(session, site, UNSYNCHRONISED, "machine's clock", "It is synchronised again.")
    elif kernel.synced is False and running_for() >= PATIENCE_SECONDS:
        words = f"No time server keeps the clock of this machine right, so it may drift. {_SAID}"
        tell_operators(session, site, Trouble(UNSYNCHRONISED, "machine's clock", words, _MEND))
