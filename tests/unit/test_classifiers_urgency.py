"""Labels and flags of the labelling guide, each combination with the urgency and the lane where it belongs."""

import itertools

import pytest

from alerts.ladder.matter import Matter, lane_of, priority
from classifiers.interface import Comment, Register
from classifiers.reading import Reader
from classifiers.severity import Signs, severity_of
from classifiers.signs import signs_of
from config.words import Flag, Label, Lane, Severity, Surface

A, D, P = Label.ABUSE, Label.DEFAMATION, Label.PUPIL_INFORMATION
F = Flag
LIFE = Signs(life_at_risk=True)
DELICATE = Signs(sensitive_detail=True)
FOUND = Signs(published_whereabouts=True)
READER = Reader(Register())


def lane(words: set[Label | Flag], severity: Severity, *, own: bool = False, media: bool = False) -> Lane:
    return lane_of(
        Matter(
            labels=frozenset(word for word in words if isinstance(word, Label)),
            flags=frozenset(word for word in words if isinstance(word, Flag)),
            severity=severity,
            surface=Surface.OWN_POST if own else Surface.MENTION,
            platform="village-forum.example",
            school_is_author=own,
            has_media=media,
        )
    )


def severity(words: set[Label | Flag], signs: Signs) -> Severity:
    labels = {word for word in words if isinstance(word, Label)}
    return severity_of(labels, {word for word in words if isinstance(word, Flag)}, signs)


@pytest.mark.parametrize(
    ("words", "signs", "urgency", "where"),
    [
        # P1: life, indecent image, child at risk, self-harm
        ({A, F.THREAT, F.STAFF_TARGET}, LIFE, Severity.CRITICAL, Lane.LIFE),
        ({F.THREAT}, LIFE, Severity.CRITICAL, Lane.LIFE),
        ({F.SAFEGUARDING}, Signs(), Severity.CRITICAL, Lane.CHILD),
        ({P, F.SAFEGUARDING}, Signs(), Severity.CRITICAL, Lane.CHILD),
        ({D, F.SAFEGUARDING, F.STAFF_TARGET}, Signs(), Severity.CRITICAL, Lane.CHILD),
        ({D, F.SAFEGUARDING, F.STAFF_TARGET, F.ALLEGATION_CRIME}, Signs(), Severity.CRITICAL, Lane.CHILD),
        ({F.INDECENT_IMAGE, F.SAFEGUARDING}, Signs(), Severity.CRITICAL, Lane.INDECENT_IMAGE),
        ({D, F.INDECENT_IMAGE, F.ALLEGATION_CRIME}, Signs(), Severity.CRITICAL, Lane.INDECENT_IMAGE),
        ({A, F.SELF_HARM_ENCOURAGEMENT, F.PUPIL_TARGET}, Signs(), Severity.CRITICAL, Lane.CHILD),
        # P2: credible threat, hate, sexual, doxxing, a pupil exposed with a delicate detail, crime of staff
        ({A, F.THREAT, F.STAFF_TARGET}, Signs(), Severity.HIGH, Lane.STANDARD),
        ({A, F.THREAT, F.PUPIL_TARGET}, Signs(), Severity.HIGH, Lane.CHILD),
        ({A, F.HATE, F.INSULT, F.STAFF_TARGET}, Signs(), Severity.HIGH, Lane.STANDARD),
        ({A, F.SEXUAL, F.STAFF_TARGET}, Signs(), Severity.HIGH, Lane.STANDARD),
        ({A, F.SEXUAL, F.PUPIL_TARGET}, Signs(), Severity.HIGH, Lane.CHILD),
        ({A, F.HARASSMENT, F.STAFF_TARGET}, FOUND, Severity.HIGH, Lane.STANDARD),
        ({P}, DELICATE, Severity.HIGH, Lane.CHILD),
        ({D, P, F.ALLEGATION_CRIME, F.PUPIL_TARGET}, Signs(), Severity.HIGH, Lane.CHILD),
        ({D, F.ALLEGATION_CRIME, F.STAFF_TARGET}, Signs(), Severity.HIGH, Lane.STAFF_ALLEGATION),
        # P3: abuse, other imputations, a pupil's name
        ({A, F.INSULT, F.STAFF_TARGET}, Signs(), Severity.MEDIUM, Lane.STANDARD),
        ({A, F.INSULT}, Signs(), Severity.MEDIUM, Lane.STANDARD),
        ({A, F.INSULT, F.PUPIL_TARGET}, Signs(), Severity.MEDIUM, Lane.CHILD),
        ({D, F.STAFF_TARGET}, Signs(), Severity.MEDIUM, Lane.STANDARD),
        ({D}, Signs(), Severity.MEDIUM, Lane.STANDARD),
        ({P}, Signs(), Severity.MEDIUM, Lane.STANDARD),
        # nothing: criticism, or a crime alleged of somebody unconnected
        ({F.ALLEGATION_CRIME}, Signs(), Severity.NONE, Lane.COMPLAINT),
        (set(), LIFE, Severity.NONE, Lane.COMPLAINT),
        (set(), DELICATE, Severity.NONE, Lane.COMPLAINT),
    ],
)  # fmt: skip
def test_a_matter_would_come_at_the_wrong_time_to_the_wrong_person(
    words: set[Label | Flag], signs: Signs, urgency: Severity, where: Lane
) -> None:
    found = severity(words, signs)
    assert found is urgency
    assert lane(words, found) is where


def test_our_own_post_would_be_treated_as_a_strangers() -> None:
    assert lane({P}, severity({P}, Signs()), own=True) is Lane.OWN_BREACH
    assert lane({P}, severity({P}, DELICATE), own=True) is Lane.OWN_BREACH


def test_the_judge_and_the_ladder_would_disagree_about_what_cannot_wait() -> None:
    """For every pair of flags with any label: what the judge calls critical the ladder never calls less."""
    for label, one, other in itertools.product(Label, Flag, Flag):
        words: set[Label | Flag] = {label, one, other}
        found = severity(words, Signs())
        matter = Matter(frozenset({label}), frozenset({one, other}), found, Surface.MENTION, "x")
        assert priority(matter).rank >= found.rank
        danger = {F.SAFEGUARDING, F.INDECENT_IMAGE, F.SELF_HARM_ENCOURAGEMENT} & words
        assert (found is Severity.CRITICAL) == bool(danger)


@pytest.mark.parametrize(
    "text",
    [
        "he has epilepsy and so does his twin",
        "she lives on Mill Lane and walks home alone",
        "he was excluded on Friday",
        "they are in care, the social worker comes on Mondays",
        "ring her on 07700 900123",
    ],
)
def test_a_delicate_detail_would_be_taken_for_small_talk(text: str) -> None:
    assert signs_of(READER.read(Comment("1", text)), []).sensitive_detail


@pytest.mark.parametrize(
    "text", ["so proud of my daughter and her brother", "well done from mum and nan", "great goal in the cup"]
)
def test_a_proud_mothers_praise_would_go_to_the_safeguarding_lead(text: str) -> None:
    assert not signs_of(READER.read(Comment("1", text)), []).sensitive_detail
