"""The loopback X's books as X's JSON: only the fields and expansions that were asked for."""

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from connectors.loopback_world import Entry, Version
from connectors.x.client import Vocabulary
from connectors.x.loopback_pages import Page, ParameterProblem
from connectors.x.loopback_search import Searchable

if TYPE_CHECKING:
    from connectors.x.loopback import XLoopback

_SHOWN = 280
_PROBLEMS = "https://api.x.com/2/problems/"
_NAME = re.compile(r"@(\w{1,15})", re.ASCII)
_SHORT = re.compile(r"https://t\.co/\w+", re.ASCII)


def user_id(author: str) -> str:
    """Always the same id for the same name."""
    return str(1_000_000_000 + int(hashlib.sha256(author.encode("utf-8", "replace")).hexdigest()[:10], 16))


def handle(author: str) -> str:
    return re.sub(r"[^A-Za-z0-9_]", "", author)[:15] or "someone"


def wire_time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def invalid_request(wrong: ParameterProblem, vocabulary: Vocabulary) -> dict[str, Any]:
    """HTTP 400 that names a parameter: within `errors` once, at the top since OpenAPI 2.167."""
    body = {"title": "Invalid Request", "type": f"{_PROBLEMS}invalid-request"}
    if vocabulary is Vocabulary.POST:
        return {
            **body,
            "detail": str(wrong),
            "parameter": wrong.parameter,
            "value": wrong.value,
            "status": 400,
        }
    errors = [{"parameters": {wrong.parameter: [wrong.value]}, "message": str(wrong)}]
    return {**body, "detail": "One or more parameters of the request were invalid.", "errors": errors}


class Wire:
    """Renders for one request."""

    def __init__(self, platform: "XLoopback", query: Mapping[str, str], fields: str) -> None:
        self._platform = platform
        self._now = platform.now()
        self._posts = "posts" if platform.vocabulary is Vocabulary.POST else "tweets"
        self._post = "post" if platform.vocabulary is Vocabulary.POST else "tweet"
        self._fields = _words(query.get(fields))
        self._user_fields = _words(query.get("user.fields")) | {"id", "name", "username"}
        self._media_fields = _words(query.get("media.fields")) | {"media_key", "type"}
        self._expansions = _words(query.get("expansions"))

    def page(self, page: Page) -> dict[str, Any]:
        """A list's page: `data` is absent when it is empty, and `meta` then has no ids."""
        meta: dict[str, Any] = {"result_count": len(page.entries)}
        ids = [int(entry.version_at(self._now).served_id) for entry in page.entries]
        if ids:
            meta |= {"newest_id": str(max(ids)), "oldest_id": str(min(ids))}
        if page.next_token:
            meta["next_token"] = page.next_token
        if page.previous_token:
            meta["previous_token"] = page.previous_token
        found = [(entry, entry.version_at(self._now).served_id) for entry in page.entries]
        return self.objects(found, []) | {"meta": meta}

    def objects(self, found: Sequence[tuple[Entry, str]], errors: list[dict[str, Any]]) -> dict[str, Any]:
        """Posts in the versions asked for, with what they expand to, and what could not be had."""
        entries = [entry for entry, _ in found]
        referred, missing = self._referred(entries)
        users, unknown = self._users(entries)
        media = [self._medium(entry) for entry in entries if entry.image]
        includes = {
            "users": users if "author_id" in self._expansions else [],
            self._posts: referred,
            "media": media if "attachments.media_keys" in self._expansions else [],
        }
        answer: dict[str, Any] = {"data": [self._object(entry, _version(entry, one)) for entry, one in found]}
        answer["includes"] = {name: value for name, value in includes.items() if value}
        answer["errors"] = [*errors, *missing, *unknown]
        return {name: value for name, value in answer.items() if value}

    def searchable(self, entry: Entry) -> Searchable:
        author = self._platform.account if entry.author is None else handle(entry.author)
        root = self._platform.world.root(entry)
        text = entry.version_at(self._now).text
        return Searchable(text, author, root.external_id, entry.parent_id is not None)

    def missing(self, post_id: str, parameter: str) -> dict[str, Any]:
        return self.not_found(post_id, parameter, self._post)

    @staticmethod
    def not_found(resource_id: str, parameter: str, kind: str = "tweet") -> dict[str, Any]:
        return {
            "value": resource_id,
            "detail": f"Could not find {kind} with {parameter}: [{resource_id}].",
            "title": "Not Found Error",
            "resource_type": kind,
            "parameter": parameter,
            "resource_id": resource_id,
            "type": f"{_PROBLEMS}resource-not-found",
        }

    def unauthorised(self, post_id: str, parameter: str) -> dict[str, Any]:
        return {
            "value": post_id,
            "detail": f"Not allowed to see the {self._post} with {parameter}: [{post_id}].",
            "title": "Authorization Error",
            "resource_type": self._post,
            "parameter": parameter,
            "resource_id": post_id,
            "section": "data",
            "type": f"{_PROBLEMS}not-authorized-for-resource",
        }

    # -- one object ------------------------------------------------------------------------------

    def _object(self, entry: Entry, version: Version) -> dict[str, Any]:
        always = {
            "id": version.served_id,
            "text": _escaped(_cut(version.text)),
            f"edit_history_{self._post}_ids": [one.served_id for one in self._written(entry)],
        }
        chosen = {name: value for name, value in self._details(entry, version) if name in self._fields}
        return always | {name: value for name, value in chosen.items() if value is not None}

    def _details(self, entry: Entry, version: Version) -> Iterable[tuple[str, Any]]:
        root = self._platform.world.root(entry)
        yield "author_id", self._author_id(entry)
        yield "created_at", wire_time(version.at)
        yield "conversation_id", root.external_id
        yield "lang", "en"
        yield "possibly_sensitive", False
        yield (
            "public_metrics",
            {
                "retweet_count": 0,
                "reply_count": 0,
                "like_count": entry.likes,
                "quote_count": 0,
            },
        )
        yield "reply_settings", "everyone"
        yield "edit_controls", self._edit_controls(entry)
        yield "entities", self._entities(version.text)
        yield "attachments", {"media_keys": [_media_key(entry)]} if entry.image else None
        long = len(version.text) > _SHOWN
        yield f"note_{self._post}", {"text": _escaped(version.text)} if long else None
        if entry.parent_id is not None:
            parent = self._platform.world.entry(entry.parent_id)
            yield "in_reply_to_user_id", self._author_id(parent)
            yield f"referenced_{self._posts}", [{"type": "replied_to", "id": entry.parent_id}]

    def _written(self, entry: Entry) -> list[Version]:
        return [one for one in entry.versions if one.at <= self._now] or entry.versions[:1]

    def _author_id(self, entry: Entry) -> str:
        return self._platform.account_id if entry.author is None else user_id(entry.author)

    def _edit_controls(self, entry: Entry) -> dict[str, Any]:
        until = entry.posted_at + timedelta(hours=1)
        remaining = max(0, 6 - len(self._written(entry)))
        return {
            "edits_remaining": remaining,
            "is_edit_eligible": entry.parent_id is None,
            "editable_until": wire_time(until),
        }

    def _entities(self, text: str) -> dict[str, Any] | None:
        named = [
            {"start": found.start(), "end": found.end(), "username": found[1]}
            for found in _NAME.finditer(text)
        ]
        short = self._platform.short_links
        urls = [
            {"start": found.start(), "end": found.end(), "url": found[0], "expanded_url": short[found[0]]}
            for found in _SHORT.finditer(text)
            if found[0] in short
        ]
        entities = {"mentions": named, "urls": urls}
        return {name: value for name, value in entities.items() if value} or None

    # -- what is sent along ------------------------------------------------------------------------

    def _referred(self, entries: Iterable[Entry]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        expansion = f"referenced_{self._posts}.id"
        if expansion not in self._expansions:
            return [], []
        sent, missing = [], []
        for parent_id in dict.fromkeys(entry.parent_id for entry in entries if entry.parent_id):
            parent = self._platform.world.entry(parent_id)
            if parent.deleted:
                missing.append(self.not_found(parent_id, expansion, self._post))
            else:
                sent.append(self._object(parent, _version(parent, parent_id)))
        return sent, missing

    def _users(self, entries: Iterable[Entry]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        if "author_id" not in self._expansions:
            return [], []
        sent, missing = [], []
        for author in dict.fromkeys(entry.author for entry in entries):
            if author in self._platform.suspended:
                missing.append(self.not_found(user_id(author or ""), "author_id", "user"))
            else:
                sent.append(self._user(author))
        return sent, missing

    def _user(self, author: str | None) -> dict[str, Any]:
        if author is None:
            user = {
                "id": self._platform.account_id,
                "name": self._platform.account,
                "username": self._platform.account,
            }
        else:
            user = {"id": user_id(author), "name": author, "username": handle(author)}
        return {name: value for name, value in user.items() if name in self._user_fields}

    def _medium(self, entry: Entry) -> dict[str, Any]:
        key = _media_key(entry)
        medium = {
            "media_key": key,
            "type": "photo",
            "url": f"https://pbs.twimg.example/media/{key}.jpg",
        }
        return {name: value for name, value in medium.items() if name in self._media_fields}


def _version(entry: Entry, served_id: str) -> Version:
    return next(one for one in entry.versions if one.served_id == served_id)


def _media_key(entry: Entry) -> str:
    return f"3_{entry.external_id}"


def _words(value: str | None) -> frozenset[str]:
    return frozenset((value or "").split(",")) - {""}


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
