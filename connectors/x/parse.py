"""X's posts as our items. Both vocabularies (tweet.* and post.*) are read, whichever was asked for."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from config.schema import Watch
from config.words import Surface
from connectors.errors import ProtocolDrift
from connectors.interface import Author, Item, Media, Stream
from connectors.times import parse_time
from connectors.x.ids import is_id, time_of

_TEXT_PREFERRED = ("note_tweet", "note_post")
_HISTORY = ("edit_history_tweet_ids", "edit_history_post_ids")
_REFERENCES = ("referenced_tweets", "referenced_posts")
_STREAM_OF = {Surface.OWN_POST: Watch.OWN_POSTS, Surface.COMMENT_ON_OWN_POST: Watch.COMMENTS}


@dataclass(frozen=True)
class Batch:
    """One answer: its posts, what was sent along with them, and the page's bearings."""

    posts: tuple[Mapping[str, Any], ...]
    users: Mapping[str, Mapping[str, Any]]
    media: Mapping[str, Mapping[str, Any]]
    others: Mapping[str, Mapping[str, Any]]
    """Posts that were only referred to, by id."""
    errors: tuple[Mapping[str, Any], ...]
    next_token: str | None
    has_bearings: bool
    """The answer had `data` or `meta`; one that has neither says only what went wrong."""


def read_batch(answer: Mapping[str, Any]) -> Batch:
    """Takes an answer apart; `data` is a list, one object or absent."""
    data = answer.get("data")
    includes, meta = _object(answer.get("includes")), _object(answer.get("meta"))
    token = meta.get("next_token")
    referred = [*_objects(includes.get("tweets")), *_objects(includes.get("posts"))]
    return Batch(
        posts=tuple(_objects([data] if isinstance(data, dict) else data)),
        users=_by(includes.get("users"), "id"),
        media=_by(includes.get("media"), "media_key"),
        others=_by(referred, "id"),
        errors=tuple(_objects(answer.get("errors"))),
        next_token=token if isinstance(token, str) and token else None,
        has_bearings="data" in answer or "meta" in answer,
    )


@dataclass(frozen=True)
class Reader:
    """Reads posts for one account of the school."""

    account_id: str
    account: str

    def item(
        self, post: Mapping[str, Any], batch: Batch, stream: Stream | None, roots: frozenset[str]
    ) -> Item:
        """One post in one version; raises ProtocolDrift when it has no id or no text.

        `roots` are conversations that the school is known to have started. Without a stream (a
        re-check) the item gets the one on which it would be found.
        """
        post_id, text = post.get("id"), full_text(post)
        if not isinstance(post_id, str) or not is_id(post_id) or text is None:
            raise ProtocolDrift("A post without an id or without a text.")
        history = edit_history(post)
        surface = self._surface(post, roots, history[0])
        created = parse_time(post.get("created_at"))
        author = _author(post, batch)
        parent = _reference(post, "replied_to")
        return Item(
            platform="x",
            external_id=history[0],
            version=post_id,
            stream=stream or Stream(_STREAM_OF.get(surface, Watch.MENTIONS), self.account_id),
            surface=surface,
            text=text,
            url=self._url(author, post_id),
            posted_at=created if len(history) == 1 else time_of(int(history[0])),
            posted_at_raw=_text(post.get("created_at")),
            raw=canonical(_own_object(post, batch)),
            author=author,
            parent_id=parent,
            root_id=_text(post.get("conversation_id")),
            context=_context(post, batch),
            on_own_account=surface in (Surface.OWN_POST, Surface.COMMENT_ON_OWN_POST),
            edited_at=created if post_id != history[0] else None,
            media=_media(post, batch),
            school_is_author=post.get("author_id") == self.account_id,
            language=_text(post.get("lang")),
            counts=_counts(post),
        )

    def started_here(self, post: Mapping[str, Any]) -> bool:
        """Whether a post of the school's starts a conversation (and is no answer or quotation)."""
        return post.get("author_id") == self.account_id and _reference(post, "replied_to") is None

    def _surface(self, post: Mapping[str, Any], roots: frozenset[str], first_id: str) -> Surface:
        if post.get("author_id") == self.account_id:
            return Surface.OWN_POST
        conversation, parent = _text(post.get("conversation_id")), _reference(post, "replied_to")
        # An answer straight to the conversation's first post, by whom X says it was written.
        answers_us = parent == conversation and post.get("in_reply_to_user_id") == self.account_id
        if conversation not in (None, first_id) and (conversation in roots or answers_us):
            return Surface.COMMENT_ON_OWN_POST
        return Surface.MENTION

    def _url(self, author: Author | None, post_id: str) -> str:
        if author is not None and author.native_id == self.account_id:
            return f"https://x.com/{self.account}/status/{post_id}"
        handle = author.handle if author else None
        return (
            f"https://x.com/{handle}/status/{post_id}" if handle else f"https://x.com/i/web/status/{post_id}"
        )


def full_text(post: Mapping[str, Any]) -> str | None:
    """As written: the long form where there is one (`text` stops at 280 characters), X's escapes undone."""
    for name in (*_TEXT_PREFERRED, "text"):
        value = _object(post.get(name)).get("text") if name != "text" else post.get("text")
        if isinstance(value, str):
            return value.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return None


def edit_history(post: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of all versions, first to last; the post's own id alone when X sent none."""
    for name in _HISTORY:
        ids = post.get(name)
        if isinstance(ids, list) and ids and all(is_id(one) for one in ids):
            return tuple(sorted(ids, key=int))
    return (str(post["id"]),)


def canonical(value: Mapping[str, Any]) -> bytes:
    """JSON with sorted keys in UTF-8. A lone surrogate, which UTF-8 cannot hold, stays a JSON escape."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def posted_at(post_id: str) -> datetime:
    return time_of(int(post_id))


def _author(post: Mapping[str, Any], batch: Batch) -> Author | None:
    """None when X does not say; without a name when the account is suspended and so not sent along."""
    native_id = _text(post.get("author_id"))
    if native_id is None:
        return None
    user = batch.users.get(native_id, {})
    return Author(native_id, _text(user.get("username")), _text(user.get("name")))


def _context(post: Mapping[str, Any], batch: Batch) -> str | None:
    for kind in ("replied_to", "quoted"):
        other = batch.others.get(_reference(post, kind) or "")
        if other is not None:
            return full_text(other)
    return None


_COUNTS = {
    "like_count": "likes",
    "reply_count": "replies",
    "retweet_count": "shares",
    "quote_count": "quotes",
    "bookmark_count": "bookmarks",
    "impression_count": "views",
}


def _counts(post: Mapping[str, Any]) -> dict[str, int]:
    metrics = _object(post.get("public_metrics"))
    return {ours: metrics[theirs] for theirs, ours in _COUNTS.items() if type(metrics.get(theirs)) is int}


def _reference(post: Mapping[str, Any], kind: str) -> str | None:
    for name in _REFERENCES:
        for reference in _objects(post.get(name)):
            if reference.get("type") == kind:
                return _text(reference.get("id"))
    return None


def _media(post: Mapping[str, Any], batch: Batch) -> tuple[Media, ...]:
    return tuple(_medium(one) for one in _media_of(post, batch))


def _media_of(post: Mapping[str, Any], batch: Batch) -> list[Mapping[str, Any]]:
    keys = _object(post.get("attachments")).get("media_keys")
    return [batch.media.get(str(key), {}) for key in keys] if isinstance(keys, list) else []


def _medium(one: Mapping[str, Any]) -> Media:
    return Media(
        kind=_text(one.get("type")) or "unknown",
        url=_text(one.get("url")) or _text(one.get("preview_image_url")),
        alt_text=_text(one.get("alt_text")),
    )


def _own_object(post: Mapping[str, Any], batch: Batch) -> Mapping[str, Any]:
    """A post, with those media objects that X lists beside all posts of an answer and this one names."""
    media = [one for one in _media_of(post, batch) if one]
    return {**post, "includes": {"media": media}} if media else post


def media_in(raw: bytes) -> tuple[Media, ...]:
    """The media that a post's own object names."""
    includes = _object(_object(json.loads(raw)).get("includes"))
    return tuple(_medium(one) for one in _objects(includes.get("media")))


def links_in(raw: bytes) -> tuple[str, ...]:
    """What X's short links stand for, and the posts that a post quotes or passes on."""
    post = _object(json.loads(raw))
    holders = (post, *(_object(post.get(name)) for name in _TEXT_PREFERRED))
    urls = [one for holder in holders for one in _objects(_object(holder.get("entities")).get("urls"))]
    written = [_text(one.get("unwound_url")) or _text(one.get("expanded_url")) for one in urls]
    shared = [post_id for kind in ("quoted", "retweeted") if (post_id := _reference(post, kind))]
    return (*filter(None, written), *(f"https://x.com/i/web/status/{post_id}" for post_id in shared))


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _object(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _by(value: object, key: str) -> dict[str, Mapping[str, Any]]:
    return {str(one[key]): one for one in _objects(value) if key in one}
