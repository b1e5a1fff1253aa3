"""Walking along Graph's edges, whatever the answers say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import ProtocolDrift
from connectors.facebook.paging import Outcome, Walk, next_position, rows

NEXT = "https://graph.facebook.com/v26.0/1/published_posts?access_token=EAAsecret&limit=50&after=QVFI"


def test_a_short_or_empty_page_would_end_the_reading() -> None:
    assert next_position({"data": [], "paging": {"next": NEXT}}) == {"after": "QVFI"}


def test_the_last_page_would_be_asked_for_ever() -> None:
    """Graph gives cursors on the last page too; only `next` says that there is more."""
    assert next_position({"data": [], "paging": {"cursors": {"before": "a", "after": "b"}}}) is None
    assert next_position({"data": []}) is None


def test_the_token_or_a_foreign_host_would_be_taken_from_next() -> None:
    stranger = NEXT.replace("graph.facebook.com", "elsewhere.example") + "&fields=email&redirect=1"
    assert next_position({"paging": {"next": stranger}}) == {"after": "QVFI"}


def test_paging_by_time_would_stop_after_one_page() -> None:
    address = "https://graph.facebook.com/v26.0/1/tagged?until=1700000000&__paging_token=enc_A&limit=5"
    assert next_position({"paging": {"next": address}}) == {"__paging_token": "enc_A", "until": "1700000000"}


def test_a_next_without_a_place_would_read_the_first_page_for_ever() -> None:
    address = "https://graph.facebook.com/v26.0/1/tagged?limit=5"
    assert next_position({"paging": {"next": address, "cursors": {"after": "C"}}}) == {"after": "C"}
    with pytest.raises(ProtocolDrift):
        next_position({"paging": {"next": address}})


@pytest.mark.parametrize("answer", [{}, {"data": None}, {"data": {}}, {"data": "x"}])
def test_an_answer_without_a_list_would_count_as_nothing_new(answer: dict[str, object]) -> None:
    with pytest.raises(ProtocolDrift):
        rows(answer)


@pytest.mark.parametrize("address", ["http://[broken", "", "::::", "//?after=x"])
def test_a_spoilt_next_would_crash_the_poll(address: str) -> None:
    answer = {"paging": {"next": address, "cursors": {"after": "C"}}}
    assert next_position(answer) in ({"after": "C"}, {"after": "x"})


def test_one_repeated_page_would_end_the_walk_and_lose_the_rest() -> None:
    walk = Walk()
    assert walk.advance({"after": "A"}) is Outcome.ONWARD
    assert walk.advance({"after": "A"}) is Outcome.AGAIN
    assert walk.position == {"after": "A"}
    assert walk.advance({"after": "B"}) is Outcome.ONWARD
    assert walk.advance(None) is Outcome.ENDED


@given(st.lists(st.sampled_from("ABCDEF").map(lambda name: {"after": name}), max_size=40))
def test_a_server_that_goes_round_in_circles_would_hold_the_poll_for_ever(
    answers: list[dict[str, str]],
) -> None:
    """A walk asks for each place at most twice, so it ends within twice the number of places and one."""
    walk, asked = Walk(), 0
    for found in answers:
        asked += 1
        walk = Walk.model_validate_json(walk.model_dump_json())
        if walk.advance(found) is Outcome.STUCK:
            break
    distinct = len({found["after"] for found in answers})
    assert asked <= 2 * distinct + 2
