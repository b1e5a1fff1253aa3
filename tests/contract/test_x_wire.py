"""The loopback X says only what X is known to say.

Its server and our connector stand in one repository and could agree by mistake; so every name that the
server sends is held against X's own published lists (`x_published_fields.json`), in both vocabularies.
"""

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import tweepy
from support.clock import SettableClock
from support.connector_bench import NOON

from connectors.loopback import Fault
from connectors.x.asking import FIELDS
from connectors.x.client import Vocabulary
from connectors.x.ids import first_id_at
from connectors.x.loopback import XLoopback

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parent / "x_published_fields.json").read_text())
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
ID = re.compile(r"[0-9]{1,19}")


class Caller:
    """Asks the server as any program could, without our client."""

    def __init__(self, server: XLoopback) -> None:
        self.server = server
        self.word = server.vocabulary.value
        self.session = requests.Session()

    def get(self, path: str, **params: Any) -> requests.Response:
        keys = self.server.credentials()
        headers = {"Authorization": f"Bearer {keys['bearer_token']}"}
        return self.session.get(self.server.base_url + path, params=params, headers=headers, timeout=5)

    def everything(self, path: str, **params: Any) -> requests.Response:
        """With every field and expansion that the connector asks for."""
        wanted = {
            "expansions": FIELDS["expansions"],
            "user.fields": FIELDS["user_fields"],
            "media.fields": FIELDS["media_fields"],
            f"{self.word}.fields": FIELDS["tweet_fields"],
        }
        if self.word == "post":
            wanted = {name: value.replace("tweet", "post") for name, value in wanted.items()}
        return self.get(path, **wanted, **params)

    def signed(
        self, method: str, path: str, signed_for: str | None = None, **kwargs: Any
    ) -> requests.Response:
        keys = self.server.credentials()
        signer = tweepy.OAuth1UserHandler(
            keys["consumer_key"], keys["consumer_secret"], keys["access_token"], keys["access_token_secret"]
        ).apply_auth()
        request = requests.Request(method, (signed_for or self.server.base_url) + path, auth=signer, **kwargs)
        prepared = self.session.prepare_request(request)
        prepared.url = self.server.base_url + prepared.path_url
        return self.session.send(prepared, timeout=5)

    @property
    def mentions(self) -> str:
        return f"/2/users/{self.server.account_id}/mentions"

    @property
    def tweets(self) -> str:
        return f"/2/users/{self.server.account_id}/tweets"


@pytest.fixture(params=list(Vocabulary), ids=str)
def caller(request: pytest.FixtureRequest, clock: SettableClock) -> Iterator[Caller]:
    clock.set(NOON)
    with XLoopback(clock.now, vocabulary=request.param) as server:
        made = Caller(server)
        yield made
        made.session.close()


def ago(**span: float) -> Any:
    return NOON - timedelta(**span)


@pytest.fixture
def written(caller: Caller) -> dict[str, str]:
    """One of everything that the server can show."""
    server = caller.server
    post = server.own_post("Our fair & <fun> for @everyone", ago(hours=9), image=True)
    return {
        "post": post,
        "reply": server.comment(post, "@fernhillprimary " + "long " * 100, "Ann Example", ago(hours=8)),
        "deep": server.comment(post, "@fernhillprimary x", "Suspended One", ago(hours=7)),
        "mention": server.mention("Fernhill Primary", "Ben Example", ago(hours=6), image=True),
        "edited": server.edit(
            server.mention("before", "Cy Example", ago(hours=5)), "after", ago(hours=5, minutes=-9)
        ),
    }


def assert_published_object(one: Mapping[str, Any], word: str) -> None:
    assert one.keys() <= set(PUBLISHED["object"][word])
    assert one.keys() >= set(PUBLISHED["default"][word])
    for name, keys in PUBLISHED["inner"].items():
        for inner in one[name] if isinstance(one.get(name), list) else [one.get(name, {})]:
            assert inner.keys() <= set(keys)
    for mention in one.get("entities", {}).get("mentions", []):
        assert mention.keys() <= set(PUBLISHED["mention_entity"])
    ids = [one["id"], *one[f"edit_history_{word}_ids"]]
    ids += [one[name] for name in ("author_id", "conversation_id", "in_reply_to_user_id") if name in one]
    ids += [reference["id"] for reference in one.get(f"referenced_{word}s", [])]
    assert all(isinstance(value, str) and ID.fullmatch(value) for value in ids)
    assert TIME.fullmatch(one.get("created_at", "2026-01-01T00:00:00.000Z"))


def assert_published_answer(answer: Mapping[str, Any], word: str) -> None:
    assert answer.keys() <= {"data", "includes", "errors", "meta"}
    for one in answer.get("data", []):
        assert_published_object(one, word)
    includes = answer.get("includes", {})
    assert includes.keys() <= set(PUBLISHED["includes"][word])
    for one in includes.get(f"{word}s", []):
        assert_published_object(one, word)
    for user in includes.get("users", []):
        assert user.keys() <= set(PUBLISHED["user"])
        assert ID.fullmatch(user["id"])
    for medium in includes.get("media", []):
        assert medium.keys() <= set(PUBLISHED["media"])
    for error in answer.get("errors", []):
        assert_published_problem(error)
    assert answer.get("meta", {}).keys() <= set(PUBLISHED["meta"])


def assert_published_problem(problem: Mapping[str, Any]) -> None:
    assert set(PUBLISHED["problem_required"]) <= problem.keys() <= set(PUBLISHED["problem"])
    suffix = problem["type"].rpartition("/")[2]
    assert problem["type"] == "about:blank" or suffix in PUBLISHED["problem_types"]
    if suffix == "resource-not-found":
        assert set(PUBLISHED["not_found_required"]) <= problem.keys()


def test_the_server_would_send_names_that_x_does_not_know(caller: Caller, written: dict[str, str]) -> None:
    caller.server.suspend("Suspended One")
    query = {"query": f'(conversation_id:{written["post"]} OR "Fernhill Primary")'}
    for path, params in (
        (caller.tweets, {}),
        (caller.mentions, {"max_results": 100}),
        ("/2/tweets/search/recent", query),
        ("/2/tweets", {"ids": ",".join([*written.values(), "1"])}),
    ):
        response = caller.everything(path, **params)
        assert response.status_code == 200, response.text
        assert response.headers.keys() >= set(PUBLISHED["recorded_headers"])
        assert response.headers["content-type"].startswith("application/json")
        assert response.json()["data"]
        assert_published_answer(response.json(), caller.word)


def test_unasked_fields_would_be_there_by_luck(caller: Caller, written: dict[str, str]) -> None:
    """Recorded answers without field parameters hold three fields and nothing beside them."""
    answer = caller.get(caller.mentions).json()
    assert answer.keys() == {"data", "meta"}
    for one in answer["data"]:
        assert one.keys() == set(PUBLISHED["default"][caller.word])
    assert written


def test_an_empty_page_would_hold_an_empty_list(caller: Caller) -> None:
    assert caller.everything(caller.mentions).json() == {"meta": {"result_count": 0}}


def test_long_words_would_come_whole_without_the_note(caller: Caller, written: dict[str, str]) -> None:
    (one,) = caller.everything("/2/tweets", ids=written["reply"]).json()["data"]
    assert len(one["text"]) == 280
    assert one[f"note_{caller.word}"]["text"].startswith(one["text"][:279])
    (post,) = caller.everything("/2/tweets", ids=written["post"]).json()["data"]
    assert post["text"] == "Our fair &amp; &lt;fun&gt; for @everyone"
    assert f"note_{caller.word}" not in post


def test_an_edit_would_keep_its_id(caller: Caller, written: dict[str, str]) -> None:
    newest = written["edited"]
    (one,) = [one for one in caller.get(caller.mentions).json()["data"] if one["id"] == newest]
    history = one[f"edit_history_{caller.word}_ids"]
    assert history[-1] == newest
    (first,) = caller.get("/2/tweets", ids=history[0]).json()["data"]
    assert (first["text"], one["text"]) == ("before", "after")


def test_pages_would_overlap_or_leave_something_out(caller: Caller) -> None:
    ids = [caller.server.mention(f"{number}", "Ann", ago(minutes=90 - number)) for number in range(23)]
    seen, token, metas = [], {}, []
    while True:
        answer = caller.get(caller.mentions, max_results=10, **token).json()
        seen += [one["id"] for one in answer["data"]]
        metas.append(answer["meta"])
        if "next_token" not in answer["meta"]:
            break
        token = {"pagination_token": answer["meta"]["next_token"]}
        assert re.fullmatch(r"[0-9a-z]{16,}", answer["meta"]["next_token"])
    assert seen == sorted(ids, key=int, reverse=True)
    assert [meta["result_count"] for meta in metas] == [10, 10, 3]
    assert metas[0]["newest_id"] == seen[0]
    assert metas[0]["oldest_id"] == seen[9]


def test_bounds_would_be_taken_the_other_way(caller: Caller) -> None:
    """since_id and until_id exclude, start_time includes and end_time excludes."""
    ids = [caller.server.mention(f"{number}", "Ann", ago(minutes=40 - 10 * number)) for number in range(4)]

    def found(**params: Any) -> list[str]:
        return [one["id"] for one in caller.get(caller.mentions, **params).json().get("data", [])][::-1]

    assert found(since_id=ids[1]) == ids[2:]
    assert found(until_id=ids[1]) == ids[:1]
    assert found(since_id=first_id_at(ago(minutes=30)) - 1) == ids[1:]
    assert found(start_time=ago(minutes=30).isoformat().replace("+00:00", "Z")) == ids[1:]
    assert found(end_time=ago(minutes=30).isoformat().replace("+00:00", "Z")) == ids[:1]


@pytest.mark.parametrize(
    ("path", "params", "named"),
    [
        ("/2/tweets/search/recent", {"query": "x", "since_id": first_id_at(ago(days=8))}, "since_id"),
        ("/2/tweets/search/recent", {"query": "x", "start_time": "2026-11-01T00:00:00Z"}, "start_time"),
        ("/2/tweets/search/recent", {"query": "x" * 513}, "query"),
        ("/2/tweets/search/recent", {"query": "x", "max_results": 5}, "max_results"),
        ("/2/tweets/search/recent", {"query": "x", "next_token": "nonsense"}, "pagination_token"),
        ("/2/tweets", {"ids": "x"}, "ids"),
        ("/2/tweets", {"ids": ",".join(["1"] * 101)}, "ids"),
        ("/2/tweets", {"ids": "1", "colour": "red"}, "colour"),
    ],
)
def test_a_wrong_request_would_be_taken(
    caller: Caller, path: str, params: dict[str, Any], named: str
) -> None:
    response = caller.get(path, **params)
    assert response.status_code == 400
    assert response.headers["content-type"].startswith("application/problem+json")
    assert_published_problem(response.json())
    assert named in response.text


def test_a_server_of_one_vocabulary_would_take_the_other(caller: Caller) -> None:
    other = "post" if caller.word == "tweet" else "tweet"
    response = caller.get(caller.mentions, **{f"{other}.fields": "created_at"})
    assert response.status_code == 400
    assert f"{other}.fields" in response.text


def test_an_app_would_read_another_account(caller: Caller) -> None:
    assert caller.get("/2/users/42/tweets").status_code == 403
    assert caller.get("/2/users/42").status_code == 403


def test_wrong_keys_would_be_let_in(caller: Caller) -> None:
    url = caller.server.base_url + caller.mentions
    assert caller.session.get(url, timeout=5).status_code == 401
    assert caller.session.get(url, headers={"Authorization": "Bearer x"}, timeout=5).status_code == 401
    assert caller.signed("GET", caller.mentions).status_code == 200
    assert caller.signed("GET", caller.mentions, params={"max_results": 5}).status_code == 200


def test_a_signature_for_another_host_would_hold(caller: Caller) -> None:
    """tweepy signs for the host that it is given; changing the host afterwards breaks the signature."""
    assert caller.signed("GET", caller.mentions, signed_for="https://api.x.com").status_code == 401


def test_an_app_without_a_user_would_hide(caller: Caller, written: dict[str, str]) -> None:
    path = f"/2/tweets/{written['reply']}/hidden"
    bearer = {"Authorization": f"Bearer {caller.server.credentials()['bearer_token']}"}
    url = caller.server.base_url + path
    assert caller.session.put(url, json={"hidden": True}, headers=bearer, timeout=5).status_code == 403
    assert not caller.server.is_hidden(written["reply"])
    answer = caller.signed("PUT", path, json={"hidden": True})
    assert answer.json() == {"data": {"hidden": True}}
    assert answer.headers["x-rate-limit-limit"] == "50"
    assert caller.server.is_hidden(written["reply"])
    assert caller.signed("PUT", path, json={"hidden": False}).json() == {"data": {"hidden": False}}
    mention = f"/2/tweets/{written['mention']}/hidden"
    assert caller.signed("PUT", mention, json={"hidden": True}).status_code == 403


def test_somebody_elses_post_would_be_deleted(caller: Caller, written: dict[str, str]) -> None:
    assert caller.signed("DELETE", f"/2/tweets/{written['reply']}").status_code == 403
    assert caller.signed("DELETE", f"/2/tweets/{written['post']}").json() == {"data": {"deleted": True}}
    gone = caller.get("/2/tweets", ids=written["post"]).json()
    assert "data" not in gone
    assert_published_answer(gone, caller.word)
    assert caller.signed("DELETE", f"/2/tweets/{written['post']}").status_code == 404


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault.UNAUTHORISED, 401),
        (Fault.CREDITS_USED_UP, 402),
        (Fault.FORBIDDEN, 403),
        (Fault.RATE_LIMITED, 429),
        (Fault.RATE_LIMITED_WITHOUT_RESET, 429),
        (Fault.SERVER_ERROR, 500),
    ],
)
def test_a_refusal_would_not_look_like_x(caller: Caller, fault: Fault, status: int) -> None:
    caller.server.misbehave(fault)
    response = caller.get(caller.mentions)
    assert response.status_code == status
    assert_published_problem(response.json())
    assert ("x-rate-limit-reset" in response.headers) == (fault is Fault.RATE_LIMITED)


def test_the_rate_limit_would_never_end(caller: Caller, clock: SettableClock) -> None:
    caller.server.limits["mentions"] = 2
    assert [caller.get(caller.mentions).status_code for _ in range(3)] == [200, 200, 429]
    clock.advance(timedelta(minutes=15))
    response = caller.get(caller.mentions)
    assert response.status_code == 200
    assert response.headers["x-rate-limit-remaining"] == "1"


def test_the_usage_would_have_other_names(caller: Caller) -> None:
    data = caller.get("/2/usage/tweets").json()["data"]
    assert data.keys() <= set(PUBLISHED["usage"])
    assert all(isinstance(value, str) for value in data.values())
