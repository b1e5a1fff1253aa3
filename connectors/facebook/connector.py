"""A school's own Facebook page: its posts, the comments under them, and what others post about it."""

from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from config.schema import Watch
from config.words import Surface
from connectors.errors import ConnectorError, NotSupported, ProtocolDrift, RateLimited
from connectors.facebook.check import Check
from connectors.facebook.comments import CommentsReader
from connectors.facebook.comments_state import CommentsState
from connectors.facebook.edges import EdgeReader, EdgeState, Found, MentionsReader, MentionsState
from connectors.facebook.graph_client import DEFAULT_VERSION, GraphClient, GraphSession, checked_version
from connectors.facebook.moderation import Moderation
from connectors.facebook.parse import PLATFORM, POST_FIELDS, post_item
from connectors.interface import (
    Account,
    ActionStatus,
    Capability,
    Cursor,
    Finding,
    Item,
    Now,
    Page,
    Recheck,
    Stream,
)

_READ = (Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS)
_VERSIONS_KEPT = 10_000
_State = TypeVar("_State", bound=BaseModel)


class FacebookConnector:
    """`connectors.interface.Connector` for one page. Credentials: `page_token`, and `app_secret` if given."""

    platform = PLATFORM
    capabilities = (
        Capability.OWN_POSTS
        | Capability.COMMENTS
        | Capability.MENTIONS
        | Capability.RECHECK
        | Capability.HIDE
        | Capability.UNHIDE
        | Capability.DELETE
        | Capability.SEES_HIDDEN
    )

    def __init__(self, account: Account, now: Now) -> None:
        """Raises ConnectorError when the settings cannot be right; sends nothing."""
        self._page_id = _page_id(account)
        self._account = account
        self._now = now
        self._stopped_until: datetime | None = None
        self._versions: OrderedDict[str, str] = OrderedDict()
        self._client = _client(account, now)
        self._own_posts = self._edge("published_posts", Watch.OWN_POSTS, Surface.OWN_POST)
        self._comments = CommentsReader(
            self._client, Stream(Watch.COMMENTS, self._page_id), self._page_id, now, account.closed
        )
        self._mentions = MentionsReader(
            {
                "visitor_posts": self._edge("visitor_posts", Watch.MENTIONS, Surface.MENTION),
                "tagged": self._edge("tagged", Watch.MENTIONS, Surface.TAGGED_POST),
            }
        )
        self._moderation = Moderation(self._client, self._page_id, now, account.closed)

    def _edge(self, edge: str, watch: Watch, surface: Surface) -> EdgeReader:
        stream = Stream(watch, self._page_id)

        def to_item(row: object) -> Item:
            return post_item(row, stream, self._page_id, surface)

        return EdgeReader(self._client, f"{self._page_id}/{edge}", POST_FIELDS, to_item)

    def streams(self) -> tuple[Stream, ...]:
        """What is watched and can be read; Facebook has no search."""
        return tuple(Stream(watch, self._page_id) for watch in _READ if watch in self._account.watch)

    def fetch(self, stream: Stream, cursor: Cursor, *, deadline: float) -> Page:
        """One request. The cursor is `{}`, or what an earlier page of this stream gave."""
        self._refuse_foreign(stream)
        self._refuse_while_stopped()
        self._client.session.deadline = deadline
        self._client.session.drain()
        try:
            found, state = self._step(stream.watch, cursor)
        except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as error:
            kind = type(error).__name__
        else:
            return self._page(found, state)
        raise ProtocolDrift(f"The answer had a form that is not known ({kind}).")

    def _step(self, watch: Watch, cursor: Cursor) -> tuple[Found, BaseModel]:
        if watch is Watch.OWN_POSTS:
            edge = _load(EdgeState, cursor)
            return self._own_posts.step(edge), edge
        if watch is Watch.COMMENTS:
            comments = _load(CommentsState, cursor)
            return self._comments.step(comments), comments
        mentions = _load(MentionsState, cursor)
        return self._mentions.step(mentions), mentions

    def _page(self, found: Found, state: BaseModel) -> Page:
        now, usage = self._now(), self._client.usage()
        pause = usage.pause()
        not_before = None if pause is None else now + pause
        if usage.must_stop:
            self._stopped_until = not_before
        self._note_versions(found.items)
        return Page(
            items=found.items,
            cursor=state.model_dump(mode="json", exclude_defaults=True),
            # What is left of the pass stands in the cursor and is read after the pause.
            more=found.more and not_before is None,
            envelopes=self._client.session.drain(),
            gap=found.gap,
            not_before=not_before,
        )

    def _refuse_foreign(self, stream: Stream) -> None:
        if stream.watch not in _READ:
            raise NotSupported(
                "Facebook has no public search.", mend="Take search out of this source's watch."
            )
        if stream.key != self._page_id:
            raise NotSupported("Only the school's own page is read, and this is another account.")

    def _refuse_while_stopped(self) -> None:
        if self._stopped_until is not None and self._now() < self._stopped_until:
            raise RateLimited(
                "Nearly all of Facebook's allowance for this page is used up", until=self._stopped_until
            )
        self._stopped_until = None

    def _note_versions(self, items: Iterable[Item]) -> None:
        for item in items:
            self._versions[item.external_id] = item.version
            self._versions.move_to_end(item.external_id)
        while len(self._versions) > _VERSIONS_KEPT:
            self._versions.popitem(last=False)

    def recheck(self, external_ids: Sequence[str], *, deadline: float) -> dict[str, Recheck]:
        """Never raises. EDITED when the wording differs from what this process fetched before.

        Graph keeps no older wording to compare with: after a restart the answer is VISIBLE, and its
        `item.version` tells the caller, who has the sealed version, whether the words are the same.
        """
        self._client.session.deadline = deadline
        answers = self._moderation.recheck(external_ids, self._versions)
        self._note_versions(answer.item for answer in answers.values() if answer.item is not None)
        return answers

    def hide(self, external_id: str) -> ActionStatus:
        """Hide from the public; its author and the author's friends still see it."""
        return self._moderation.set_hidden(external_id, hidden=True)

    def unhide(self, external_id: str) -> ActionStatus:
        return self._moderation.set_hidden(external_id, hidden=False)

    def delete(self, external_id: str) -> ActionStatus:
        return self._moderation.delete(external_id)

    def check(self) -> list[Finding]:
        return Check(self._client, self._account, self._now).findings()

    def close(self) -> None:
        self._client.session.close()


def _page_id(account: Account) -> str:
    if not (account.account_id.isascii() and account.account_id.isdecimal()):
        raise ConnectorError(
            f"Source {account.name}: account_id must be the page's number.",
            mend="Write the page's id in digits as account_id; docs/setup/facebook.md says where it stands.",
        )
    return account.account_id


def _client(account: Account, now: Now) -> GraphClient:
    try:
        version = checked_version(account.options.get("graph_version", DEFAULT_VERSION))
        token = account.credentials["page_token"]
    except (ValueError, KeyError) as error:
        why = str(error) if isinstance(error, ValueError) else "page_token is missing"
        raise ConnectorError(
            f"Source {account.name}: {why}.", mend="Correct this source; see docs/setup/facebook.md."
        ) from None
    session = GraphSession(
        now,
        base_url=account.base_url,
        token=token,
        app_secret=account.credentials.get("app_secret"),
        proxy=account.proxy,
        ca_bundle=account.ca_bundle,
    )
    return GraphClient(session, token, version, now)


def _load(kind: type[_State], cursor: Cursor) -> _State:
    """A cursor that an older release wrote, or that is spoilt, begins anew: what is known comes twice."""
    data: dict[str, Any] = dict(cursor)
    try:
        return kind.model_validate(data)
    except ValidationError:
        return kind()
