"""What became of posts: visible, edited, gone, or not to be known."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from config.words import Visibility
from connectors.errors import ConnectorError, Gone, ProtocolDrift
from connectors.interface import Item, Now, Recheck
from connectors.x import asking
from connectors.x.client import XClient
from connectors.x.errors import problem_suffix
from connectors.x.ids import is_id
from connectors.x.parse import Batch, Reader, edit_history

_PER_CALL = 100
_BY_SUFFIX = {
    "resource-not-found": Visibility.GONE,
    "not-authorized-for-resource": Visibility.NOT_PUBLICLY_VISIBLE,
}


def first_id(post: Mapping[str, Any]) -> str:
    """The id of a post's first version, under which all its versions are one item."""
    return edit_history(post)[0]


class Lookup:
    """One re-check. `canary` afterwards is the post of ours that answered, if one did."""

    def __init__(
        self,
        client: XClient,
        reader: Reader,
        now: Now,
        account_id: str,
        closed: frozenset[str] = frozenset(),
    ) -> None:
        self._closed = closed
        self._client = client
        self._reader = reader
        self._now = now
        self._account_id = account_id
        self._roots: frozenset[str] = frozenset()
        self.canary: str | None = None

    def recheck(
        self, external_ids: Sequence[str], canary: str | None, roots: frozenset[str]
    ) -> dict[str, Recheck]:
        """Every id is answered; one that is no id of X's, or that X is silent about, with UNKNOWN."""
        asked_at = self._now()
        ids = [one for one in dict.fromkeys(external_ids) if is_id(one)]
        self._roots = roots
        self.canary = canary if canary not in ids else None
        if self.canary is None and ids:
            self.canary = self._find_canary(ids)
        answers = {
            one: Recheck(Visibility.UNKNOWN, False, asked_at, "not an id of X's") for one in external_ids
        }
        for chunk in _chunks(ids, _PER_CALL - 1):
            answers |= self._chunk(chunk, asked_at)
        return answers

    def _find_canary(self, asked_about: Sequence[str]) -> str | None:
        """A post of ours that is not itself in question."""
        try:
            batch = asking.newest_own_posts(self._client, self._account_id)
        except ConnectorError:
            return None
        ours = [str(post["id"]) for post in batch.posts if is_id(post.get("id"))]
        return next((one for one in ours if one not in asked_about and one not in self._closed), None)

    def _chunk(self, ids: Sequence[str], asked_at: datetime) -> dict[str, Recheck]:
        together = list(dict.fromkeys([*ids, *([self.canary] if self.canary else [])]))
        try:
            asked = asking.posts_by_id(self._client, together)
            current = self._current_versions(asked)
        except Gone as gone:
            # Some answer a single missing post with 404; about several it says nothing of each.
            visibility = Visibility.GONE if len(together) == 1 else Visibility.UNKNOWN
            return {one: Recheck(visibility, False, asked_at, str(gone)) for one in ids}
        except ConnectorError as error:
            return {one: Recheck(Visibility.UNKNOWN, False, asked_at, str(error)) for one in ids}
        found = _by_own_id(asked)
        healthy = self.canary in found
        self.canary = self.canary if healthy else None
        problems = {_resource(error): problem_suffix(dict(error)) for error in asked.errors}
        return {
            one: self._seen(found[one], asked, current, healthy, asked_at)
            if one in found
            else _not_seen(problems.get(one, ""), healthy, asked_at)
            for one in ids
        }

    def _current_versions(self, asked: Batch) -> Batch | None:
        """A post asked for by its first id comes in that version; the current one must be asked for."""
        wanted = {edit_history(post)[-1] for post in _by_own_id(asked).values()} - _by_own_id(asked).keys()
        return asking.posts_by_id(self._client, sorted(wanted)) if wanted else None

    def _seen(
        self, post: Mapping[str, Any], asked: Batch, current: Batch | None, healthy: bool, asked_at: datetime
    ) -> Recheck:
        history = edit_history(post)
        batch = asked if history[-1] == post["id"] or current is None else current
        newest = _by_own_id(batch).get(history[-1])
        if newest is None:
            return Recheck(Visibility.UNKNOWN, healthy, asked_at, "the current version did not come")
        visibility = Visibility.VISIBLE if len(history) == 1 else Visibility.EDITED
        return Recheck(visibility, healthy, asked_at, "HTTP 200", self._item(newest, batch))

    def _item(self, post: Mapping[str, Any], batch: Batch) -> Item | None:
        try:
            return self._reader.item(post, batch, None, self._roots)
        except ProtocolDrift:
            return None


def _not_seen(problem: str, healthy: bool, asked_at: datetime) -> Recheck:
    visibility = _BY_SUFFIX.get(problem, Visibility.UNKNOWN)
    return Recheck(visibility, healthy, asked_at, problem or "X said nothing of this id")


def _by_own_id(batch: Batch) -> dict[str, Mapping[str, Any]]:
    return {str(post["id"]): post for post in batch.posts if is_id(post.get("id"))}


def _resource(error: Mapping[str, Any]) -> str:
    return str(error.get("resource_id") or error.get("value") or "")


def _chunks(ids: Sequence[str], size: int) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), size):
        yield ids[start : start + size]
