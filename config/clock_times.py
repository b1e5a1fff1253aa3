"""Times of day as a school writes them, as London's clocks show them: `"07:30"`, `"21:00-07:00"`."""

import re
from datetime import time
from typing import NamedTuple

_TIME = r"([01]?\d|2[0-3]):([0-5]\d)"


class ClockSpan(NamedTuple):
    """From one time of day to another; past midnight when the end is the earlier one."""

    start: time
    end: time

    def holds(self, at: time) -> bool:
        if self.start < self.end:
            return self.start <= at < self.end
        return at >= self.start or at < self.end


def parse_clock_time(value: object) -> time:
    """Raises ValueError naming what was found and what is expected."""
    if isinstance(value, time):
        return value
    match = re.fullmatch(_TIME, value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'found {value!r}; expected a time of day such as "07:30"')
    return time(int(match[1]), int(match[2]))


def parse_clock_span(value: object) -> ClockSpan:
    """Raises ValueError naming what was found and what is expected."""
    if isinstance(value, ClockSpan):
        return value
    match = re.fullmatch(rf"{_TIME}\s*-\s*{_TIME}", value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f'found {value!r}; expected two times of day such as "21:00-07:00"')
    first, last = time(int(match[1]), int(match[2])), time(int(match[3]), int(match[4]))
    if first == last:
        raise ValueError(f"found {value!r}; expected two different times: a whole day is never held")
    return ClockSpan(first, last)
