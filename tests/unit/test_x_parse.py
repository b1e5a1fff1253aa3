"""X's posts become items without losing, changing or guessing anything."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Watch
from config.words import Surface
from connectors.errors import ProtocolDrift
from connectors.interface import Author, Item, Stream
from connectors.x.ids import time_of
from connectors.x.parse import Reader, canonical, read_batch

US = "1700000000000000001"
THEM = "4242"
READER = Reader(US, "fernhillprimary")
STREAM = Stream(Watch.MENTIONS, US)
ROOT = "2121845651665846273"
REPLY = "2121996646609846274"
EDIT = "2121997646609846275"

TWEET = {
    "history": "edit_history_tweet_ids",
    "referenced": "referenced_tweets",
    "note": "note_tweet",
    "sent": "tweets",
}
POST = {
    "history": "edit_history_post_ids",
    "referenced": "referenced_posts",
    "note": "note_post",
    "sent": "posts",
}


def read(
    post: dict[str, Any], includes: dict[str, Any] | None = None, roots: frozenset[str] = frozenset()
) -> Item:
    batch = read_batch({"data": [post], "includes": includes or {}})
    return READER.item(batch.posts[0], batch, STREAM, roots)


@pytest.mark.parametrize("words", [TWEET, POST], ids=["tweet", "post"])
def test_the_other_vocabulary_would_lose_the_long_text_or_the_parent(words: dict[str, str]) -> None:
    post = {
        "id": EDIT,
        "text": "short…",
        words["note"]: {"text": "the whole of it &amp; more"},
        words["history"]: [EDIT, REPLY],
        words["referenced"]: [{"type": "replied_to", "id": ROOT}],
        "conversation_id": ROOT,
        "in_reply_to_user_id": US,
        "author_id": THEM,
        "created_at": "2026-11-16T03:00:00.000Z",
    }
    includes = {
        "users": [{"id": THEM, "name": "Ann E.", "username": "ann"}],
        words["sent"]: [{"id": ROOT, "text": "Our fair", "author_id": US}],
    }
    item = read(post, includes)
    assert item.text == "the whole of it & more"
    assert (item.external_id, item.version) == (REPLY, EDIT)
    assert item.posted_at == time_of(int(REPLY))
    assert item.edited_at is not None
    assert item.edited_at.isoformat() == "2026-11-16T03:00:00+00:00"
    assert item.parent_id == ROOT
    assert item.root_id == ROOT
    assert item.context == "Our fair"
    assert item.surface is Surface.COMMENT_ON_OWN_POST
    assert item.author == Author(THEM, "ann", "Ann E.")
    assert item.url == f"https://x.com/ann/status/{EDIT}"


def test_a_suspended_author_would_be_guessed() -> None:
    assert read({"id": REPLY, "text": "x", "author_id": THEM}).author == Author(THEM, None, None)
    assert read({"id": REPLY, "text": "x"}).author is None
    assert read({"id": REPLY, "text": "x"}).url == f"https://x.com/i/web/status/{REPLY}"


def test_a_strangers_conversation_would_count_as_the_schools() -> None:
    """Hiding works only in conversations that the school started."""
    answer_to_us_elsewhere = {
        "id": EDIT,
        "text": "x",
        "author_id": THEM,
        "conversation_id": "2121000000000000000",
        "in_reply_to_user_id": US,
        "referenced_tweets": [{"type": "replied_to", "id": ROOT}],
    }
    assert read(answer_to_us_elsewhere).surface is Surface.MENTION
    deep = {**answer_to_us_elsewhere, "conversation_id": ROOT, "in_reply_to_user_id": "5"}
    deep["referenced_tweets"] = [{"type": "replied_to", "id": REPLY}]
    assert read(deep).surface is Surface.MENTION
    assert read(deep, roots=frozenset({ROOT})).surface is Surface.COMMENT_ON_OWN_POST


def test_our_own_words_would_be_judged_as_somebody_elses() -> None:
    item = read({"id": REPLY, "text": "x", "author_id": US})
    assert item.school_is_author
    assert item.surface is Surface.OWN_POST
    assert item.url == f"https://x.com/fernhillprimary/status/{REPLY}"


def test_a_quoted_post_would_not_be_shown_as_context() -> None:
    post = {"id": EDIT, "text": "look", "referenced_tweets": [{"type": "quoted", "id": ROOT}]}
    item = read(post, {"tweets": [{"id": ROOT, "text": "the quoted words"}]})
    assert item.context == "the quoted words"
    assert item.parent_id is None


def test_a_picture_without_its_details_would_go_unmentioned() -> None:
    post = {"id": REPLY, "text": "", "attachments": {"media_keys": ["3_1", "7_2"]}}
    media = [{"media_key": "7_2", "type": "video", "preview_image_url": "https://p", "alt_text": "a film"}]
    item = read(post, {"media": media})
    assert [(one.kind, one.url, one.alt_text) for one in item.media] == [
        ("unknown", None, None),
        ("video", "https://p", "a film"),
    ]


@pytest.mark.parametrize(
    "post",
    [
        {},
        {"id": REPLY},
        {"text": "x"},
        {"id": 5, "text": "x"},
        {"id": "x", "text": "x"},
        {"id": REPLY, "text": 3},
    ],
)
def test_a_post_without_id_or_text_would_become_an_empty_item(post: dict[str, Any]) -> None:
    with pytest.raises(ProtocolDrift):
        read(post)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "id", "text", "author_id", "created_at", "conversation_id", "in_reply_to_user_id", "attachments",
    "note_tweet", "note_post", "referenced_tweets", "referenced_posts", "edit_history_tweet_ids",
]  # fmt: skip


@given(
    st.dictionaries(st.sampled_from(KEYS), json_values),
    st.dictionaries(st.sampled_from(["users", "media", "tweets", "posts"]), json_values),
    json_values,
)
def test_a_strange_answer_would_raise_something_else(post: Any, includes: Any, meta: Any) -> None:
    batch = read_batch({"data": [{"id": REPLY, "text": "x"} | post], "includes": includes, "meta": meta})
    try:
        item = READER.item(batch.posts[0], batch, STREAM, frozenset())
    except ProtocolDrift:
        return
    assert item.raw


@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=30))
def test_the_raw_object_would_not_give_the_words_back(words: str) -> None:
    """Lone surrogates and NUL too: what is sealed must be readable as what came."""
    raw = canonical({"text": words, "id": "1"})
    assert json.loads(raw.decode("utf-8")) == {"text": words, "id": "1"}
    assert raw == canonical(json.loads(raw.decode("utf-8")))
