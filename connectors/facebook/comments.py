"""The comments on the page's own posts.

Two walks over the list of posts share the work. The `head` walk reads the newest posts in every poll. The
`sweep` walk compares, once a week, the count of comments of every post with the count when it was last
read, so that a new comment under an old post is not lost. Both put posts into a queue, from which one
page of comments is read with each request.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from connectors.errors import Gone, ProtocolDrift, Transient
from connectors.facebook.comments_state import CommentsState, PostState, PostWalk, Reading
from connectors.facebook.edges import OVERLAP, RESTARTS, Found, read_rows
from connectors.facebook.errors import RequestRefused
from connectors.facebook.graph_client import GraphClient, fields, is_graph_id
from connectors.facebook.paging import Outcome, Walk, next_position, rows
from connectors.facebook.parse import COMMENT_FIELDS, comment_item
from connectors.interface import Gap, Item, Now, Stream

LISTED = 50
"""Posts asked for in one page of the list; Graph may give fewer."""
HEAD = 40
"""The newest posts, whose counts are compared in every poll, and which are read whole once a week."""
ALWAYS_READ = 10
"""The newest posts, whose comments are read in every poll whatever their count says."""
COMMENTS_PAGE = 100
HEAD_EVERY = timedelta(minutes=2)
"""A sweep of a large page takes several polls; the newest posts come first again in each of them."""
SWEEP_EVERY = timedelta(days=7)
SWEEP_AGAIN = timedelta(hours=6)
"""After a sweep that had to leave something out."""
_LIST_FIELDS = ("id", "message")
_COUNT_FIELD = "comments.filter(stream).summary(true).limit(0)"
_MESSAGES_KEPT = 500
PATIENCE = 3
"""Failures of one post in a row before the others get their turn."""


class CommentsReader:
    """Reads the comments of one page's posts, one request a step."""

    def __init__(
        self,
        client: GraphClient,
        stream: Stream,
        page_id: str,
        now: Now,
        closed: frozenset[str] = frozenset(),
    ) -> None:
        self._closed = closed
        self._client = client
        self._stream = stream
        self._page_id = page_id
        self._now = now
        self._counts = True
        """Whether the list of posts is asked for with the number of comments of each."""
        self._messages: dict[str, str] = {}
        self._failures: dict[str, int] = {}
        """By post, since it was last read; only this process needs to know."""

    def step(self, state: CommentsState) -> Found:
        """One request on the head walk, or on the sweep while the head rests."""
        self._begin(state)
        walk = state.head or state.sweep
        if walk is None:  # _begin has started at least one
            return Found()
        found = self._read(state, walk) if walk.queue else self._list(state, walk)
        self._end(state)
        return Found(found.items, state.head is not None or state.sweep is not None, found.gap)

    def _begin(self, state: CommentsState) -> None:
        now = self._now()
        rested = state.head_at is None or not timedelta(0) <= now - state.head_at < HEAD_EVERY
        if state.head is None and (state.sweep is None or rested):
            state.head, state.head_at = PostWalk(), now
            if state.sweep is None and (state.sweep_due is None or now >= state.sweep_due):
                state.sweep = PostWalk()

    def _end(self, state: CommentsState) -> None:
        if state.head is not None and state.head.ended:
            state.head = None
        elif state.head is None and state.sweep is not None and state.sweep.ended:
            state.sweep_due = self._now() + (SWEEP_AGAIN if state.sweep.holes else SWEEP_EVERY)
            state.told = state.told and state.sweep.holes
            state.sweep = None

    # -- the list of posts ----------------------------------------------------------------------

    def _list(self, state: CommentsState, walk: PostWalk) -> Found:
        names = (*_LIST_FIELDS, _COUNT_FIELD) if self._counts else _LIST_FIELDS
        try:
            answer = self._client.read(
                f"{self._page_id}/published_posts", fields=fields(names), limit=LISTED, **walk.walk.position
            )
        except RequestRefused:
            return self._list_refused(state, walk)
        posts = [row for row in rows(answer) if _is_post(row) and row["id"] not in self._closed]
        self._remember_messages(posts)
        always = self._always_read(state, walk) - walk.seen
        wanted = (self._wanted(state, walk, row, place < always) for place, row in enumerate(posts))
        walk.queue = [reading for reading in wanted if reading is not None]
        walk.seen += len(posts)
        outcome = walk.walk.advance(next_position(answer))
        enough = walk is state.head and walk.seen >= HEAD
        walk.listed = enough or outcome in (Outcome.ENDED, Outcome.STUCK)
        if outcome is Outcome.STUCK and not enough:
            return _list_hole(state, walk, "Facebook named the same next page of posts again and again")
        return Found()

    def _always_read(self, state: CommentsState, walk: PostWalk) -> int:
        """How many of the newest posts are read whatever their count says: edits leave it as it was."""
        if walk is state.head:
            return ALWAYS_READ
        # The first sweep comes right behind the first head walk, which has read all of them.
        return 0 if state.sweep_due is None else HEAD

    def _list_refused(self, state: CommentsState, walk: PostWalk) -> Found:
        if walk.walk.position:
            return _restart_list(state, walk)
        if not self._counts:
            raise ProtocolDrift("Facebook does not accept the request for the list of posts.")
        # Without counts all is read that might have changed; that costs more, and loses nothing.
        self._counts = False
        return Found()

    def _wanted(
        self, state: CommentsState, walk: PostWalk, row: Mapping[str, Any], always: bool
    ) -> Reading | None:
        """How to read a post now, or None to leave it."""
        is_head, count = walk is state.head, _count(row)
        known = state.posts.get(self._short(row["id"]), PostState())
        unchanged = is_head if count is None else count == (known.count or 0)
        if unchanged and not always:
            return None
        small = count is None or count <= COMMENTS_PAGE
        # A post that fits on one page costs the same one request whole, and edits cannot hide in it.
        whole = small or known.newest is None or not is_head
        since = None if whole or known.newest is None else known.newest - OVERLAP
        return Reading(post_id=row["id"], count=count, since=since)

    def _short(self, post_id: str) -> str:
        return post_id.removeprefix(f"{self._page_id}_")

    def _remember_messages(self, posts: Iterable[Mapping[str, Any]]) -> None:
        if len(self._messages) > _MESSAGES_KEPT:
            self._messages.clear()
        for row in posts:
            self._messages[row["id"]] = str(row.get("message") or "")

    # -- the comments of one post -----------------------------------------------------------------

    def _read(self, state: CommentsState, walk: PostWalk) -> Found:
        reading = walk.queue[0]
        if reading.post_id in self._closed:
            walk.queue.pop(0)
            return Found()
        if self._failures.get(reading.post_id, 0) >= PATIENCE:
            return self._leave(state, walk, "it failed again and again")
        try:
            if not self._knows_message(reading):
                return self._ask_for_message(reading)
            answer = self._client.read(f"{reading.post_id}/comments", **_question(reading))
        except Gone as problem:
            return self._leave(state, walk, str(problem))
        except RequestRefused:
            if not reading.walk.position:
                raise
            return self._restart_reading(state, walk)
        except (Transient, ProtocolDrift):
            self._failures[reading.post_id] = self._failures.get(reading.post_id, 0) + 1
            raise
        self._failures.pop(reading.post_id, None)
        return self._take(state, walk, answer)

    def _restart_reading(self, state: CommentsState, walk: PostWalk) -> Found:
        reading = walk.queue[0]
        if reading.restarts >= RESTARTS:
            return self._leave(state, walk, "Facebook did not let us read further back")
        fresh_start = {"walk": Walk(), "newest": None, "fresh": 0, "restarts": reading.restarts + 1}
        walk.queue[0] = reading.model_copy(update=fresh_start)
        return Found()

    def _leave(self, state: CommentsState, walk: PostWalk, why: str) -> Found:
        """One post that cannot be read now must not keep the others from being read.

        Its count stays as it was, so that the next pass tries again; the hole is told of once.
        """
        left = walk.queue.pop(0)
        self._failures.pop(left.post_id, None)
        known = state.posts.get(self._short(left.post_id), PostState())
        state.posts[self._short(left.post_id)] = known.model_copy(update={"told": True})
        walk.holes = True
        told = f"The comments of post {left.post_id} could not all be read: {why}"
        return Found(gap=None if known.told else Gap(known.newest, None, told))

    def _knows_message(self, reading: Reading) -> bool:
        if reading.message is None:
            reading.message = self._messages.get(reading.post_id)
        return reading.message is not None

    def _ask_for_message(self, reading: Reading) -> Found:
        """After a restart in mid-pass the words of the posts in the queue are not at hand."""
        answer = self._client.read(reading.post_id, fields="id,message")
        reading.message = str(answer.get("message") or "")
        return Found()

    def _take(self, state: CommentsState, walk: PostWalk, answer: Mapping[str, Any]) -> Found:
        reading = walk.queue[0]
        found = next_position(answer)
        items, gap = read_rows(rows(answer), lambda row: self._item(row, reading))
        known = state.posts.get(self._short(reading.post_id), PostState())
        reading.newest = max(filter(None, (reading.newest, *_times(items))), default=None)
        reading.fresh += sum(known.newest is None or time > known.newest for time in _times(items))
        whole_page = not reading.walk.position and found is None and reading.since is None and gap is None
        digest = _digest(items) if whole_page else ""
        outcome = reading.walk.advance(found)
        if outcome is Outcome.STUCK:
            left = self._leave(state, walk, "Facebook gave the same comments again and again")
            return Found(items, gap=left.gap)
        if outcome is Outcome.ENDED:
            self._finish(state, walk, known, digest)
        unchanged = whole_page and bool(digest) and digest == known.digest
        return Found(() if unchanged else items, gap=gap)

    def _item(self, row: object, reading: Reading) -> Item:
        context = reading.message or None
        return comment_item(row, self._stream, self._page_id, post_id=reading.post_id, context=context)

    def _finish(self, state: CommentsState, walk: PostWalk, known: PostState, digest: str) -> None:
        reading = walk.queue.pop(0)
        grown = (reading.count or 0) - (known.count or 0)
        if reading.since is not None and reading.fresh != grown:
            # New comments do not explain the new count: something came late, or was taken away.
            again = Reading(post_id=reading.post_id, count=reading.count, message=reading.message)
            walk.queue.insert(0, again)
            return
        newest = max(filter(None, (known.newest, reading.newest)), default=None)
        # Thousands of old posts stand in the cursor with their count; only the newest need more.
        post = PostState(count=reading.count, newest=newest, digest=digest) if walk is state.head else None
        state.posts[self._short(reading.post_id)] = post or PostState(count=reading.count)


def _question(reading: Reading) -> dict[str, str | int]:
    since = {} if reading.since is None else {"since": int(reading.since.timestamp())}
    return {
        "filter": "stream",
        "order": "reverse_chronological",
        "fields": fields(COMMENT_FIELDS),
        "limit": COMMENTS_PAGE,
        **since,
        **reading.walk.position,
    }


def _restart_list(state: CommentsState, walk: PostWalk) -> Found:
    walk.restarts += 1
    walk.walk, walk.seen = Walk(), 0
    if walk.restarts <= RESTARTS:
        return Found()
    walk.listed = True
    return _list_hole(state, walk, "Facebook did not let us list older posts")


def _list_hole(state: CommentsState, walk: PostWalk, why: str) -> Found:
    gap = None if state.told else Gap(None, None, why)
    walk.holes = state.told = True
    return Found(gap=gap)


def _is_post(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("id"), str) and is_graph_id(row["id"])


def _count(row: Mapping[str, Any]) -> int | None:
    comments = row.get("comments")
    summary = comments.get("summary") if isinstance(comments, dict) else None
    count = summary.get("total_count") if isinstance(summary, dict) else None
    return count if isinstance(count, int) and not isinstance(count, bool) else None


def _times(items: Iterable[Item]) -> list[datetime]:
    return [item.posted_at.astimezone(UTC) for item in items if item.posted_at is not None]


def _digest(items: Iterable[Item]) -> str:
    lines = sorted(f"{item.external_id} {item.version}" for item in items)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]
