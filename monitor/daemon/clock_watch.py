"""Noticing that somebody set the machine's clock.

APScheduler plans by the wall clock and then waits: set back by a day, it would sleep for that day.
"""

import time
from datetime import datetime, timedelta

from monitor.clock import Now, utc_now

TOLERANCE = timedelta(seconds=5)
"""More than a time server corrects at once, less than anybody would miss."""


class ClockWatch:
    """Compares the wall clock with the one that only ever counts on."""

    def __init__(self, now: Now = utc_now) -> None:
        self._now = now
        self._wall, self._counted = self._both()

    def was_set(self) -> bool:
        """Whether the wall clock moved otherwise than time went by since the last call."""
        wall, counted = self._both()
        moved, passed = wall - self._wall, timedelta(seconds=counted - self._counted)
        self._wall, self._counted = wall, counted
        return abs(moved - passed) > TOLERANCE

    def _both(self) -> tuple[datetime, float]:
        return self._now(), time.monotonic()
