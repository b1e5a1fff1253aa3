"""Where a stream of X's stands, and how far a pass reaches back. No network, no clock of its own.

X lists newest first, so a pass walks from now towards the past, and what lies before the last complete
pass counts as read only when the walk has met it. Mentions enter X's index late, some by minutes, some
by hours: every pass therefore reads two hours over again, and one pass a day forty-eight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from config.schema import Watch
from connectors.errors import ConnectorError
from connectors.interface import Gap
from connectors.times import parse_time
from connectors.x.ids import first_id_at, is_id, time_of

SCHEMA = 1
OVERLAP = timedelta(hours=2)
SWEEP = timedelta(hours=48)
SWEEP_EVERY = timedelta(days=1)
SEARCH_REACH = timedelta(days=6, hours=23)
"""X searches seven days; an hour less keeps clear of its edge."""
_SEARCHED = frozenset({Watch.COMMENTS, Watch.SEARCH})
_SWEPT = frozenset({Watch.COMMENTS, Watch.MENTIONS})
_MOST_SEEN = 3000


@dataclass(frozen=True)
class Walk:
    """A pass that is under way."""

    started: datetime
    since: int | None
    """Exclusive: nothing at or below this id is asked for (the floor)."""
    start_time: datetime | None
    """In place of `since` where X would refuse an id as old as that."""
    swept: bool
    target: int = 0
    """The highest id met; becomes the high-water mark when the walk is complete."""
    oldest: int = 0
    count: int = 0
    token: str | None = None
    tokens: tuple[str, ...] = ()
    """Every page token of this list so far: one that comes again would lead in a circle."""
    found: tuple[str, ...] = ()
    """Comments: conversations met while our own posts are being listed; known once the list is complete."""
    queue: tuple[str, ...] | None = None
    """Comments: conversations still to be searched; None while our own posts are being listed."""


@dataclass(frozen=True)
class Standing:
    """The cursor, taken apart."""

    high: int | None = None
    read_at: datetime | None = None
    """When the last complete pass began."""
    swept_at: datetime | None = None
    seen: tuple[str, ...] = ()
    """Versions handed over in the last two days, so that the overlap does not hand them over again."""
    roots: tuple[str, ...] = ()
    """Comments: the school's own posts whose conversations are searched."""
    walk: Walk | None = field(default=None)

    def remember(self, versions: Iterable[str], now: datetime) -> "Standing":
        edge = first_id_at(now - SWEEP)
        kept = sorted({*self.seen, *versions} - {""}, key=int)
        return replace(self, seen=tuple(one for one in kept if int(one) > edge)[-_MOST_SEEN:])

    def complete(self) -> "Standing":
        """The walk has met the last one: only now may the high-water mark rise."""
        if self.walk is None:
            return self
        return replace(
            self,
            high=max(self.high or 0, self.walk.target) or None,
            read_at=self.walk.started,
            swept_at=self.walk.started if self.walk.swept else self.swept_at,
            walk=None,
        )

    def abandon(self) -> "Standing":
        """Give the walk up without moving: the next pass starts again from now."""
        return replace(self, walk=None)


def begin(standing: Standing, watch: Watch, now: datetime) -> tuple[Walk, Gap | None]:
    """A new walk, and the span that it can no longer reach."""
    if standing.read_at is None:
        edge = now - SEARCH_REACH if watch is Watch.SEARCH else None
        return Walk(started=now, since=None, start_time=edge, swept=True), None
    swept = watch in _SWEPT and (standing.swept_at is None or now - standing.swept_at >= SWEEP_EVERY)
    back_to = standing.read_at - OVERLAP
    back_to = min(back_to, now - SWEEP) if swept else back_to
    since = first_id_at(back_to)
    # Our clock may have run ahead of X's; what was really read is a mark that no clock can move.
    since = min(since, standing.high) if standing.high is not None else since
    walk = Walk(started=now, since=since, start_time=None, swept=swept)
    return walk if watch is not Watch.SEARCH else within_reach(walk, now), search_gap(standing, watch, now)


def search_gap(standing: Standing, watch: Watch, now: datetime) -> Gap | None:
    """What was written after the last complete pass and is too old to be searched for."""
    edge = now - SEARCH_REACH
    if watch not in _SEARCHED or standing.read_at is None or standing.read_at >= edge:
        return None
    return Gap(standing.read_at, edge, "X searches seven days back, and the last complete reading is older")


def within_reach(walk: Walk, now: datetime) -> Walk:
    """The same walk, asking only for what X still searches."""
    edge = now - SEARCH_REACH
    if walk.since is not None and time_of(walk.since) > edge:
        return walk
    return replace(walk, since=None, start_time=edge)


def advance(walk: Walk, ids: Iterable[str], next_token: str | None) -> Walk:
    """The walk after a page; `ids` are those of the page's posts, in any order."""
    numbers = [int(one) for one in ids]
    return replace(
        walk,
        target=max([walk.target, *numbers]),
        oldest=min(numbers + ([walk.oldest] if walk.oldest else []), default=0),
        count=walk.count + len(numbers),
        token=next_token,
        tokens=(*walk.tokens, next_token) if next_token else walk.tokens,
    )


def load(cursor: Mapping[str, Any]) -> Standing:
    """The cursor as it was saved; raises ConnectorError for one that this release cannot read."""
    if not cursor:
        return Standing()
    try:
        if cursor["schema"] != SCHEMA:
            raise ValueError("another schema")  # noqa: TRY301  one message for all that is wrong with it
        walk = cursor["walk"]
        return Standing(
            high=_number(cursor["high"]),
            read_at=_time(cursor["read_at"]),
            swept_at=_time(cursor["swept_at"]),
            seen=_ids(cursor["seen"]),
            roots=_ids(cursor["roots"]),
            walk=None if walk is None else _load_walk(walk),
        )
    except (KeyError, ValueError, TypeError) as error:
        raise ConnectorError(
            "The stored cursor of this stream cannot be read by this release.",
            mend="Restore the database from before the update, or go back to the release that wrote it.",
        ) from error


def save(standing: Standing) -> dict[str, Any]:
    """JSON: ids as strings (X's are too long for other readers' numbers), times in ISO 8601."""
    walk = standing.walk
    return {
        "schema": SCHEMA,
        "high": _string(standing.high),
        "read_at": _iso(standing.read_at),
        "swept_at": _iso(standing.swept_at),
        "seen": list(standing.seen),
        "roots": list(standing.roots),
        "walk": None if walk is None else _save_walk(walk),
    }


def _save_walk(walk: Walk) -> dict[str, Any]:
    return asdict(walk) | {
        "started": _iso(walk.started),
        "since": _string(walk.since),
        "start_time": _iso(walk.start_time),
        "target": _string(walk.target),
        "oldest": _string(walk.oldest),
        "tokens": list(walk.tokens),
        "found": list(walk.found),
        "queue": None if walk.queue is None else list(walk.queue),
    }


def _load_walk(saved: Mapping[str, Any]) -> Walk:
    started = _time(saved["started"])
    if started is None:
        raise ValueError("a walk without a beginning")
    return Walk(
        started=started,
        since=_number(saved["since"]),
        start_time=_time(saved["start_time"]),
        swept=bool(saved["swept"]),
        target=int(saved["target"]),
        oldest=int(saved["oldest"]),
        count=int(saved["count"]),
        token=saved["token"],
        tokens=tuple(saved["tokens"]),
        found=_ids(saved["found"]),
        queue=None if saved["queue"] is None else _ids(saved["queue"]),
    )


def _ids(values: Iterable[object]) -> tuple[str, ...]:
    ids = tuple(values)
    if not all(is_id(one) for one in ids):
        raise ValueError("something that is no id")
    return tuple(str(one) for one in ids)


def _number(value: object) -> int | None:
    return None if value is None else int(str(value))


def _string(value: int | None) -> str | None:
    return None if value is None else str(value)


def _iso(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _time(value: object) -> datetime | None:
    moment = parse_time(value)
    if value is not None and moment is None:
        raise ValueError("something that is no time")
    return moment
