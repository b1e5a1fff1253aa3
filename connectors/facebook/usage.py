"""How much of the platform's allowance is used, as Graph tells it in its answers' headers."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

SLOW_DOWN_PERCENT = 75.0
STOP_PERCENT = 95.0
_SLOW_DOWN = timedelta(minutes=15)
_STOP = timedelta(hours=1)
_SHARES = ("call_count", "total_cputime", "total_time")


@dataclass(frozen=True)
class Usage:
    """The fullest of all allowances in per cent, and how long the platform locks us out, when it says."""

    percent: float = 0.0
    regain_after: timedelta | None = None

    def pause(self) -> timedelta | None:
        """How long to leave the page alone, or None while there is room."""
        if self.percent < SLOW_DOWN_PERCENT:
            return None
        usual = _STOP if self.must_stop else _SLOW_DOWN
        return self.regain_after or usual

    @property
    def must_stop(self) -> bool:
        return self.percent >= STOP_PERCENT

    def until(self, now: datetime) -> datetime | None:
        """When the platform answers again, as far as it said so."""
        return None if self.regain_after is None else now + self.regain_after


def read_usage(headers: Mapping[str, str]) -> Usage:
    """Usage from `X-Business-Use-Case-Usage`, `X-App-Usage`, `X-Page-Usage` and `Retry-After`.

    A header that cannot be read counts as absent: a warning light must not stop the reading.
    """
    entries = [*_business(headers), *_plain(headers)]
    percent = max((_number(entry.get(share)) for entry in entries for share in _SHARES), default=0.0)
    minutes = max((_number(entry.get("estimated_time_to_regain_access")) for entry in entries), default=0.0)
    regain = timedelta(minutes=minutes) if minutes > 0 else _retry_after(headers)
    return Usage(percent, regain)


def _business(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for group in _json_object(headers.get("x-business-use-case-usage")).values():
        if isinstance(group, list):
            yield from (entry for entry in group if isinstance(entry, dict))


def _plain(headers: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    for name in ("x-app-usage", "x-page-usage"):
        yield _json_object(headers.get(name))


def _json_object(text: str | None) -> Mapping[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    # A header beyond a year's minutes is noise, and would overflow a date.
    return min(float(value), 525_600.0) if value == value and value > 0 else 0.0  # noqa: PLR0124  NaN


def _retry_after(headers: Mapping[str, str]) -> timedelta | None:
    seconds = headers.get("retry-after", "").strip()
    return timedelta(seconds=int(seconds)) if seconds.isdecimal() and len(seconds) < 8 else None
