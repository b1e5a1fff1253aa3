"""The loopback Graph API against Meta's published names.

Server and connector are written by the same hands; without this they could agree on a mistake. The
names stand in `facebook_published_names.json`, with the place where they were read.
"""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from support.clock import SettableClock

from config.schema import Watch
from connectors.facebook.comments import COMMENTS_PAGE, LISTED
from connectors.facebook.connector import FacebookConnector
from connectors.facebook.loopback import FacebookLoopback
from connectors.facebook.loopback_fields import Asked, BadFields, parse_fields
from connectors.facebook.parse import COMMENT_FIELDS, POST_FIELDS
from connectors.interface import Account

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
PUBLISHED = json.loads((Path(__file__).parent / "facebook_published_names.json").read_text(encoding="utf-8"))
FIELDS: dict[str, list[str]] = PUBLISHED["fields"]
EDGES: dict[str, dict[str, list[str]]] = PUBLISHED["edges"]
GENERAL = {"fields", "limit", "after", "before", "appsecret_proof", "access_token", "summary"}
"""Parameters of every edge, which the description of a single edge does not repeat."""


@pytest.fixture
def platform(clock: SettableClock) -> Iterator[FacebookLoopback]:
    with FacebookLoopback(clock.now) as running:
        running.require_proof = False
        yield running


@pytest.fixture
def written(platform: FacebookLoopback) -> dict[str, str]:
    post = platform.own_post("Sports day", NOON - timedelta(hours=9), image=True)
    comment = platform.comment(post, "Lovely", "Ann", NOON - timedelta(hours=8), image=True)
    reply = platform.comment(comment, "Yes", "Bob", NOON - timedelta(hours=7))
    tagged = platform.mention("tag", "Cat", NOON - timedelta(hours=6), image=True)
    visit = platform.mention("visit", "Dan", NOON - timedelta(hours=5))
    return {"post": post, "comment": comment, "reply": reply, "tagged": tagged, "visit": visit}


def get(platform: FacebookLoopback, path: str, **query: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {platform.page_token}"}
    return requests.get(f"{platform.base_url}/v26.0/{path}", params=query, headers=headers, timeout=5)


def served_fields(platform: FacebookLoopback, node_id: str, kind: str) -> dict[str, Any]:
    """Everything that the server would give of a node: each published field is asked for by itself."""
    found: dict[str, Any] = {}
    for name in FIELDS[kind]:
        answer = get(platform, node_id, fields=name)
        if answer.ok:
            found |= answer.json()
    return found


@pytest.mark.parametrize(
    ("which", "kind"),
    [("post", "PagePost"), ("comment", "Comment"), ("reply", "Comment"), ("tagged", "PagePost")],
)
def test_the_server_would_send_a_field_that_graph_does_not_have(
    platform: FacebookLoopback, written: dict[str, str], which: str, kind: str
) -> None:
    row = served_fields(platform, written[which], kind)
    assert {"id", "message", "created_time", "permalink_url", "is_hidden"} <= set(row) <= set(FIELDS[kind])
    assert all(isinstance(value, str) for name, value in row.items() if name == "id" or name.endswith("_id"))
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+0000", row["created_time"])
    for attachment in [row.get("attachment"), *row.get("attachments", {}).get("data", [])]:
        assert set(attachment or {}) <= set(FIELDS["StoryAttachment"])


def test_the_server_would_know_a_field_that_graph_does_not_have(
    platform: FacebookLoopback, written: dict[str, str]
) -> None:
    for which, kind in (("post", "PagePost"), ("comment", "Comment")):
        known = platform.known_fields(written[which])
        assert known <= set(FIELDS[kind]) | set(EDGES[kind])


def test_the_connector_would_ask_for_a_field_that_graph_does_not_have() -> None:
    """Graph refuses the whole request for one unknown field."""
    for asked, kind in ((COMMENT_FIELDS, "Comment"), (POST_FIELDS, "PagePost")):
        wanted = parse_fields(",".join(asked))
        # `attachments` and `comments` are edges, which a field list may expand.
        assert set(wanted) <= set(FIELDS[kind]) | set(EDGES[kind])
        for name in ("attachment", "attachments"):
            inner = wanted[name].inner if name in wanted else None
            assert set(inner or {}) <= set(FIELDS["StoryAttachment"])


def node_kind(platform: FacebookLoopback, path: str) -> str:
    node = path.strip("/").split("/")[1]
    if node in ("me", platform.account_id):
        return "Page"
    return "PagePost" if node.startswith(f"{platform.account_id}_") else "Comment"


def test_the_connector_would_call_what_graph_does_not_have(
    platform: FacebookLoopback, written: dict[str, str], clock: SettableClock
) -> None:
    """Every request of a whole poll, and of hiding, against the published edges, parameters and updates."""
    account = Account(
        name="page", account=platform.account, account_id=platform.account_id, base_url=platform.base_url,
        watch=(Watch.OWN_POSTS, Watch.COMMENTS, Watch.MENTIONS), credentials=platform.credentials(),
    )  # fmt: skip
    connector = FacebookConnector(account, clock.now)
    for stream in connector.streams():
        cursor, more = {}, True
        while more:
            page = connector.fetch(stream, cursor, deadline=10**9)
            cursor, more = dict(page.cursor), page.more
    connector.recheck(list(written.values()), deadline=10**9)
    connector.hide(written["comment"])
    connector.delete(written["reply"])
    connector.close()
    for request in platform.requests:
        kind, parts = node_kind(platform, request.path), request.path.strip("/").split("/")[1:]
        if request.method == "GET":
            edge = EDGES[kind][parts[1]] if len(parts) == 2 else []
            assert set(request.query) <= GENERAL | set(edge)
        elif request.method == "POST":
            form = parse_qs(getattr(request, "body", b"").decode())
            assert set(form) <= GENERAL | set(PUBLISHED["updates"][kind])
    assert {request.method for request in platform.requests} == {"GET", "POST", "DELETE"}
    assert platform.media_requests() == []


def test_pages_would_be_asked_for_larger_than_graph_serves() -> None:
    assert max(LISTED, COMMENTS_PAGE) <= 100


# -- the server itself -----------------------------------------------------------------------------


def test_every_answer_would_lack_what_graph_always_sends(
    platform: FacebookLoopback, written: dict[str, str]
) -> None:
    answer = get(platform, f"{platform.account_id}/published_posts")
    assert answer.headers["facebook-api-version"] == "v26.0"
    (entry,) = json.loads(answer.headers["x-business-use-case-usage"])[platform.account_id]
    assert set(entry) == {
        "type", "call_count", "total_cputime", "total_time", "estimated_time_to_regain_access",
    }  # fmt: skip
    assert "json" in answer.headers["content-type"]


def test_next_would_not_look_like_graphs(platform: FacebookLoopback) -> None:
    for number in range(3):
        platform.own_post(f"post {number}", NOON - timedelta(hours=number))
    page = get(platform, f"{platform.account_id}/published_posts", limit="2").json()
    address = urlsplit(page["paging"]["next"])
    query = parse_qs(address.query)
    assert address.path == f"/v26.0/{platform.account_id}/published_posts"
    assert query["access_token"] == [platform.page_token]
    assert query["after"] == [page["paging"]["cursors"]["after"]]
    last = requests.get(page["paging"]["next"], timeout=5).json()
    assert [row["message"] for row in last["data"]] == ["post 2"]
    assert "next" not in last["paging"]
    assert set(last["paging"]["cursors"]) == {"before", "after"}


def test_comments_would_come_in_another_order_or_depth(
    platform: FacebookLoopback, written: dict[str, str]
) -> None:
    def ids(**query: str) -> list[str]:
        return [row["id"] for row in get(platform, f"{written['post']}/comments", **query).json()["data"]]

    comment, reply = written["comment"], written["reply"]
    assert ids() == [comment]
    assert ids(filter="stream") == [comment, reply]
    assert ids(filter="stream", order="reverse_chronological") == [reply, comment]
    since = str(int((NOON - timedelta(hours=7, minutes=30)).timestamp()))
    assert ids(filter="stream", since=since) == [reply]
    assert [row["id"] for row in get(platform, f"{comment}/comments").json()["data"]] == [reply]


def test_a_list_with_counts_would_not_be_one_request(
    platform: FacebookLoopback, written: dict[str, str]
) -> None:
    fields = "id,comments.filter(stream).summary(true).limit(0)"
    (row,) = get(platform, f"{platform.account_id}/published_posts", fields=fields).json()["data"]
    assert row == {
        "id": written["post"],
        "comments": {
            "data": [],
            "summary": {"order": "chronological", "total_count": 2, "can_comment": True},
        },
    }


def test_a_tagged_post_would_name_its_writer(platform: FacebookLoopback, written: dict[str, str]) -> None:
    (tagged,) = get(platform, f"{platform.account_id}/tagged", fields="id,from,message").json()["data"]
    (visit,) = get(platform, f"{platform.account_id}/visitor_posts", fields="id,from").json()["data"]
    assert "from" not in tagged
    assert visit["from"]["name"] == "Dan"


def test_an_unasked_field_would_be_sent(platform: FacebookLoopback, written: dict[str, str]) -> None:
    assert get(platform, written["comment"], fields="message").json() == {
        "message": "Lovely",
        "id": written["comment"],
    }
    assert set(get(platform, written["comment"]).json()) == {"id", "message", "created_time", "from"}


@pytest.mark.parametrize(
    ("path", "query", "numbers"),
    [
        ("1_2", {}, (100, 33)),
        ("{comment}", {"fields": "nonsense"}, (100, None)),
        ("{post}", {"fields": "can_hide"}, (100, None)),
        ("{comment}", {"fields": "id,,"}, (2500, None)),
        ("{post}/comments", {"after": "spoilt"}, (100, None)),
        ("nobody", {}, (803, None)),
        ("{post}/likes", {}, (100, None)),
    ],
)
def test_an_error_would_not_have_graphs_form(
    platform: FacebookLoopback,
    written: dict[str, str],
    path: str,
    query: dict[str, str],
    numbers: tuple[int, int | None],
) -> None:
    answer = get(platform, path.format(**written), **query)
    assert 400 <= answer.status_code < 500
    problem = answer.json()["error"]
    assert {"message", "type", "code", "fbtrace_id"} <= set(problem)
    assert (problem["code"], problem.get("error_subcode")) == numbers


@pytest.mark.parametrize(
    ("headers", "query", "code"),
    [
        ({}, {}, 104),
        ({"Authorization": "Bearer EAAwrong"}, {}, 190),
        ({}, {"access_token": "EAAwrong"}, 190),
        ({"Authorization": "right"}, {"appsecret_proof": "00"}, 100),
        ({"Authorization": "right"}, {}, 100),
    ],
)
def test_the_server_would_let_anybody_in(
    platform: FacebookLoopback, headers: dict[str, str], query: dict[str, str], code: int
) -> None:
    platform.require_proof = True
    sent = {name: value.replace("right", f"Bearer {platform.page_token}") for name, value in headers.items()}
    answer = requests.get(f"{platform.base_url}/v26.0/me", params=query, headers=sent, timeout=5)
    assert answer.json()["error"]["code"] == code


def test_a_token_in_the_address_would_be_refused_although_graph_takes_it(platform: FacebookLoopback) -> None:
    answer = requests.get(
        f"{platform.base_url}/v26.0/me", params={"access_token": platform.page_token}, timeout=5
    )
    assert answer.json()["id"] == platform.account_id


@pytest.mark.parametrize("text", ["", "id,", "a{b", "a.b", "a.b(c", "a)", "{a}", "1a"])
def test_a_field_list_that_graph_refuses_would_be_answered(text: str) -> None:
    with pytest.raises(BadFields):
        parse_fields(text)


def test_a_nested_field_list_would_be_read_wrongly() -> None:
    assert parse_fields("id,comments.limit(0).summary(true){from{id},message}") == {
        "id": Asked(),
        "comments": Asked(
            {"limit": "0", "summary": "true"}, {"from": Asked(inner={"id": Asked()}), "message": Asked()}
        ),
    }
