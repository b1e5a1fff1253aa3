"""What schools meet, function by function: harm that must be found beside its harmless look-alikes.

The lines stand in `test_functional_suite.toml` and are trained on by nothing. `LEAST` is the share of right
answers that the shipped models must reach: raise it whenever they get better. Run with `-s` to see the table.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

import pytest

from classifiers.interface import Comment, Judgement, Register, StaffMember
from classifiers.judge import load_judge
from config.words import Flag, Label

SCHOOL = Register(
    school_name="Linnet Vale School",
    also_known_as=("Linnet Vale",),
    staff=(
        StaffMember("S1", "Mrs", "Corinne", "Delacourt", "Headteacher"),
        StaffMember("S2", "Mr", "Piers", "Haverstock", "PE Teacher"),
        StaffMember("S3", "Miss", "Bola", "Adeyemi-Rowe", "Teacher"),
    ),
)

LEAST: dict[str, float] = {
    "hate_derogation": 0.56,
    "hate_dehumanising": 1.00,
    "hate_threats": 0.49,
    "hate_without_a_slur": 1.00,
    "hate_masked_spelling": 1.00,
    "naming_a_group_kindly": 1.00,
    "speaking_of_oneself": 1.00,
    "taking_a_word_back": 0.82,
    "speaking_up_against_hate": 0.82,
    "lessons_and_news_about_hate": 1.00,
    "hating_things": 0.66,
    "insult_at_staff": 1.00,
    "insult_at_pupils": 0.82,
    "insult_among_adults": 0.82,
    "contempt_in_clean_words": 0.66,
    "friendly_banter": 1.00,
    "mocking_oneself": 1.00,
    "gentle_irony_about_the_school": 1.00,
    "fair_criticism": 1.00,
    "swearing_at_nobody": 1.00,
    "sport_and_games": 1.00,
    "stage_song_and_history": 1.00,
    "direct_threats": 0.85,
    "veiled_threats": 0.49,
    "threat_idioms": 0.85,
    "emergencies_and_drills": 1.00,
    "urging_self_harm": 0.82,
    "help_with_self_harm": 1.00,
    "a_child_in_danger": 0.49,
    "talk_of_safeguarding": 1.00,
    "sexual_remarks": 0.66,
    "bodies_without_harm": 1.00,
    "pictures_of_children": 1.00,
    "pictures_without_harm": 0.82,
    "imputing_money": 0.66,
    "imputing_harm_to_children": 1.00,
    "imputing_drink_drugs_or_misconduct": 1.00,
    "imputing_by_hint": 0.82,
    "crime_words_in_jest": 1.00,
    "allegations_elsewhere_or_official": 0.82,
    "staff_found_at_home": 0.49,
    "pile_on": 0.66,
    "reporting_abuse": 1.00,
    "everyday_talk": 1.00,
    "welsh_and_other_english_kindly": 0.85,
    "other_english_in_anger": 1.00,
}


@dataclass(frozen=True)
class Function:
    expect: str
    lines: tuple[str, ...]


FUNCTIONS = {
    name: Function(content["expect"], tuple(content["lines"]))
    for name, content in tomllib.loads(
        Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    ).items()
}


def right(judgement: Judgement, expect: str) -> bool:
    if expect == "quiet":
        return not judgement.raises
    if expect in set(Label):
        return judgement.labels[Label(expect)]
    return Flag(expect) in judgement.flags


@pytest.fixture(scope="module")
def shares() -> dict[str, float]:
    """Share of right answers of each function."""
    judge = load_judge(SCHOOL)
    found = {}
    for name, function in FUNCTIONS.items():
        judged = judge.judge([Comment(f"{name}-{at}", line) for at, line in enumerate(function.lines)])
        found[name] = sum(right(one, function.expect) for one in judged) / len(judged)
    return found


def means(shares: dict[str, float]) -> tuple[float, float]:
    """Over the functions that ask for something, and over those that ask for quiet."""
    quiet = [share for name, share in shares.items() if FUNCTIONS[name].expect == "quiet"]
    harm = [share for name, share in shares.items() if FUNCTIONS[name].expect != "quiet"]
    return sum(harm) / len(harm), sum(quiet) / len(quiet)


def table(shares: dict[str, float]) -> str:
    lines = [f"{name:38}{FUNCTIONS[name].expect:26}{share:6.2f}" for name, share in shares.items()]
    harmful, harmless = means(shares)
    return "\n".join(
        [*lines, f"{'mean of the harmful':64}{harmful:6.2f}", f"{'mean of the harmless':64}{harmless:6.2f}"]
    )


def test_a_kind_of_harm_would_be_missed_or_harmless_talk_raised(shares: dict[str, float]) -> None:
    print(f"\n{table(shares)}")  # noqa: T201 - the table is what `-s` is for
    short = {name: (share, LEAST[name]) for name, share in shares.items() if share < LEAST[name]}
    assert not short, f"function: (reached, needed) {short}\n{table(shares)}"


def test_models_that_win_a_line_here_would_lose_more_elsewhere(shares: dict[str, float]) -> None:
    harmful, harmless = means(shares)
    assert harmful >= 0.78, table(shares)
    assert harmless >= 0.94, table(shares)


def test_a_function_without_a_floor_would_go_unwatched() -> None:
    assert set(LEAST) == set(FUNCTIONS)
    assert len(FUNCTIONS) >= 25


def test_a_share_over_too_few_or_repeated_lines_would_say_nothing() -> None:
    every = [line for function in FUNCTIONS.values() for line in function.lines]
    assert len(set(every)) == len(every)
    for name, function in FUNCTIONS.items():
        assert len(function.lines) >= 6, name
        assert function.expect in {"quiet", *Label, *Flag}, name
