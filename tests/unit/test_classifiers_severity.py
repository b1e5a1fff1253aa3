"""Urgency from labels and flags (NEU 10.2, Queen's Crescent 2.7.4)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.severity import Signs, severity_of
from config.words import Flag, Label, Severity

A, D, P = Label.ABUSE, Label.DEFAMATION, Label.PUPIL_INFORMATION


@pytest.mark.parametrize(
    ("labels", "flags", "signs", "severity"),
    [
        (set(), set(), Signs(), Severity.NONE),
        (set(), {Flag.ALLEGATION_CRIME}, Signs(), Severity.NONE),
        (set(), {Flag.INSULT}, Signs(), Severity.LOW),
        ({A}, {Flag.INSULT}, Signs(), Severity.MEDIUM),
        ({D}, {Flag.STAFF_TARGET}, Signs(), Severity.MEDIUM),
        ({P}, set(), Signs(), Severity.MEDIUM),
        ({P}, set(), Signs(sensitive_detail=True), Severity.HIGH),
        ({A}, {Flag.HARASSMENT}, Signs(published_whereabouts=True), Severity.HIGH),
        ({A}, {Flag.HATE}, Signs(), Severity.HIGH),
        ({D}, {Flag.ALLEGATION_CRIME, Flag.STAFF_TARGET}, Signs(), Severity.HIGH),
        (set(), {Flag.THREAT}, Signs(), Severity.HIGH),
        ({A}, {Flag.THREAT}, Signs(life_at_risk=True), Severity.CRITICAL),
        (set(), {Flag.SAFEGUARDING}, Signs(), Severity.CRITICAL),
        (set(), {Flag.INDECENT_IMAGE}, Signs(), Severity.CRITICAL),
        ({A}, {Flag.SELF_HARM_ENCOURAGEMENT}, Signs(), Severity.CRITICAL),
    ],
)
def test_an_urgent_matter_would_wait_or_a_small_one_would_wake_the_head(
    labels: set[Label], flags: set[Flag], signs: Signs, severity: Severity
) -> None:
    assert severity_of(labels, flags, signs) is severity


@given(st.sets(st.sampled_from(Label)), st.sets(st.sampled_from(Flag)), st.sampled_from(Flag))
def test_one_more_flag_would_make_a_matter_less_urgent(
    labels: set[Label], flags: set[Flag], more: Flag
) -> None:
    assert severity_of(labels, flags | {more}, Signs()).rank >= severity_of(labels, flags, Signs()).rank


@given(st.sets(st.sampled_from(Label), min_size=1), st.sets(st.sampled_from(Flag)))
def test_a_labelled_comment_would_count_as_nothing(labels: set[Label], flags: set[Flag]) -> None:
    severity = severity_of(labels, flags, Signs())
    assert severity.rank >= Severity.MEDIUM.rank
