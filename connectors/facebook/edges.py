"""Reading an edge of posts, newest first, from its beginning back to what is known."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import BaseModel, Field

from connectors.errors import PermissionMissing
from connectors.facebook.errors import RequestRefused
from connectors.facebook.graph_client import GraphClient, fields
from connectors.facebook.paging import Outcome, Walk, next_position, rows
from connectors.facebook.parse import Unreadable
from connectors.interface import Gap, Item

PAGE_SIZE = 50
OVERLAP = timedelta(hours=1)
"""How far behind the newest known post is read again: Graph may list a post late."""
RESTARTS = 2
_MOST_SEEN = 500

ToItem = Callable[[object], Item]


@dataclass(frozen=True)
class Found:
    """What one request brought, and whether the same poll should go on."""

    items: tuple[Item, ...] = ()
    more: bool = False
    gap: Gap | None = None


class EdgeState(BaseModel):
    """Where one edge stands. `high` is the time to which everything was read; `walk` a pass under way.

    An edge cursor is only good for a while, so it lives in `walk` and is never where a new pass begins.
    """

    high: datetime | None = None
    seen: dict[str, str] = Field(default_factory=dict)
    """Version by id, for the newest page and the overlap: what the next pass need not deliver again."""
    walk: Walk | None = None
    newest: datetime | None = None
    oldest: datetime | None = None
    met: dict[str, str] = Field(default_factory=dict)
    restarts: int = 0
    told: bool = False
    """A hole has been told of already; it is tried again in every pass, and told of once."""

    def take(self, items: Iterable[Item]) -> tuple[Item, ...]:
        """Note what a page brought; answers the items in wordings that were not met before."""
        head = self.walk is None or not self.walk.position
        fresh = []
        for item in items:
            if item.version not in (self.seen.get(item.external_id), self.met.get(item.external_id)):
                fresh.append(item)
            self._stretch(item.posted_at)
            if (head or self._in_overlap(item.posted_at)) and len(self.met) < _MOST_SEEN:
                self.met[item.external_id] = item.version
        return tuple(fresh)

    def reaches_known(self, items: Iterable[Item]) -> bool:
        """True when most of a page is older than the overlap: one backdated post is no end."""
        times = [item.posted_at for item in items]
        if self.high is None or not times:
            return False
        floor = self.high - OVERLAP
        return 2 * sum(time is not None and time < floor for time in times) > len(times)

    def finish(self) -> None:
        """Everything back to what was known has been read."""
        self.high = max(filter(None, (self.high, self.newest)), default=None)
        self.told = False
        self._end_pass()

    def give_up(self, why: str) -> Gap | None:
        """Not everything could be read: `high` stays, so that the next pass digs as deep again."""
        gap = None if self.told else Gap(self.high, self.oldest, why)
        self.told = True
        self._end_pass()
        return gap

    def _end_pass(self) -> None:
        self.seen = self.met
        self.restarts = 0
        self._forget_walk()

    def restart(self) -> bool:
        """Begin the pass again at the newest post; False once that was tried often enough."""
        self.restarts += 1
        if self.restarts > RESTARTS:
            return False
        self._forget_walk()
        return True

    def _forget_walk(self) -> None:
        self.walk, self.newest, self.oldest, self.met = None, None, None, {}

    def _stretch(self, moment: datetime | None) -> None:
        if moment is not None:
            self.newest = max(self.newest or moment, moment)
            self.oldest = min(self.oldest or moment, moment)

    def _in_overlap(self, moment: datetime | None) -> bool:
        return moment is not None and self.newest is not None and moment >= self.newest - OVERLAP


class EdgeReader:
    """One edge: its path, the fields asked for, and what makes an Item of an entry."""

    def __init__(self, client: GraphClient, path: str, names: Iterable[str], to_item: ToItem) -> None:
        self._client = client
        self._path = path
        self._fields = fields(names)
        self._to_item = to_item

    def step(self, state: EdgeState) -> Found:
        """One request; `state` moves on only when the answer was good."""
        walk = state.walk or Walk()
        try:
            answer = self._client.read(self._path, fields=self._fields, limit=PAGE_SIZE, **walk.position)
        except RequestRefused:
            if not walk.position:
                raise
            return self._place_refused(state)
        found = next_position(answer)
        items, gap = read_rows(rows(answer), self._to_item)
        fresh = state.take(items)
        state.walk = walk
        outcome = Outcome.ENDED if state.reaches_known(items) else walk.advance(found)
        if outcome is Outcome.ENDED:
            state.finish()
        if outcome is Outcome.STUCK:
            gap = state.give_up("Facebook named the same next page again and again")
        return Found(fresh, outcome in (Outcome.ONWARD, Outcome.AGAIN), gap)

    def _place_refused(self, state: EdgeState) -> Found:
        if state.restart():
            return Found(more=True)
        return Found(gap=state.give_up("Facebook did not let us read further back"))


def read_rows(entries: Iterable[object], to_item: ToItem) -> tuple[tuple[Item, ...], Gap | None]:
    """The items of a page, and a gap that says so when an entry could not be understood.

    One broken entry must not hide its neighbours, nor vanish without a word.
    """
    items, problems = [], []
    for entry in entries:
        try:
            items.append(to_item(entry))
        except Unreadable as problem:
            problems.append(str(problem))
    why = f"{len(problems)} could not be read: {problems[0]}" if problems else ""
    return tuple(items), Gap(None, None, why) if problems else None


class MentionsState(BaseModel):
    left: list[str] = Field(default_factory=list)
    """The edges that this pass still has to read; empty between passes."""
    edges: dict[str, EdgeState] = Field(default_factory=dict)


class MentionsReader:
    """Several edges read in turn as one stream."""

    def __init__(self, readers: dict[str, EdgeReader]) -> None:
        self._readers = readers
        self._refused: str | None = None

    def step(self, state: MentionsState) -> Found:
        """One request on the edge whose turn it is."""
        self._choose(state)
        edge = state.left[0]
        try:
            found = self._readers[edge].step(state.edges.setdefault(edge, EdgeState()))
        except PermissionMissing:
            # The error is raised, so the cursor stays; next time the other edges go first.
            self._refused = edge
            raise
        if not found.more:
            state.left.pop(0)
        return Found(found.items, bool(state.left), found.gap)

    def _choose(self, state: MentionsState) -> None:
        state.left = [edge for edge in state.left if edge in self._readers] or list(self._readers)
        if state.left[0] == self._refused:
            state.left = [*(edge for edge in self._readers if edge != self._refused), self._refused]
            self._refused = None
