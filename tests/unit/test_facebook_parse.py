"""What Graph sends, as Items."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.schema import Watch
from config.words import Surface
from connectors.facebook.parse import (
    Unreadable,
    canonical,
    comment_item,
    post_item,
    version_of,
)
from connectors.interface import Stream

PAGE = "104857600000042"
OWN_POSTS = Stream(Watch.OWN_POSTS, PAGE)
COMMENTS = Stream(Watch.COMMENTS, PAGE)
COMMENT = {
    "id": "88_99",
    "message": "See you at the fair!",
    "created_time": "2026-06-20T08:00:00+0100",
    "from": {"id": "777", "name": "A. Parent"},
    "permalink_url": "https://www.facebook.com/88?comment_id=99",
}


def test_an_unreadable_time_would_lose_what_the_platform_wrote() -> None:
    item = comment_item(COMMENT | {"created_time": "soon"}, COMMENTS, PAGE, post_id="1_88", context=None)
    assert (item.posted_at, item.posted_at_raw) == (None, "soon")


def test_a_comment_would_lose_its_place_and_writer() -> None:
    item = comment_item(COMMENT, COMMENTS, PAGE, post_id=f"{PAGE}_88", context="The fair is on Saturday.")
    assert item.external_id == "88_99"
    assert item.text == "See you at the fair!"
    assert item.surface is Surface.COMMENT_ON_OWN_POST
    assert (item.parent_id, item.root_id) == (f"{PAGE}_88", f"{PAGE}_88")
    assert item.context == "The fair is on Saturday."
    assert item.author is not None
    assert (item.author.native_id, item.author.display_name) == ("777", "A. Parent")
    assert item.url == "https://www.facebook.com/88?comment_id=99"
    assert item.on_own_account
    assert not item.school_is_author


def test_a_reply_would_be_taken_for_an_answer_to_the_post() -> None:
    reply = COMMENT | {"parent": {"id": "88_98"}}
    item = comment_item(reply, COMMENTS, PAGE, post_id=f"{PAGE}_88", context=None)
    assert (item.parent_id, item.root_id) == ("88_98", f"{PAGE}_88")


def test_a_tagged_post_without_a_writer_would_be_pinned_on_somebody() -> None:
    row = {"id": "5_6", "message": "Hello", "created_time": "2026-06-20T08:00:00+0000"}
    item = post_item(row, Stream(Watch.MENTIONS, PAGE), PAGE, Surface.TAGGED_POST)
    assert item.author is None
    assert not item.on_own_account
    assert not item.school_is_author
    assert item.url == "https://www.facebook.com/5_6"


def test_the_schools_own_words_would_be_taken_for_a_strangers() -> None:
    row = COMMENT | {"from": {"id": PAGE, "name": "School"}}
    assert comment_item(row, COMMENTS, PAGE, post_id=None, context=None).school_is_author


@pytest.mark.parametrize(
    "row", [None, [], "text", {}, {"id": 5, "created_time": "x"}, {"id": "5"}, {"id": ""}]
)
def test_an_entry_without_id_or_time_would_be_stored_as_a_comment(row: object) -> None:
    with pytest.raises(Unreadable):
        comment_item(row, COMMENTS, PAGE, post_id=None, context=None)


def test_a_comment_of_a_picture_only_would_vanish() -> None:
    row = {key: value for key, value in COMMENT.items() if key != "message"} | {
        "attachment": {
            "type": "photo",
            "url": "https://www.facebook.com/photo.php?fbid=1",
            "title": "Photo",
            "media": {"image": {"src": "https://cdn.example/1.jpg", "height": 1, "width": 1}},
        }
    }
    item = comment_item(row, COMMENTS, PAGE, post_id=None, context=None)
    assert item.text == ""
    assert item.has_media
    assert [(one.kind, one.url, one.alt_text) for one in item.media] == [
        ("photo", "https://cdn.example/1.jpg", "Photo")
    ]


def test_the_pictures_of_an_album_would_be_counted_as_one() -> None:
    pictures = [{"type": "photo", "media": {"image": {"src": f"https://cdn.example/{n}"}}} for n in range(3)]
    album = {
        "media_type": "album",
        "url": "https://www.facebook.com/album",
        "subattachments": {"data": pictures},
    }
    row = COMMENT | {"id": f"{PAGE}_88", "attachments": {"data": [album]}}
    item = post_item(row, OWN_POSTS, PAGE, Surface.OWN_POST)
    assert [one.url for one in item.media] == [f"https://cdn.example/{n}" for n in range(3)]


@given(st.text(st.characters(), max_size=60), st.text(st.characters(), max_size=60))
def test_two_wordings_would_share_a_version(first: str, second: str) -> None:
    assert (version_of(first) == version_of(second)) == (first == second)
    assert len(version_of(first)) == 16


@pytest.mark.parametrize(
    "text", ["\ud83d alone", "nul \x00 here", "\u202eright to left", "t\u200beacher", "x" * 100_000, "😡"]
)
def test_hostile_characters_would_be_changed_or_stop_the_poll(text: str) -> None:
    item = comment_item(COMMENT | {"message": text}, COMMENTS, PAGE, post_id=None, context=None)
    assert item.text == text
    assert json.loads(item.raw)["message"] == text
    item.raw.decode("utf-8")


@given(
    st.dictionaries(st.text(st.characters(), max_size=5), st.text(st.characters(), max_size=20), max_size=4)
)
def test_the_sealed_object_would_not_be_the_one_that_was_sent(entry: dict[str, str]) -> None:
    assert json.loads(canonical(entry).decode("utf-8")) == entry
    assert canonical(entry) == canonical(dict(reversed(entry.items())))
