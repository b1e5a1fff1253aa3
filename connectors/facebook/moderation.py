"""Looking at one item again, and hiding or deleting it on the school's own page."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from config.schema import Watch
from config.words import Surface, Visibility
from connectors.errors import (
    ConnectorError,
    CredentialsRefused,
    Gone,
    PermissionMissing,
    ProtocolDrift,
    RateLimited,
    Transient,
)
from connectors.facebook.errors import RequestRefused
from connectors.facebook.graph_client import GraphClient, fields, is_graph_id
from connectors.facebook.paging import rows
from connectors.facebook.parse import (
    COMMENT_FIELDS,
    POST_FIELDS,
    Unreadable,
    comment_item,
    post_item,
)
from connectors.interface import ActionStatus, Item, Now, Recheck, Stream

ACTION_SECONDS = 30.0


@dataclass(frozen=True)
class Looked:
    """An item as Graph shows it now."""

    entry: Mapping[str, Any]
    is_comment: bool
    status: int


class Moderation:
    def __init__(
        self, client: GraphClient, page_id: str, now: Now, closed: frozenset[str] = frozenset()
    ) -> None:
        self._closed = closed
        self._client = client
        self._page_id = page_id
        self._now = now
        self._silenced = False

    # -- looking again ----------------------------------------------------------------------------

    def recheck(self, external_ids: Sequence[str], known: Mapping[str, str]) -> dict[str, Recheck]:
        """An answer for every id; `known` has the versions that were fetched before."""
        self._silenced = False
        healthy, why = self._canary()
        return {external_id: self._recheck(external_id, known, healthy, why) for external_id in external_ids}

    def _canary(self) -> tuple[bool, str]:
        """Whether a post that the page lists can be read by its id with this token.

        Graph gives the same answer for what is gone, what was hidden from us and what we may not see.
        A post that is itself asked about may serve: it is listed and answers only while it stands.
        """
        try:
            # As many more as are closed, so that one is left to compare with.
            limit = min(1 + len(self._closed), 100)
            answer = self._client.read(f"{self._page_id}/published_posts", fields="id", limit=limit)
            listed = [row for row in rows(answer) if str(row["id"]) not in self._closed]
            if not listed:
                return False, "the page has no post to compare with"
            post_id = str(listed[0]["id"])
            self._client.read(post_id, fields="id")
        except ConnectorError as problem:
            self._note(problem)
            return False, f"a post of the page could not be read: {problem}"
        except (KeyError, TypeError):
            return False, "the list of the page's posts could not be read"
        return True, f"post {post_id} of the page was read"

    def _recheck(self, external_id: str, known: Mapping[str, str], healthy: bool, canary: str) -> Recheck:
        if self._silenced:
            return self._answer(Visibility.UNKNOWN, False, f"not asked; canary: {canary}")
        try:
            looked = self._look(external_id, COMMENT_FIELDS, POST_FIELDS)
            item = self._item(looked)
        except Gone as problem:
            gone = Visibility.GONE if healthy else Visibility.UNKNOWN
            return self._answer(gone, healthy, f"{problem}; canary: {canary}")
        except (ConnectorError, Unreadable) as problem:
            self._note(problem)
            return self._answer(Visibility.UNKNOWN, healthy, f"{problem}; canary: {canary}")
        before = known.get(external_id)
        visibility = Visibility.VISIBLE if before in (None, item.version) else Visibility.EDITED
        if looked.entry.get("is_hidden") is True:
            visibility = Visibility.HIDDEN_BY_US
        return self._answer(visibility, healthy, f"HTTP {looked.status}; canary: {canary}", item)

    def _note(self, problem: Exception) -> None:
        """After these answers every further question would only make it worse."""
        self._silenced = isinstance(problem, RateLimited | CredentialsRefused)

    def _answer(self, visibility: Visibility, healthy: bool, proof: str, item: Item | None = None) -> Recheck:
        return Recheck(visibility, healthy, self._now(), proof, item)

    def _look(self, external_id: str, comment: Sequence[str], post: Sequence[str]) -> Looked:
        """Ask for the item as what its id says it is: comments elsewhere look like posts elsewhere."""
        if not is_graph_id(external_id):
            raise ProtocolDrift("This is not an id that Facebook gives.")
        if not external_id.startswith(f"{self._page_id}_"):
            try:
                return Looked(self._client.read(external_id, fields=fields(comment)), True, self._status())
            except RequestRefused:
                pass  # it has no such fields, so it is a post
        return Looked(self._client.read(external_id, fields=fields(post)), False, self._status())

    def _item(self, looked: Looked) -> Item:
        if looked.is_comment:
            stream = Stream(Watch.COMMENTS, self._page_id)
            return comment_item(looked.entry, stream, self._page_id, post_id=None, context=None)
        on_page = str(looked.entry.get("id")).startswith(f"{self._page_id}_")
        writer = looked.entry.get("from")
        is_ours = isinstance(writer, dict) and writer.get("id") == self._page_id
        watch = Watch.OWN_POSTS if is_ours else Watch.MENTIONS
        elsewhere = Surface.MENTION if on_page else Surface.TAGGED_POST
        surface = Surface.OWN_POST if is_ours else elsewhere
        return post_item(looked.entry, Stream(watch, self._page_id), self._page_id, surface)

    def _status(self) -> int:
        return self._client.session.last.status_code if self._client.session.last is not None else 0

    # -- acting on it -----------------------------------------------------------------------------

    def set_hidden(self, external_id: str, *, hidden: bool) -> ActionStatus:
        """Raises a ConnectorError when the item could not be looked at; then nothing was changed."""
        try:
            looked = self._look_before(external_id)
        except PermissionMissing:
            return ActionStatus.NOT_PERMITTED
        if not self._is_ours_to_change(looked, "can_hide"):
            return ActionStatus.NOT_PERMITTED
        if looked.entry.get("is_hidden", False) is hidden:
            return ActionStatus.ALREADY
        wanted = "true" if hidden else "false"
        return self._act(lambda: self._client.write(external_id, is_hidden=wanted))

    def delete(self, external_id: str) -> ActionStatus:
        """Raises a ConnectorError when the item could not be looked at; then nothing was changed."""
        try:
            looked = self._look_before(external_id)
        except PermissionMissing:
            return ActionStatus.NOT_PERMITTED
        except Gone:
            if self._canary()[0]:
                return ActionStatus.ALREADY
            raise
        if not self._is_ours_to_change(looked, "can_remove"):
            return ActionStatus.NOT_PERMITTED
        return self._act(lambda: self._client.remove(external_id))

    def _look_before(self, external_id: str) -> Looked:
        self._client.session.deadline = time.monotonic() + ACTION_SECONDS
        comment = ("id", "is_hidden", "can_hide", "can_remove", "object{id}")
        return self._look(external_id, comment, ("id", "is_hidden"))

    def _is_ours_to_change(self, looked: Looked, right: str) -> bool:
        """Only what stands on the school's own page. Graph says of a comment what we may do with it."""
        if not looked.is_comment:
            return str(looked.entry.get("id")).startswith(f"{self._page_id}_")
        under = looked.entry.get("object")
        post_id = str(under.get("id", "")) if isinstance(under, dict) else ""
        # The id of a picture's own object has one part and does not name its page.
        foreign = "_" in post_id and not post_id.startswith(f"{self._page_id}_")
        return looked.entry.get(right) is True and not foreign

    def _act(self, send: Callable[[], Mapping[str, Any]]) -> ActionStatus:
        try:
            answer = send()
        except PermissionMissing:
            return ActionStatus.NOT_PERMITTED
        except (Transient, ProtocolDrift):
            # Nobody knows whether it was done: the next look tells, a second try might not.
            return ActionStatus.UNKNOWN_OUTCOME
        return ActionStatus.DONE if answer.get("success") is True else ActionStatus.UNKNOWN_OUTCOME
