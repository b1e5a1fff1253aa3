"""By what words and addresses are known again: too loose makes strangers kin, too strict misses a copy."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import plugins
from monitor.pipeline.incidents.marks import addresses_in, place_of, plain_words

WORDS = "Mr G is a liar and a thief"


@pytest.mark.parametrize(
    "dressed",
    [
        "Mr. G is a LIAR, and a thief!!!",
        "@fernhillprimary mr g is a l1ar and a th1ef https://x.com/a/status/1",
        "Mr G is a l\N{CYRILLIC SMALL LETTER BYELORUSSIAN-UKRAINIAN I}ar   and a thief",
        "Mr G is a liiiiar and a thief \N{POUTING FACE}",
    ],
)
def test_the_same_words_in_another_dress_would_pass_for_others(dressed: str) -> None:
    assert plain_words(dressed) == plain_words(WORDS)


def test_other_words_would_pass_for_the_same() -> None:
    assert plain_words("Mr G is no liar and no thief") != plain_words(WORDS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://twitter.com/a/status/17?s=20", "https://x.com/i/web/status/17"),
        ("http://www.blog.example/a/", "https://blog.example/a?utm_source=x&fbclid=1"),
        ("https://m.facebook.com/p/posts/1?mibextid=z", "https://www.facebook.com/p/posts/1"),
        ("https://l.facebook.com/l.php?u=https%3A%2F%2Fblog.example%2Fa&h=AT", "blog.example/a"),
    ],
)
def test_one_place_by_two_addresses_would_pass_for_two(one: str, other: str) -> None:
    assert place_of(one) == place_of(other) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://x.com/a/status/17", "https://x.com/a/status/18"),
        ("https://forum.example/viewtopic.php?f=2&t=1", "https://forum.example/viewtopic.php?f=2&t=2"),
        ("https://www.facebook.com/p?comment_id=1", "https://www.facebook.com/p?comment_id=2"),
    ],
)
def test_two_places_would_pass_for_one(one: str, other: str) -> None:
    assert place_of(one) != place_of(other)


@pytest.mark.parametrize(
    "address", ["https://fernhill.example", "http://fernhill.example/", "", "http://[::1", "x"]
)
def test_a_home_page_would_make_all_who_name_the_school_kin(address: str) -> None:
    assert place_of(address) is None


@given(st.text())
def test_an_address_that_is_none_would_stop_the_watch(text: str) -> None:
    assert place_of(text) is None or "/" in str(place_of(text)) or "?" in str(place_of(text))
    assert all(address in text for address in addresses_in(text))


def test_what_x_shortens_quotes_or_passes_on_would_not_be_seen() -> None:
    post = {
        "entities": {"urls": [{"url": "https://t.co/a", "expanded_url": "https://blog.example/a"}]},
        "note_tweet": {
            "entities": {"urls": [{"url": "https://t.co/b", "unwound_url": "https://blog.example/b"}]}
        },
        "referenced_tweets": [{"type": "quoted", "id": "17"}, {"type": "replied_to", "id": "18"}],
    }
    assert set(plugins()["x"].links_in(json.dumps(post).encode())) == {
        "https://blog.example/a",
        "https://blog.example/b",
        "https://x.com/i/web/status/17",
    }
    assert plugins()["x"].links_in(b"{}") == ()


def test_what_a_facebook_post_attaches_would_not_be_seen() -> None:
    post = {"attachments": {"data": [{"type": "share", "url": "https://blog.example/a"}]}}
    assert plugins()["facebook"].links_in(json.dumps(post).encode()) == ("https://blog.example/a",)
    comment = {"attachment": {"type": "share", "url": "https://blog.example/b"}}
    assert plugins()["facebook"].links_in(json.dumps(comment).encode()) == ("https://blog.example/b",)
