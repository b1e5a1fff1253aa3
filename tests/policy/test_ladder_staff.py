"""When a member of staff wrote it, or is said to have done something (NEU 10, Queen's Crescent and Nunney 2.3 and 2.7)."""

from dataclasses import replace

import pytest
from support.ladder_play import RUMOUR, TEACHER, THREAT, Play
from support.policy import serves, switch

from alerts.ladder.policy import default_policy
from alerts.ladder.situations import SituationRow
from alerts.ladder.state import LadderRefused
from alerts.ladder.words import ConsentScope, Gate, Override, Step
from config.schema import Role
from config.words import Flag, Lane, Situation, TaskState

BY_STAFF = replace(TEACHER, author_role="staff", affected_role="parent", flags=frozenset({Flag.INSULT}))
ALLEGATION = replace(RUMOUR, flags=frozenset({Flag.ALLEGATION_CRIME, Flag.STAFF_TARGET}))


@serves("Huntington 8.2", without=switch("alerts.ladder.matter.STAFF", frozenset()))
def test_bullying_by_a_colleague_would_be_read_by_every_manager() -> None:
    play = Play(BY_STAFF)
    assert play.ladder.lane is Lane.STAFF_ALLEGATION
    assert play.the(Step.TRIAGE).owner_role is Role.HEADTEACHER
    about_staff = Play(TEACHER)
    assert about_staff.ladder.lane is Lane.STANDARD


@serves("NEU 10.5", without=switch("alerts.ladder.gates._OVERRIDDEN", frozenset()))
def test_the_accused_could_keep_the_head_from_the_police() -> None:
    play = Play(replace(BY_STAFF, flags=frozenset({Flag.THREAT})))
    assert [task.step for task in play.ladder.tasks].index(Step.LADO_REFERRAL) > 0
    play.triage()
    assert play.the(Step.POLICE_CONSIDERED).owner_role is Role.HEADTEACHER
    play.done(Step.POLICE_CONSIDERED, by="B. Head", reason="a threat by one of us")
    play.answers(ConsentScope.POLICE, yes=False)
    play.done(
        Step.POLICE_REPORTED,
        by="B. Head",
        override=Override.STAFF_CONDUCT,
        reason="unlawful conduct of staff",
    )
    assert play.the(Step.POLICE_REPORTED).state is TaskState.DONE


@serves("QC 2.3.9", without=switch("alerts.ladder.lanes.CIRCUMSTANCES", ()))
def test_racist_remarks_by_staff_would_stay_in_the_school() -> None:
    play = Play(replace(BY_STAFF, flags=frozenset({Flag.HATE})))
    assert Step.LADO_REFERRAL in play.steps()
    elsewhere = Play(BY_STAFF, policy=default_policy() | {"staff_remarks_to_lado": False})
    assert Step.LADO_REFERRAL not in elsewhere.steps()
    assert Step.STAFF_REFERRAL in elsewhere.steps()


@serves("QC and Nunney 2.7.5", without=switch("alerts.ladder.gates._waits_for_advice", lambda *_: False))
def test_a_member_of_staff_would_be_approached_before_anybody_advised() -> None:
    play = Play(BY_STAFF)
    play.triage()
    assert Gate.LADO_ADVICE in play.the(Step.HOST_REPORT).needs
    with pytest.raises(LadderRefused, match="advice comes first"):
        play.done(Step.HOST_REPORT)
    with pytest.raises(LadderRefused, match="number of the record"):
        play.done(Step.HR_ADVICE, reason="may be spoken to")
    play.done(Step.HR_ADVICE, reason="may be spoken to", reference="HR 2026/44")
    play.done(Step.HOST_REPORT)


def test_hr_alone_would_release_what_the_lado_has_to_decide() -> None:
    """Where harm to a child is alleged, only the LADO's advice opens the way."""
    play = Play(replace(ALLEGATION, author_role="staff"))
    play.triage()
    play.done(Step.HR_ADVICE, reason="go ahead", reference="HR 2026/45")
    assert Gate.LADO_ADVICE in play.the(Step.HOST_REPORT).needs
    play.done(Step.LADO_REFERRAL, reason="may be reported", reference="LADO 17")
    assert Gate.LADO_ADVICE not in play.the(Step.HOST_REPORT).needs


@serves("QC 2.3.6, Nunney 2.3.9", without=switch(
    "alerts.ladder.situations.ROWS", SituationRow(), key=Situation.STAFF_CONFIDENTIALITY))  # fmt: skip
def test_a_pupils_support_plan_on_a_teachers_page_would_be_a_matter_of_taste() -> None:
    play = Play(replace(TEACHER, affected_role="unknown", flags=frozenset()))
    play.correct(situations=frozenset({Situation.STAFF_CONFIDENTIALITY}))
    assert play.ladder.lane is Lane.STAFF_ALLEGATION
    assert {Step.HR_ADVICE, Step.DPO_NOTE} <= play.steps()
    assert play.the(Step.DPO_NOTE).owner_role is Role.DPO


@serves("Market Drayton B/1", without=switch(
    "alerts.ladder.situations.ROWS", SituationRow(), key=Situation.STAFF_POST_WITHOUT_CONSENT))  # fmt: skip
def test_pictures_of_sports_day_on_a_teachers_page_would_never_reach_the_head() -> None:
    play = Play(replace(TEACHER, affected_role="unknown", flags=frozenset()))
    play.correct(situations=frozenset({Situation.STAFF_POST_WITHOUT_CONSENT}))
    task = play.the(Step.STAFF_REFERRAL)
    assert task.owner_role is Role.HEADTEACHER
    assert "without the headteacher's leave" in task.what_to_do


@serves("Market Drayton B/2", without=switch("alerts.ladder.deciding._check_answer", lambda *_: None))
@pytest.mark.parametrize("answer", ["headteacher", "lado"])
def test_nobody_would_say_who_deals_with_a_member_of_staff(answer: str) -> None:
    play = Play(BY_STAFF, policy=default_policy() | {"staff_remarks_to_lado": False})
    play.triage()
    with pytest.raises(LadderRefused, match="headteacher, lado"):
        play.done(Step.STAFF_REFERRAL)
    with pytest.raises(LadderRefused, match="reason"):
        play.done(Step.STAFF_REFERRAL, answer=answer, reason=" ")
    play.done(Step.STAFF_REFERRAL, answer=answer, reason="about a pupil's mother")
    assert (Step.LADO_REFERRAL in play.steps()) == (answer == "lado")


def test_a_threat_by_a_stranger_would_be_taken_for_a_colleagues() -> None:
    """The lane of staff allegations is closed to most managers, so nothing else may land there."""
    assert Play(THREAT).ladder.lane is Lane.STANDARD
