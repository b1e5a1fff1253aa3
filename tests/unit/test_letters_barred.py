"""Which letters a matter forbids; and when a section 5 notice is whole, and can be given at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.letters import WHOLE

from alerts.ladder import machine
from alerts.ladder.matter import Matter
from alerts.ladder.state import Decision, Ladder
from alerts.ladder.words import DecisionKind, Step
from alerts.letters.barred import why_barred
from alerts.letters.filling import put
from alerts.letters.kinds import RULES, LetterKind
from alerts.letters.section_5 import NINE, lacking, why_not_possible, why_not_theirs
from config.schema import Nation, Role
from config.words import Flag, Label, Lane, Severity, Surface

K = LetterKind
NOON = datetime(2026, 11, 16, 12, tzinfo=UTC)
INSULT = Matter(
    labels=frozenset({Label.ABUSE}),
    flags=frozenset({Flag.INSULT}),
    severity=Severity.MEDIUM,
    surface=Surface.MENTION,
    platform="x",
    affected_role="staff",
    author_role="parent",
)


def ladder(**facts: object) -> Ladder:
    matter = replace(INSULT, **facts)  # type: ignore[arg-type]  # a test's facts
    return machine.open_ladder(matter, first_seen_at=NOON, opened_at=NOON, sealed=True)


IMAGE = {"flags": frozenset({Flag.INDECENT_IMAGE})}
LIFE = {"flags": frozenset({Flag.THREAT}), "severity": Severity.CRITICAL}
CHILD = {"flags": frozenset({Flag.SAFEGUARDING}), "affected_role": "pupil"}
STAFF_AUTHOR = {"author_role": "staff"}
ALLEGATION = {
    "flags": frozenset({Flag.ALLEGATION_CRIME, Flag.STAFF_TARGET}),
    "labels": frozenset({Label.DEFAMATION}),
}
OURS = {"school_is_author": True, "labels": frozenset({Label.PUPIL_INFORMATION})}
COMPLAINT = {"labels": frozenset(), "flags": frozenset(), "severity": Severity.NONE}


def test_in_the_indecent_image_lane_only_police_and_lado_are_written_to() -> None:
    """Whoever posted it would be warned, or the address passed around (Queen's Crescent 2.7.4)."""
    suspected = ladder(**IMAGE)
    assert suspected.lane is Lane.INDECENT_IMAGE
    assert {kind for kind in K if why_barred(kind, suspected) is None} == {K.POLICE_PACK, K.LADO_REFERRAL}


@pytest.mark.parametrize(
    ("facts", "barred"),
    [
        (LIFE, {K.AUTHOR_REQUEST, K.INFRA_NOTICE, K.SECTION_5_NOTICE, K.PARENT_CHILD_AFFECTED, K.COMPLAINTS_SIGNPOST}),
        (CHILD, {K.AUTHOR_REQUEST, K.INFRA_NOTICE, K.SECTION_5_NOTICE, K.WISHES_REQUEST}),
        (ALLEGATION, {K.INFRA_NOTICE, K.SECTION_5_NOTICE, K.PARENT_CHILD_AFFECTED, K.WISHES_REQUEST}),
        (STAFF_AUTHOR, {K.AUTHOR_REQUEST, K.PARENT_CHILDS_POST}),
        (OURS, {K.AUTHOR_REQUEST, K.HOST_REPORT, K.INFRA_NOTICE, K.SECTION_5_NOTICE}),
        ({"author_role": "pupil"}, {K.AUTHOR_REQUEST}),
        (COMPLAINT, {K.AUTHOR_REQUEST, K.HOST_REPORT, K.INFRA_NOTICE, K.REMOVAL_CONFIRMATION}),
    ],
)  # fmt: skip
def test_a_letter_that_a_lane_forbids_cannot_be_written(
    facts: dict[str, object], barred: set[LetterKind]
) -> None:
    """A pupil, a colleague or a frightened parent would get a letter that only makes things worse."""
    found = ladder(**facts)
    for kind in barred:
        assert why_barred(kind, found), (found.lane, kind)


@pytest.mark.parametrize(
    ("facts", "open_ones"),
    [
        ({}, {K.AUTHOR_REQUEST, K.HOST_REPORT, K.WISHES_REQUEST, K.REMOVAL_CONFIRMATION, K.COMPLAINTS_SIGNPOST}),
        (LIFE, {K.HOST_REPORT, K.POLICE_PACK}),
        (CHILD, {K.PARENT_CHILD_AFFECTED, K.POLICE_PACK, K.HOST_REPORT}),
        ({"author_role": "pupil"}, {K.PARENT_CHILDS_POST, K.HOST_REPORT}),
        (OURS, {K.BREACH_NOTE, K.PARENT_CHILD_AFFECTED}),
        (ALLEGATION, {K.LADO_REFERRAL, K.POLICE_PACK}),
        (COMPLAINT, {K.COMPLAINTS_SIGNPOST}),
    ],
)  # fmt: skip
def test_a_letter_that_is_needed_can_be_written(facts: dict[str, object], open_ones: set[LetterKind]) -> None:
    """The ladder would name a step whose letter the program refuses."""
    found = ladder(**facts)
    assert {kind: why_barred(kind, found) for kind in open_ones} == dict.fromkeys(open_ones)


def test_the_person_hears_once_the_lado_has_advised() -> None:
    """A teacher would never be told, or before the LADO knew (Queen's Crescent and Nunney 2.7.5)."""
    found = ladder(**ALLEGATION)
    assert "2.7.5" in (why_barred(K.WISHES_REQUEST, found) or "")
    number = next(task.number for task in found.tasks if task.step is Step.LADO_REFERRAL)
    advised = Decision(DecisionKind.DONE, "B. Head", None, "tell her, and go on", reference="LADO 12/26")
    advised_ladder = machine.decide(found, number, advised, NOON + timedelta(hours=1))
    assert why_barred(K.WISHES_REQUEST, advised_ladder) is None


def test_what_leaves_the_school_is_approved_by_the_head_and_a_childs_letter_by_the_dsl() -> None:
    """A letter to a parent about their child would go out without the DSL having seen it."""
    assert RULES[K.AUTHOR_REQUEST].approvers == (Role.HEADTEACHER,)
    assert RULES[K.INFRA_NOTICE].approvers == (Role.HEADTEACHER,)
    for kind in (K.PARENT_CHILD_AFFECTED, K.PARENT_CHILDS_POST):
        assert set(RULES[kind].approvers) == {Role.DSL, Role.DEPUTY_DSL}


@pytest.mark.parametrize("name", NINE)
def test_a_notice_that_lacks_one_of_the_nine_is_defective(name: str) -> None:
    """The operator would answer after two days that it is none, and the words stay up."""
    assert [
        fault.slot.name for fault in lacking(put(K.SECTION_5_NOTICE, WHOLE[K.SECTION_5_NOTICE], name, []))
    ] == [name]


def test_a_whole_notice_lacks_nothing() -> None:
    """Nobody could ever send one."""
    assert lacking(WHOLE[K.SECTION_5_NOTICE]) == ()
    assert len(NINE) == 9


@pytest.mark.parametrize(
    ("facts", "nation", "why"),
    [
        ({}, Nation.SCOTLAND, "England and Wales"),
        ({}, Nation.NORTHERN_IRELAND, "England and Wales"),
        ({"affected_role": "school"}, Nation.ENGLAND, "Only a person"),
        ({"affected_role": "group"}, Nation.WALES, "Only a person"),
        ({"author_role": "parent"}, Nation.ENGLAND, "The author is known"),
    ],
)
def test_a_notice_that_cannot_be_given_is_refused(facts: dict[str, str], nation: Nation, why: str) -> None:
    """A teacher would be sent down a way that leads nowhere."""
    matter = replace(INSULT, author_role="unknown")
    found = why_not_possible(replace(matter, **facts), nation)  # type: ignore[arg-type]  # a test's facts
    assert len(found) == 1
    assert why in found[0]
    assert why_not_possible(matter, Nation.WALES) == ()


def test_a_notice_is_the_persons_own() -> None:
    """A notice in the school's name, or signed by the head, is none (Derbyshire 1993)."""
    form = WHOLE[K.SECTION_5_NOTICE]
    assert why_not_theirs(form, "Fernhill Primary") is None
    assert "by nobody for them" in (why_not_theirs(form | {"signed_by": "B. Head"}, "Fernhill Primary") or "")
    schools = form | {"complainant": "fernhill  primary", "signed_by": "Fernhill Primary"}
    assert "school's name" in (why_not_theirs(schools, "Fernhill Primary") or "")
