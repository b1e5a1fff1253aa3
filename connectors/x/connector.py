"""The school's own account on X: its posts, the answers to them, and public mentions of the school."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from config.schema import Watch
from connectors.errors import (
    ConnectorError,
    CursorTooOld,
    Gone,
    NotSupported,
    PermissionMissing,
    ProtocolDrift,
)
from connectors.http import BoundedSession
from connectors.interface import (
    Account,
    ActionStatus,
    Capability,
    Cursor,
    Finding,
    Gap,
    Item,
    Now,
    Page,
    Recheck,
    Stream,
)
from connectors.x import asking, checks, lookup, settings
from connectors.x import cursor as cursors
from connectors.x.client import XClient
from connectors.x.cursor import Standing, Walk
from connectors.x.errors import OutcomeUnknown, ParameterRefused, problem_suffix, reset_time
from connectors.x.ids import first_id_at, is_id, time_of
from connectors.x.parse import Batch, Reader

_ALWAYS = (
    Capability.OWN_POSTS | Capability.COMMENTS | Capability.MENTIONS | Capability.SEARCH | Capability.RECHECK
)
_AS_THE_SCHOOL = Capability.HIDE | Capability.UNHIDE | Capability.DELETE
_ACTION_SECONDS = 30.0
_LISTED_AT_MOST = {Watch.OWN_POSTS: 3200, Watch.MENTIONS: 800}


class XConnector:
    """See `connectors.interface.Connector`."""

    platform = "x"

    def __init__(self, account: Account, now: Now) -> None:
        self._account = settings.accepted(account)
        self._handle = account.account.removeprefix("@")
        self._now = now
        self._session = BoundedSession(
            now, secrets=account.credentials.values(), proxy=account.proxy, ca_bundle=account.ca_bundle
        )
        self._client = XClient(self._session, account.credentials, account.base_url)
        self._reader = Reader(account.account_id, self._handle)
        self._comment_days = settings.comment_days(account)
        self._roots: frozenset[str] = frozenset()
        self._canary: str | None = None
        self.capabilities = _ALWAYS | (_AS_THE_SCHOOL if self._client.has_user_keys else Capability(0))

    def streams(self) -> tuple[Stream, ...]:
        plain = [
            Stream(watch, self._account.account_id)
            for watch in (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS)
            if watch in self._account.watch
        ]
        searched = self._account.search if Watch.SEARCH in self._account.watch else ()
        return (*plain, *(Stream(Watch.SEARCH, words) for words in searched))

    # -- reading ---------------------------------------------------------------------------------

    def fetch(self, stream: Stream, cursor: Cursor, *, deadline: float) -> Page:
        """One request of one pass; see `connectors.x.cursor` for how passes follow each other."""
        if stream not in self.streams():
            raise NotSupported("This stream is not in the settings of this account.")
        standing = cursors.load(cursor)
        with self._exchange(deadline):
            return self._step(stream, standing)

    def _step(self, stream: Stream, standing: Standing) -> Page:
        now, gap = self._now(), None
        if standing.walk is None:
            walk, gap = cursors.begin(standing, stream.watch, now)
            standing = replace(standing, walk=walk)
        try:
            if stream.watch is Watch.COMMENTS:
                return self._comments_step(stream, standing, gap)
            return self._list_step(stream, standing, gap)
        except ParameterRefused as refused:
            return self._mended(standing, refused, now)

    def _list_step(self, stream: Stream, standing: Standing, gap: Gap | None) -> Page:
        walk = _walk(standing)
        batch = self._ask(stream, walk)
        items, gap = self._items(batch, stream, gap)
        after = cursors.advance(walk, _ids(batch), batch.next_token)
        if batch.next_token is None:
            gap = gap or _end_of_list(after, stream.watch)
            standing = replace(standing, walk=after).complete()
        elif batch.next_token in walk.tokens:
            gap = gap or _circle(after)
            standing = standing.abandon()
        else:
            standing = replace(standing, walk=after)
        return self._page(items, standing, gap)

    def _comments_step(self, stream: Stream, standing: Standing, gap: Gap | None) -> Page:
        walk = _walk(standing)
        if walk.queue is None:
            return self._roots_step(standing, gap)
        self._roots = frozenset(standing.roots)
        share = asking.conversations_per_query(self._handle)
        query = asking.conversation_query(walk.queue[:share], self._handle)
        batch = asking.search(self._client, query, cursors.within_reach(walk, self._now()))
        items, gap = self._items(batch, stream, gap)
        after = cursors.advance(walk, _ids(batch), batch.next_token)
        if batch.next_token is not None and batch.next_token in walk.tokens:
            return self._page(items, standing.abandon(), gap or _circle(after))
        if batch.next_token is None:
            after = replace(after, queue=walk.queue[share:], tokens=())
        done = batch.next_token is None and not after.queue
        standing = replace(standing, walk=after)
        return self._page(items, standing.complete() if done else standing, gap)

    def _roots_step(self, standing: Standing, gap: Gap | None) -> Page:
        """List the school's new posts, whose conversations the next steps search."""
        walk = _walk(standing)
        edge = self._now() - timedelta(days=self._comment_days)
        newest = max((int(root) for root in standing.roots), default=0)
        since = max(first_id_at(edge), first_id_at(time_of(newest) - cursors.OVERLAP) if newest else 0)
        batch = asking.own_posts(
            self._client, self._account.account_id, replace(walk, since=since, start_time=None)
        )
        self._refuse_bare_errors(batch)
        found = {lookup.first_id(post) for post in batch.posts if self._reader.started_here(post)}
        walk = replace(walk, found=tuple({*walk.found, *found}), token=batch.next_token)
        if batch.next_token is None:
            return self._page((), self._begin_search(replace(standing, walk=walk), edge), gap)
        if batch.next_token in walk.tokens:
            return self._page((), standing.abandon(), gap or _circle(walk))
        walk = replace(walk, tokens=(*walk.tokens, batch.next_token))
        return self._page((), replace(standing, walk=walk), gap)

    def _begin_search(self, standing: Standing, edge: datetime) -> Standing:
        """The list of our posts is complete: search the conversations of those that are young enough."""
        walk = _walk(standing)
        known = sorted({*standing.roots, *walk.found}, key=int)
        roots = tuple(
            root for root in known if time_of(int(root)) > edge and root not in self._account.closed
        )
        walk = replace(walk, found=(), tokens=(), queue=roots[::-1])
        standing = replace(standing, roots=roots, walk=walk)
        return standing if roots else standing.complete()

    def _mended(self, standing: Standing, refused: ParameterRefused, now: datetime) -> Page:
        """Go on without the parameter that X did not take; anything else is for a person."""
        walk = _walk(standing)
        if walk.token is not None and refused.parameters & {"pagination_token", "next_token"}:
            return self._page((), standing.abandon(), None, more=True)
        if walk.since is not None and "since_id" in refused.parameters:
            edge = now - cursors.SEARCH_REACH
            again = replace(standing, walk=replace(walk, since=None, start_time=edge))
            why = "X no longer reaches back to where the last reading stopped"
            return self._page((), again, Gap(standing.read_at, edge, why))
        if "start_time" in refused.parameters:
            raise CursorTooOld("X refuses to reach back to where the last reading stopped.") from refused
        raise refused

    def _ask(self, stream: Stream, walk: Walk) -> Batch:
        if stream.watch is Watch.SEARCH:
            return asking.search(self._client, asking.search_query(stream.key, self._handle), walk)
        ask = asking.own_posts if stream.watch is Watch.OWN_POSTS else asking.mentions
        return ask(self._client, self._account.account_id, walk)

    def _items(self, batch: Batch, stream: Stream, gap: Gap | None) -> tuple[tuple[Item, ...], Gap | None]:
        """The readable posts of an answer; those that cannot be read are told of as a gap."""
        self._refuse_bare_errors(batch)
        items, unreadable = [], 0
        for post in batch.posts:
            try:
                items.append(self._reader.item(post, batch, stream, self._roots))
            except ProtocolDrift:
                unreadable += 1
        if unreadable and not items:
            raise ProtocolDrift("X's posts came without the id or the text that its documentation promises.")
        if unreadable:
            gap = gap or Gap(None, None, f"{unreadable} posts of an answer had no id or no text")
        self._know(items)
        return tuple(items), gap

    def _know(self, items: Sequence[Item]) -> None:
        """Remember, while this connector lives, conversations of ours and a post that proves we can read."""
        closed = self._account.closed
        own = [
            item for item in items if item.school_is_author and not {item.external_id, item.version} & closed
        ]
        self._roots |= {item.external_id for item in own if item.parent_id is None}
        self._canary = own[0].version if own else self._canary

    def _refuse_bare_errors(self, batch: Batch) -> None:
        """An answer that has neither posts nor bearings says why in `errors`."""
        if batch.has_bearings:
            return
        suffixes = {problem_suffix(dict(error)) for error in batch.errors}
        if "not-authorized-for-resource" in suffixes:
            raise PermissionMissing("X does not show this account to these keys.")
        if "resource-not-found" in suffixes:
            raise Gone("X does not find this account.", mend="Check account_id in this source's settings.")
        raise ProtocolDrift("X's answer has neither data nor meta.")

    def _page(
        self, items: Sequence[Item], standing: Standing, gap: Gap | None, *, more: bool = False
    ) -> Page:
        new = tuple(item for item in items if item.version not in standing.seen)
        standing = standing.remember((item.version for item in items), self._now())
        return Page(
            items=new,
            cursor=cursors.save(standing),
            more=more or standing.walk is not None,
            envelopes=self._session.drain(),
            gap=gap,
            not_before=self._not_before(),
        )

    def _not_before(self) -> datetime | None:
        answer = self._client.last_answer
        if answer is None or answer.headers.get("x-rate-limit-remaining") != "0":
            return None
        return reset_time(answer)

    # -- one item --------------------------------------------------------------------------------

    def recheck(self, external_ids: Sequence[str], *, deadline: float) -> dict[str, Recheck]:
        """What became of items, by their first ids.

        EDITED means that the item has more than one version; the current one is in `item`. X does not
        tell whether an answer is hidden, so HIDDEN_BY_US never comes from here.
        """
        self._session.deadline = deadline
        checker = lookup.Lookup(
            self._client, self._reader, self._now, self._account.account_id, self._account.closed
        )
        answers = checker.recheck(external_ids, self._canary, self._roots)
        self._canary = checker.canary
        self._session.drain()
        return answers

    def hide(self, external_id: str) -> ActionStatus:
        return self._hidden(external_id, hidden=True)

    def unhide(self, external_id: str) -> ActionStatus:
        return self._hidden(external_id, hidden=False)

    def delete(self, external_id: str) -> ActionStatus:
        """Delete a post of the school's own; X deletes nobody else's."""
        self._must_be_able_to_act(external_id)
        with self._exchange(time.monotonic() + _ACTION_SECONDS):
            try:
                answer = self._client.delete_tweet(external_id)
            except Gone:
                return ActionStatus.ALREADY
            except PermissionMissing:
                return ActionStatus.NOT_PERMITTED
            except OutcomeUnknown:
                return ActionStatus.UNKNOWN_OUTCOME
        return _done(answer, "deleted", wanted=True)

    def _hidden(self, external_id: str, *, hidden: bool) -> ActionStatus:
        self._must_be_able_to_act(external_id)
        act = self._client.hide_reply if hidden else self._client.unhide_reply
        with self._exchange(time.monotonic() + _ACTION_SECONDS):
            try:
                answer = act(external_id)
            except PermissionMissing:
                return ActionStatus.NOT_PERMITTED
            except OutcomeUnknown:
                return ActionStatus.UNKNOWN_OUTCOME
        return _done(answer, "hidden", wanted=hidden)

    def _must_be_able_to_act(self, external_id: str) -> None:
        if not is_id(external_id):
            raise Gone("This is not an id of X's.")
        if not self._client.has_user_keys:
            raise NotSupported(
                "Hiding and deleting need the four keys of the school's own account.",
                mend="Add the four keys that docs/setup/x.md names to this source's credentials.",
            )

    # -- the connection --------------------------------------------------------------------------

    def check(self) -> list[Finding]:
        self._session.deadline = time.monotonic() + _ACTION_SECONDS
        findings = checks.check(self._client, self._account, self._now)
        self._session.drain()
        return findings

    def close(self) -> None:
        self._session.close()

    @contextmanager
    def _exchange(self, deadline: float) -> Iterator[None]:
        """Whatever goes wrong inside comes out as a ConnectorError that names no secret."""
        self._session.deadline = deadline
        self._session.drain()
        try:
            yield
        except ConnectorError:
            raise
        except (KeyError, AttributeError, TypeError, ValueError, RecursionError) as error:
            raise ProtocolDrift(f"X's answer could not be read ({type(error).__name__}).") from None


def _walk(standing: Standing) -> Walk:
    if standing.walk is None:
        raise ProtocolDrift("A pass went on that had not begun.")
    return standing.walk


def _ids(batch: Batch) -> list[str]:
    return [post["id"] for post in batch.posts if is_id(post.get("id"))]


def _end_of_list(walk: Walk, watch: Watch) -> Gap | None:
    """X lists only so many; when they were all new, older new ones may have been left out."""
    most = _LISTED_AT_MOST.get(watch)
    if most is None or walk.count < most:
        return None
    since = time_of(walk.since) if walk.since is not None else None
    return Gap(since, time_of(walk.oldest), f"X lists only the newest {most} of these")


def _circle(walk: Walk) -> Gap:
    since = time_of(walk.since) if walk.since is not None else walk.start_time
    oldest = time_of(walk.oldest) if walk.oldest else None
    return Gap(since, oldest, "X gave the same page again; what lies before it is read with the next poll")


def _done(answer: object, word: str, *, wanted: bool) -> ActionStatus:
    data = answer.get("data") if isinstance(answer, dict) else None
    if isinstance(data, dict) and data.get(word) is wanted:
        return ActionStatus.DONE
    return ActionStatus.UNKNOWN_OUTCOME
