"""A Graph API on this machine: one school page, its posts, comments, visitors and tags."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

from connectors.facebook.graph_client import DEFAULT_VERSION, is_graph_id
from connectors.facebook.loopback_edges import BadCursor, EdgeRequest, serve, since_moment
from connectors.facebook.loopback_fields import Asked, BadFields, parse_fields
from connectors.facebook.loopback_nodes import Nodes, NoSuchField
from connectors.interface import Now
from connectors.loopback import Fault
from connectors.loopback_server import Answer, Call, LoopbackServer
from connectors.loopback_world import Entry, Kind, UnknownId

PAGE_ID = "104857600000042"
PAGE_NAME = "Fernhill Primary & Nursery School"
OLDEST_VERSION = 20
"""Graph serves a version for about two years and then answers 2635."""
SCOPES = ("pages_show_list", "pages_read_engagement", "pages_read_user_content", "pages_manage_engagement")
_REGAIN_MINUTES = 7


class GraphProblem(Exception):
    """Ends a request with Graph's error object."""

    def __init__(
        self, status: int, code: int, message: str, *, subcode: int | None = None,
        kind: str = "OAuthException", transient: bool | None = None,
    ) -> None:  # fmt: skip
        super().__init__(message)
        self.status = status
        extra = {"error_subcode": subcode, "is_transient": transient}
        self.error = {"message": message, "type": kind, "code": code} | {
            name: value for name, value in extra.items() if value is not None
        }


class FacebookLoopback(LoopbackServer):
    """A platform with switches for what only Graph does.

    `usage_percent` of the allowance, `require_proof` of the app secret, `serves_counts` of comments in
    a list of posts; `forget_cursors` spoils every edge cursor that was given so far.
    """

    def __init__(self, now: Now) -> None:
        self._numbers = count(1)
        super().__init__(now, account="fernhillprimary", account_id=PAGE_ID)
        self.page_token = "EAAloopback" + hashlib.sha256(b"page token").hexdigest()[:40]
        self.app_secret = hashlib.sha256(b"app secret").hexdigest()[:32]
        self.app_id = "998877665544332"
        self.version = DEFAULT_VERSION
        self.require_proof = True
        self.serves_counts = True
        self.usage_percent = 3
        self.token_expires_at: datetime | None = None
        self.scopes: tuple[str, ...] = SCOPES
        self._generation = 0

    def credentials(self) -> dict[str, str]:
        return {"page_token": self.page_token, "app_secret": self.app_secret}

    def forget_cursors(self) -> None:
        self._generation += 1

    def media_requests(self) -> list[str]:
        """Every request for a picture: there must never be one."""
        return [request.path for request in self.requests if request.path.startswith("/media/")]

    def known_fields(self, external_id: str) -> set[str]:
        """Every field that would be served of a node, for the comparison with Graph's own."""
        return self._nodes().known_fields(self.world.entry(external_id))

    def new_id(self, kind: Kind, at: datetime, parent_id: str | None) -> str:
        number = next(self._numbers)
        own = 880_000_000_000_000 + number
        if kind is Kind.COMMENT and parent_id is not None:
            root = self.world.root(self.world.entry(parent_id)).external_id
            return f"{root.rpartition('_')[2]}_{own}"
        # Some tag the page and others post on it: every second mention is of each sort.
        mentions = sum(one.kind is Kind.MENTION for one in self.world.everything())
        tags = kind is Kind.MENTION and mentions % 2 == 0
        return f"{300_000_000_000_000 + number}_{own}" if tags else f"{self.account_id}_{own}"

    # -- the wire -----------------------------------------------------------------------------------

    def answer(self, call: Call, twist: Fault | None) -> Answer:
        if call.path.startswith("/media/"):
            return Answer(404, {"Content-Type": "text/plain"}, b"")
        try:
            return self._json(200, self._route(call, _parameters(call), twist))
        except GraphProblem as problem:
            return self._problem(problem)
        except (UnknownId, NoSuchField, BadFields, BadCursor) as error:
            return self._problem(_explain(error))

    def refusal(self, fault: Fault, call: Call) -> Answer:
        return self._problem(_REFUSALS[fault], locked_out=fault is Fault.RATE_LIMITED)

    def _route(self, call: Call, given: dict[str, str], twist: Fault | None) -> Any:
        parts = self._versioned(call.path)
        method = given.pop("method", call.method).upper()
        token = self._authorise(call, given)
        if parts == ["debug_token"]:
            return self._debug_token(given)
        if token != self.page_token:
            raise GraphProblem(400, 190, "Invalid OAuth access token.")
        if method == "GET" and len(parts) == 2:
            return self._edge(call, parts, given, twist)
        if len(parts) != 1:
            raise GraphProblem(400, 2500, f"Unknown path components: /{'/'.join(parts)}")
        return {"GET": self._node, "POST": self._update, "DELETE": self._remove}[method](parts[0], given)

    def _versioned(self, path: str) -> list[str]:
        parts = [part for part in path.split("/") if part]
        if parts and parts[0].startswith("v") and parts[0][1:].replace(".", "", 1).isdecimal():
            if float(parts[0][1:]) < OLDEST_VERSION:
                raise GraphProblem(400, 2635, "(#2635) You are calling a deprecated version of the API.")
            return parts[1:]
        return parts

    def _authorise(self, call: Call, given: dict[str, str]) -> str:
        headers = {name.lower(): value for name, value in call.headers.items()}
        token = given.pop("access_token", "") or headers.get("authorization", "").partition(" ")[2]
        proof = given.pop("appsecret_proof", None)
        if not token:
            raise GraphProblem(400, 104, "An access token is required to request this resource.")
        if token == f"{self.app_id}|{self.app_secret}":
            return token
        if token != self.page_token:
            raise GraphProblem(400, 190, "Error validating access token.", subcode=467)
        if proof is None and self.require_proof:
            message = "API calls from the server require an appsecret_proof argument"
            raise GraphProblem(400, 100, message, kind="GraphMethodException")
        right = hmac.new(self.app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
        if proof is not None and not hmac.compare_digest(proof, right):
            message = "Invalid appsecret_proof provided in the API argument"
            raise GraphProblem(400, 100, message, kind="GraphMethodException")
        return token

    def _debug_token(self, given: Mapping[str, str]) -> Any:
        valid = given.get("input_token") == self.page_token
        expires = int(self.token_expires_at.timestamp()) if self.token_expires_at else 0
        data = {
            "app_id": self.app_id,
            "type": "PAGE",
            "application": "School watch",
            "data_access_expires_at": int((self.now() + timedelta(days=90)).timestamp()),
            "expires_at": expires,
            "is_valid": valid,
            "scopes": list(self.scopes) if valid else [],
            "profile_id": self.account_id,
        }
        return {"data": data}

    # -- nodes --------------------------------------------------------------------------------------

    def _nodes(self) -> Nodes:
        return Nodes(self.world, self.account_id, PAGE_NAME, self.base_url, self.now())

    def _node(self, node_id: str, given: Mapping[str, str]) -> Any:
        asked = parse_fields(given["fields"]) if "fields" in given else None
        if node_id in ("me", self.account_id):
            page = {"id": self.account_id, "name": PAGE_NAME}
            return {name: value for name, value in page.items() if asked is None or name in {*asked, "id"}}
        return self._row(self._entry(node_id), asked)

    def _entry(self, node_id: str) -> Entry:
        if not is_graph_id(node_id):
            raise GraphProblem(404, 803, f"(#803) Some of the aliases you requested do not exist: {node_id}")
        entry = self.world.entry(node_id)
        if entry not in self._nodes().visible():
            raise UnknownId(node_id)
        return entry

    def _row(self, entry: Entry, asked: Mapping[str, Asked] | None) -> Any:
        comments = (asked or {}).get("comments")
        if comments is not None and not self.serves_counts:
            raise NoSuchField("comments", "Post")
        if asked is None or comments is None:
            return self._nodes().node(entry, asked)
        plain = {name: one for name, one in asked.items() if name != "comments"}
        row = self._nodes().node(entry, plain or {"id": Asked()})
        row["comments"] = self._comments(entry, dict(comments.modifiers), comments.inner, None)
        return row

    def _update(self, node_id: str, given: Mapping[str, str]) -> Any:
        entry = self._entry(node_id)
        if not self._is_on_page(entry) or (entry.kind is Kind.COMMENT and entry.author is None):
            raise GraphProblem(403, 200, "(#200) You do not have sufficient permissions for this action.")
        if given.get("is_hidden") not in ("true", "false"):
            raise GraphProblem(400, 100, "(#100) Param is_hidden must be a boolean.")
        self.world.hide(node_id, hidden=given["is_hidden"] == "true")
        return {"success": True}

    def _remove(self, node_id: str, _given: Mapping[str, str]) -> Any:
        if not self._is_on_page(self._entry(node_id)):
            raise GraphProblem(403, 200, "(#200) You do not have sufficient permissions for this action.")
        self.world.delete(node_id)
        return {"success": True}

    def _is_on_page(self, entry: Entry) -> bool:
        return self.world.root(entry).external_id.startswith(f"{self.account_id}_")

    # -- edges --------------------------------------------------------------------------------------

    def _edge(self, call: Call, parts: list[str], given: dict[str, str], twist: Fault | None) -> Any:
        node_id, edge = parts
        asked = parse_fields(given["fields"]) if "fields" in given else None
        request = EdgeRequest(
            f"{self.base_url}{call.path}", given, self.page_token, self._generation, self.page_size, twist
        )
        if edge == "comments":
            return self._comments(self._entry(node_id), given, asked, request)
        if node_id not in ("me", self.account_id) or edge not in _EDGES:
            raise GraphProblem(400, 100, f"(#100) Tried accessing nonexisting field ({edge})")
        entries = [one for one in reversed(self._nodes().visible()) if self._edge_of(one) == edge]
        return serve(request, entries, lambda entry: self._row(entry, asked))

    def _edge_of(self, entry: Entry) -> str | None:
        if entry.kind is Kind.COMMENT:
            return None
        if entry.kind is Kind.OWN_POST:
            return "published_posts"
        return "visitor_posts" if self._is_on_page(entry) else "tagged"

    def _comments(
        self, under: Entry, given: Mapping[str, str], asked: Mapping[str, Asked] | None,
        request: EdgeRequest | None,
    ) -> Any:  # fmt: skip
        everything = [one for one in self._nodes().visible() if self._stands_under(one, under, given)]
        since = since_moment(given.get("since", ""))
        entries = [one for one in everything if since is None or one.posted_at >= since]
        if given.get("order") == "reverse_chronological":
            entries.reverse()
        request = request or EdgeRequest(
            f"{self.base_url}/{self.version}/{under.external_id}/comments", given, self.page_token,
            self._generation, self.page_size, None,
        )  # fmt: skip
        page = serve(request, entries, lambda entry: self._row(entry, asked))
        if given.get("summary", "false") not in ("false", "0"):
            order = given.get("order", "chronological")
            page["summary"] = {"order": order, "total_count": len(everything), "can_comment": True}
        return page

    def _stands_under(self, one: Entry, under: Entry, given: Mapping[str, str]) -> bool:
        if one.kind is not Kind.COMMENT:
            return False
        if given.get("filter") == "stream" and under.kind is not Kind.COMMENT:
            return self.world.root(one) is under
        return one.parent_id == under.external_id

    # -- answers ------------------------------------------------------------------------------------

    def _problem(self, problem: GraphProblem, *, locked_out: bool = False) -> Answer:
        body = {"error": {**problem.error, "fbtrace_id": f"Aloop{next(self._numbers):08d}"}}
        return self._json(problem.status, body, regain=_REGAIN_MINUTES if locked_out else 0)

    def _json(self, status: int, body: Any, *, regain: int = 0) -> Answer:
        share = 100 if regain else self.usage_percent
        entry = {
            "type": "pages",
            "call_count": share,
            "total_cputime": 1,
            "total_time": 1,
            "estimated_time_to_regain_access": regain,
        }
        headers = {
            "Content-Type": "application/json; charset=UTF-8",
            "facebook-api-version": self.version,
            "X-Business-Use-Case-Usage": json.dumps({self.account_id: [entry]}),
            "x-fb-trace-id": f"loop{next(self._numbers):06d}",
        }
        return Answer(status, headers, json.dumps(body).encode())


_EDGES = frozenset({"published_posts", "visitor_posts", "tagged"})

_REFUSALS = {
    Fault.UNAUTHORISED: GraphProblem(
        401, 190, "Error validating access token: Session has expired.", subcode=463
    ),
    # Graph has no bill; the code is none of its own, so that the HTTP status speaks.
    Fault.CREDITS_USED_UP: GraphProblem(402, 0, "Payment required."),
    Fault.FORBIDDEN: GraphProblem(
        403, 10, "(#10) This endpoint requires the 'pages_read_engagement' permission."
    ),
    Fault.RATE_LIMITED: GraphProblem(
        400, 80001, "(#80001) There have been too many calls to this Page account."
    ),
    Fault.RATE_LIMITED_WITHOUT_RESET: GraphProblem(400, 32, "(#32) Page request limit reached"),
    Fault.SERVER_ERROR: GraphProblem(
        500, 2, "An unexpected error has occurred. Please retry your request later.", transient=True
    ),
}


def _explain(error: Exception) -> GraphProblem:
    if isinstance(error, UnknownId):
        message = (
            f"Unsupported get request. Object with ID '{error}' does not exist, cannot be loaded due to "
            "missing permissions, or does not support this operation."
        )
        return GraphProblem(400, 100, message, subcode=33, kind="GraphMethodException")
    if isinstance(error, NoSuchField):
        name, kind = error.args
        return GraphProblem(
            400, 100, f"(#100) Tried accessing nonexisting field ({name}) on node type ({kind})"
        )
    if isinstance(error, BadCursor):
        return GraphProblem(400, 100, "(#100) Invalid parameter: the cursor is not valid")
    return GraphProblem(400, 2500, f"Syntax error in fields: {error}")


def _parameters(call: Call) -> dict[str, str]:
    form = parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True)
    return {**call.query, **dict(form)}
