"""Searches: the school may look for itself and never for a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.search_terms import LONGEST, SchoolNames, refusal

SCHOOL = SchoolNames.of(
    ("Fernhill Primary & Nursery School", "St Bréanne's", "The Academy"), ("fernhillprimary",)
)


@pytest.mark.parametrize(
    "term",
    [
        '"Fernhill Primary"',
        "fernhill",
        "FERNHILL primary -is:retweet lang:en",
        '"fernhill school" OR #FernhillPrimary',
        "@fernhillprimary -from:fernhillprimary",
        '(fernhill OR "st breanne\'s") (parents OR head)',
        '"St Breannes"',
        '"The Academy"',
        "url:fernhillprimary.sch.uk",
        "to:fernhillprimary",
        "fernhill OR (head #fernhillprimary)",
    ],
)
def test_a_search_for_the_school_would_be_refused(term: str) -> None:
    assert refusal(term, SCHOOL) is None


@pytest.mark.parametrize(
    "term",
    [
        "from:jbloggs",
        "fernhill from:jbloggs",
        "fernhill (-lang:cy FROM:jbloggs)",
        "fernhill list:12345",
        "retweets_of:jbloggs fernhill",
    ],
)
def test_a_search_would_follow_one_person(term: str) -> None:
    assert "must not follow a person" in (refusal(term, SCHOOL) or "")


@pytest.mark.parametrize(
    "term",
    [
        "J Bloggs",
        "primary school",
        "the academy",
        "fernhill OR bloggs",
        "bloggs | fernhill",
        "(fernhill OR bloggs) teacher",
        "-fernhill bloggs",
        "-(fernhill) bloggs",
        "lang:fernhill bloggs",
        "to:bloggs",
        "fernhill) OR (bloggs",
        "fernhill OR",
        "",
        "()",
        "🙂",
        "fern hill",
        "x" * (LONGEST + 1),
        "(" * 400 + "fernhill",
    ],
)
def test_a_search_would_bring_in_people_who_never_spoke_of_the_school(term: str) -> None:
    assert refusal(term, SCHOOL)


@given(st.text("fernhilOR ()|-:\"#@'é\x00", max_size=40))
def test_an_odd_search_would_stop_the_settings_from_loading(term: str) -> None:
    refusal(term, SCHOOL)


@given(st.text(max_size=60).filter(lambda text: "fernhill" not in text.casefold()))
def test_any_words_without_a_name_of_the_school_would_pass(words: str) -> None:
    assert refusal(words, SchoolNames.of(("Fernhill Primary",)))


@given(
    st.lists(st.sampled_from(["fernhill", "#fernhill", '"at fernhill"']), min_size=1, max_size=5), st.data()
)
def test_one_alternative_without_the_school_would_open_the_search_to_everybody(
    named: list[str], data: st.DataObject
) -> None:
    assert refusal(" OR ".join(named), SCHOOL) is None
    at = data.draw(st.integers(0, len(named)))
    assert refusal(" OR ".join([*named[:at], "bloggs", *named[at:]]), SCHOOL)


def test_a_school_with_no_name_of_its_own_would_be_watched_by_the_word_school() -> None:
    assert refusal("primary", SchoolNames.of(("The Primary School",)))
    assert refusal('"The Primary School"', SchoolNames.of(("The Primary School",))) is None
