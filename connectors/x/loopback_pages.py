"""Lists of the loopback X: newest first, cut into pages, with the bounds that X's calls take."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from connectors.loopback import Fault
from connectors.loopback_server import Call
from connectors.loopback_world import Entry


class Refused(Exception):
    """An answer other than data."""

    def __init__(
        self, status: int, body: Mapping[str, Any], headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(str(status))
        self.status = status
        self.body = body
        self.headers = headers or {}


class ParameterProblem(Exception):
    """A request that X would not take, and why; the wire gives it its shape."""

    def __init__(self, parameter: str, value: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter
        self.value = value


@dataclass(frozen=True)
class Page:
    entries: tuple[Entry, ...]
    now: datetime
    next_token: str | None
    previous_token: str | None


def page_of(
    entries: Sequence[Entry], call: Call, now: datetime, *, smallest: int, largest: int, twist: Fault | None
) -> Page:
    """The page that a request asks for; `largest` is what this server gives at most."""
    query = call.query
    size = min(largest, _size(query.get("max_results"), smallest))
    given = query.get("pagination_token") or query.get("next_token")
    below = _position(given) if given else None

    def number(entry: Entry) -> int:
        return int(entry.version_at(now).served_id)

    inside = _bounds(query, now)
    listed = sorted((entry for entry in entries if inside(entry)), key=number, reverse=True)
    rest = [entry for entry in listed if below is None or number(entry) < below]
    if twist is Fault.EMPTY_PAGE_WITH_NEXT and rest:
        return Page((), now, _token(number(rest[0]) + 1, len(given or "")), given)
    shown = rest[:size]
    following = _token(number(shown[-1]), 0) if len(rest) > size else None
    if twist is Fault.OUT_OF_ORDER:
        shown = shown[::-1]
    return Page(tuple(shown), now, following, given)


def _bounds(query: Mapping[str, str], now: datetime) -> Callable[[Entry], bool]:
    since, until = int(query.get("since_id", 0)), int(query.get("until_id", 0))
    start, end = _moment(query.get("start_time")), _moment(query.get("end_time"))

    def inside(entry: Entry) -> bool:
        version = entry.version_at(now)
        number = int(version.served_id)
        return (
            number > since
            and (not until or number < until)
            and (start is None or version.at >= start)
            and (end is None or version.at < end)
        )

    return inside


def _moment(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value)


def _size(value: str | None, smallest: int) -> int:
    if value is None:
        return 10
    if not value.isdecimal() or not smallest <= int(value) <= 100:
        raise ParameterProblem("max_results", value, f"max_results must be between {smallest} and 100")
    return int(value)


def _token(below: int, turn: int) -> str:
    """Opaque to readers, like X's: base32hex, at least 16 characters."""
    return base64.b32hexencode(f"{below}.{turn}".encode()).decode().rstrip("=").lower()


def _position(token: str) -> int:
    padded = token.upper() + "=" * (-len(token) % 8)
    try:
        return int(base64.b32hexdecode(padded).decode().partition(".")[0])
    except (binascii.Error, ValueError):
        raise ParameterProblem("pagination_token", token, "not a valid token") from None
