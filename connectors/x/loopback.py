"""X's API v2 on this machine, for the demo and the tests: its paths, keys, pages, times and problems.

The names of fields and parameters follow X's published OpenAPI description in both vocabularies (2.159
and 2.168); `tests/contract/test_x_wire.py` holds every answer against them.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote, urlencode

from oauthlib.oauth1.rfc5849 import signature
from oauthlib.oauth1.rfc5849.utils import parse_authorization_header

from connectors.interface import Now
from connectors.loopback import Fault
from connectors.loopback_server import Answer, Call, LoopbackServer
from connectors.loopback_world import Entry, Kind, UnknownId
from connectors.x.client import Vocabulary
from connectors.x.ids import first_id_at
from connectors.x.loopback_pages import ParameterProblem, Refused, page_of
from connectors.x.loopback_search import matches
from connectors.x.loopback_wire import Wire, invalid_request

_KEYS = {
    "bearer_token": "loopback-bearer-0123456789abcdef",
    "consumer_key": "loopback-consumer",
    "consumer_secret": "loopback-consumer-secret",
    "access_token": "1700000000000000001-loopback-access",
    "access_token_secret": "loopback-access-secret",
}
_WINDOW = timedelta(minutes=15)
_LIMITS = {"mentions": 450, "tweets": 900, "recent": 450, "lookup": 3500, "hidden": 50, "delete": 50}
_SEARCH_DAYS = timedelta(days=7)
_LIST = frozenset({"max_results", "since_id", "until_id", "start_time", "end_time", "pagination_token"})
_SHAPE = frozenset({"expansions", "user.fields", "media.fields", "place.fields", "poll.fields"})
_CANNED = {
    Fault.UNAUTHORISED: (401, {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank"}),
    Fault.CREDITS_USED_UP: (
        402,
        {
            "title": "Payment Required",
            "detail": "credits depleted",
            "type": "https://api.x.com/2/problems/credits-depleted",
        },
    ),
    Fault.FORBIDDEN: (
        403,
        {
            "title": "Client Forbidden",
            "detail": "This app may not call this.",
            "type": "https://api.x.com/2/problems/client-forbidden",
            "reason": "client-not-enrolled",
        },
    ),
    Fault.SERVER_ERROR: (500, {"title": "Internal Server Error", "detail": "", "type": "about:blank"}),
}


class XLoopback(LoopbackServer):
    """`vocabulary` is what this server speaks; POST refuses the older names, as a strict server would.

    `protect(author)` makes an author's posts unreadable to others; `suspend(author)` leaves the author
    out of what is sent along. `short_link(address)` is what X makes of an address in a post's words.
    """

    def __init__(
        self, now: Now, *, account: str = "fernhillprimary", account_id: str = "1700000000000000001",
        vocabulary: Vocabulary = Vocabulary.TWEET,
    ) -> None:  # fmt: skip
        super().__init__(now, account=account, account_id=account_id)
        self.vocabulary = vocabulary
        self.protected: set[str] = set()
        self.suspended: set[str] = set()
        self.short_links: dict[str, str] = {}
        self.limits = dict(_LIMITS)
        self._sequence = 0
        self._used: dict[str, tuple[datetime, int]] = {}

    def credentials(self) -> dict[str, str]:
        return dict(_KEYS)

    def protect(self, author: str) -> None:
        self.protected.add(author)

    def suspend(self, author: str) -> None:
        self.suspended.add(author)

    def short_link(self, address: str) -> str:
        short = f"https://t.co/{hashlib.sha256(address.encode()).hexdigest()[:10]}"
        self.short_links[short] = address
        return short

    def new_id(self, kind: Kind, at: datetime, parent_id: str | None) -> str:
        self._sequence += 1
        return str(first_id_at(at) | (self._sequence & 0x3FFFFF))

    def edited_id(self, entry: Entry, at: datetime) -> str:
        return self.new_id(entry.kind, at, entry.parent_id)

    def page_key(self, call: Call) -> str:
        return f"{call.path} {call.query.get('query', '')}"

    # -- answers ---------------------------------------------------------------------------------

    def answer(self, call: Call, twist: Fault | None) -> Answer:
        try:
            bucket, respond = self._route(call)
            self._admit(call, acting=call.method != "GET")
            headers = self._spend(bucket)
            return self._answer(200, respond(call, twist), headers)
        except Refused as refused:
            return self._answer(refused.status, refused.body, refused.headers)
        except ParameterProblem as wrong:
            return self._answer(400, invalid_request(wrong, self.vocabulary), {})

    def refusal(self, fault: Fault, call: Call) -> Answer:
        if fault in _CANNED:
            status, body = _CANNED[fault]
            return self._answer(status, {**body, "status": status}, {})
        headers = {}
        if fault is Fault.RATE_LIMITED:
            reset = int((self.now() + _WINDOW).timestamp())
            headers = {
                "x-rate-limit-limit": "450",
                "x-rate-limit-remaining": "0",
                "x-rate-limit-reset": str(reset),
            }
        return self._answer(429, _too_many(), headers)

    def _answer(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> Answer:
        kind = "application/json" if status < 400 else "application/problem+json"
        common = {
            "Content-Type": f"{kind}; charset=utf-8",
            "api-version": "2.168" if self.vocabulary is Vocabulary.POST else "2.159",
            "x-access-level": "read-write",
        }
        text = json.dumps(body, ensure_ascii=False).encode("utf-8", "backslashreplace")
        return Answer(status, {**common, **headers}, text)

    def _route(self, call: Call) -> tuple[str, Callable[[Call, Fault | None], dict[str, Any]]]:
        for method, pattern, bucket, respond in self._routes():
            if call.method == method and re.fullmatch(pattern, call.path):
                return bucket, respond
        raise Refused(404, {"title": "Not Found", "detail": "", "type": "about:blank", "status": 404})

    def _routes(self) -> list[tuple[str, str, str, Callable[[Call, Fault | None], dict[str, Any]]]]:
        return [
            ("GET", r"/2/users/\d+/tweets", "tweets", self._own_posts),
            ("GET", r"/2/users/\d+/mentions", "mentions", self._mentions),
            ("GET", r"/2/tweets/search/recent", "recent", self._search),
            ("GET", r"/2/tweets", "lookup", self._lookup),
            ("PUT", r"/2/tweets/\d+/hidden", "hidden", self._hide),
            ("DELETE", r"/2/tweets/\d+", "delete", self._delete),
            ("GET", r"/2/users/me", "lookup", self._me),
            ("GET", r"/2/users/\d+", "lookup", self._me),
            ("GET", r"/2/usage/tweets", "lookup", self._usage),
        ]

    def _own_posts(self, call: Call, twist: Fault | None) -> dict[str, Any]:
        self._only_ours(call)
        wire = self._wire(call, _LIST | {"exclude"})
        return self._list(call, twist, wire, lambda entry: entry.author is None, 5)

    def _mentions(self, call: Call, twist: Fault | None) -> dict[str, Any]:
        self._only_ours(call)
        wire = self._wire(call, _LIST)
        return self._list(call, twist, wire, self._is_mention, 5)

    def _is_mention(self, entry: Entry) -> bool:
        named = f"@{self.account}".lower() in entry.version_at(self.now()).text.lower()
        return entry.author is not None and (entry.kind is Kind.MENTION or named)

    def _search(self, call: Call, twist: Fault | None) -> dict[str, Any]:
        wire = self._wire(call, _LIST | {"query", "next_token", "sort_order"})
        query, oldest = call.query.get("query", ""), self.now() - _SEARCH_DAYS
        if not 1 <= len(query) <= 512:
            raise ParameterProblem("query", query, "the query must have 1 to 512 characters")
        since = call.query.get("since_id")
        if since is not None and int(since) < first_id_at(oldest):
            raise ParameterProblem("since_id", since, "since_id must be an id of the last seven days")
        start = call.query.get("start_time")
        if start is not None and datetime.fromisoformat(start) < oldest:
            raise ParameterProblem("start_time", start, "start_time must lie within the last seven days")

        def wanted(entry: Entry) -> bool:
            found = matches(query, wire.searchable(entry))
            return found and entry.version_at(self.now()).at >= oldest

        return self._list(call, twist, wire, wanted, 10)

    def _list(
        self, call: Call, twist: Fault | None, wire: Wire, wanted: Callable[[Entry], bool], smallest: int
    ) -> dict[str, Any]:
        visible = [entry for entry in self.world.visible(self.now()) if self._is_readable(entry)]
        entries = [entry for entry in visible if wanted(entry)]
        page = page_of(entries, call, self.now(), smallest=smallest, largest=self.page_size, twist=twist)
        return wire.page(page)

    def _lookup(self, call: Call, _twist: Fault | None) -> dict[str, Any]:
        wire = self._wire(call, frozenset({"ids"}))
        ids = call.query.get("ids", "").split(",")
        if not 1 <= len(ids) <= 100 or not all(re.fullmatch(r"\d{1,19}", one) for one in ids):
            raise ParameterProblem("ids", ",".join(ids), "ids must be 1 to 100 ids")
        found, errors = [], []
        for one in ids:
            try:
                entry = self.world.entry(one)
            except UnknownId:
                errors.append(wire.missing(one, "ids"))
                continue
            if entry.deleted or entry.posted_at > self.now():
                errors.append(wire.missing(one, "ids"))
            elif not self._is_readable(entry):
                errors.append(wire.unauthorised(one, "ids"))
            else:
                found.append((entry, one))
        return wire.objects(found, errors)

    def _is_readable(self, entry: Entry) -> bool:
        return entry.author not in self.protected or entry.author is None

    def _hide(self, call: Call, _twist: Fault | None) -> dict[str, Any]:
        entry = self._target(call)
        if entry.author is None or self.world.root(entry).author is not None or entry.parent_id is None:
            raise _forbidden("Only replies in conversations that this account started can be hidden.")
        hidden = json.loads(call.body)["hidden"]
        entry.hidden = bool(hidden)
        return {"data": {"hidden": entry.hidden}}

    def _delete(self, call: Call, _twist: Fault | None) -> dict[str, Any]:
        entry = self._target(call)
        if entry.author is not None:
            raise _forbidden("Only this account's own posts can be deleted.")
        entry.deleted = True
        return {"data": {"deleted": True}}

    def _target(self, call: Call) -> Entry:
        post_id = call.path.split("/")[3]
        try:
            entry = self.world.entry(post_id)
        except UnknownId:
            entry = None
        if entry is None or entry.deleted:
            raise Refused(404, Wire.not_found(post_id, "id"))
        return entry

    def _me(self, call: Call, _twist: Fault | None) -> dict[str, Any]:
        if not call.path.endswith("/me"):
            self._only_ours(call)
        return {"data": {"id": self.account_id, "name": self.account, "username": self.account}}

    def _usage(self, _call: Call, _twist: Fault | None) -> dict[str, Any]:
        return {
            "data": {"project_cap": "3000000", "project_id": "1", "project_usage": str(len(self.requests))}
        }

    def _only_ours(self, call: Call) -> None:
        """A connector that asks about anybody else's account must not pass any test."""
        if call.path.split("/")[3] != self.account_id:
            raise _forbidden("This server knows the school's own account only.")

    def _wire(self, call: Call, own: frozenset[str]) -> Wire:
        fields = "post.fields" if self.vocabulary is Vocabulary.POST else "tweet.fields"
        allowed = own | _SHAPE | {fields}
        for name, value in call.query.items():
            if name not in allowed:
                raise ParameterProblem(
                    name, value, f"The query parameter [{name}] is not one of {sorted(allowed)}"
                )
        return Wire(self, call.query, fields)

    # -- keys and limits ---------------------------------------------------------------------------

    def _admit(self, call: Call, *, acting: bool) -> None:
        authorization = {name.lower(): value for name, value in call.headers.items()}.get("authorization", "")
        as_user = authorization.startswith("OAuth ") and self._signature_holds(call, authorization)
        if as_user:
            return
        if authorization != f"Bearer {_KEYS['bearer_token']}":
            raise Refused(401, {**_CANNED[Fault.UNAUTHORISED][1], "status": 401})
        if acting or call.path.endswith("/me"):
            raise _forbidden("This call needs the keys of a user.", "unsupported-authentication")

    def _signature_holds(self, call: Call, authorization: str) -> bool:
        """OAuth 1.0a over the address that was really called, as the other side computes it."""
        sent = dict(parse_authorization_header(authorization))
        if sent.get("oauth_consumer_key") != _KEYS["consumer_key"]:
            return False
        if sent.get("oauth_token") != _KEYS["access_token"]:
            return False
        params = signature.collect_parameters(
            uri_query=urlencode(call.query), headers={"Authorization": authorization}, with_realm=False
        )
        base = signature.signature_base_string(
            call.method,
            signature.base_string_uri(f"{self.base_url}{call.path}"),
            signature.normalize_parameters(params),
        )
        expected = signature.sign_hmac_sha1_with_client(base, _Keys())
        return bool(expected == unquote(sent.get("oauth_signature", "")))

    def _spend(self, bucket: str) -> dict[str, str]:
        now, limit = self.now(), self.limits[bucket]
        began, used = self._used.get(bucket, (now, 0))
        if now - began >= _WINDOW:
            began, used = now, 0
        headers = {
            "x-rate-limit-limit": str(limit),
            "x-rate-limit-remaining": str(max(0, limit - used - 1)),
            "x-rate-limit-reset": str(int((began + _WINDOW).timestamp())),
        }
        if used >= limit:
            raise Refused(429, _too_many(), headers)
        self._used[bucket] = (began, used + 1)
        return headers


class _Keys:
    """What oauthlib wants to sign with."""

    client_secret = _KEYS["consumer_secret"]
    resource_owner_secret = _KEYS["access_token_secret"]


def _too_many() -> dict[str, Any]:
    return {"title": "Too Many Requests", "detail": "Too Many Requests", "type": "about:blank", "status": 429}


def _forbidden(detail: str, suffix: str = "client-forbidden") -> Refused:
    kind = f"https://api.x.com/2/problems/{suffix}"
    return Refused(403, {"title": "Forbidden", "detail": detail, "type": kind, "status": 403})
