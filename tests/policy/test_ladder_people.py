"""The people in it: whoever is affected, whoever wrote it, pupils and parents (NEU 9, Huntington 8, Market Drayton D and E)."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.ladder_play import RUMOUR, T0, TEACHER, THREAT, Play
from support.policy import serves, switch

from alerts.clocks import SchoolCalendar, add_school_days
from alerts.ladder import planning, wishes
from alerts.ladder.matter import OutOfSchool, lane_of
from alerts.ladder.policy import default_policy
from alerts.ladder.situations import SituationRow
from alerts.ladder.state import LadderRefused
from alerts.ladder.steps import RULES
from alerts.ladder.warnings import warnings_of
from alerts.ladder.words import ConsentScope, Gate, Override, Standing, Step
from config.schema import Role
from config.words import CommunityRole, Flag, Lane, Outcome, Situation, TaskState

NO_CIRCUMSTANCES = switch("alerts.ladder.lanes.CIRCUMSTANCES", ())
BY_A_PUPIL = replace(TEACHER, author_role="pupil")
BY_A_PARENT = replace(TEACHER, author_role="parent")


def words_without_contacts(ladder: object, step: Step) -> str:
    assert ladder
    return RULES[step].what_to_do


@serves("NEU 9.2", without=NO_CIRCUMSTANCES)
def test_a_letter_would_go_to_a_pupil() -> None:
    play = Play()
    assert Step.AUTHOR_REQUEST in play.steps()
    play.correct(author_role=CommunityRole.PUPIL)
    assert Step.AUTHOR_REQUEST not in play.steps()
    with pytest.raises(LadderRefused, match="No letter"):
        play.open(Step.AUTHOR_REQUEST)
    assert Step.PASTORAL_TALK in play.steps()


@serves("NEU 9.6", without=NO_CIRCUMSTANCES)
@pytest.mark.parametrize("answer", ["accepted", "declined"])
def test_a_teacher_would_be_left_alone_with_it(answer: str) -> None:
    play = Play()
    assert play.the(Step.SUPPORT_OFFER).due_at is not None
    play.triage()
    with pytest.raises(LadderRefused, match="accepted, declined"):
        play.done(Step.SUPPORT_OFFER)
    play.done(Step.SUPPORT_OFFER, answer=answer)
    assert play.the(Step.SUPPORT_OFFER).answer == answer


SUPPORT = {"eap": "Employee assistance, 01632 960040", "union": "J. Rep, staff room"}


@serves(
    "Nunney 2.8.4",
    "QC and Nunney 2.8.4",
    without=switch("alerts.ladder.planning._words_for", words_without_contacts),
)
def test_the_offer_of_support_would_name_nobody() -> None:
    named = Play(policy=default_policy() | {"support": SUPPORT})
    words = named.the(Step.SUPPORT_OFFER).what_to_do
    assert SUPPORT["eap"] in words
    assert SUPPORT["union"] in words
    blank = Play().the(Step.SUPPORT_OFFER).what_to_do
    assert "trade union" in blank
    assert "None" not in blank
    assert planning  # the contacts stand in the settings, and nowhere in the program


@serves("NEU 10.1/3", without=switch("alerts.ladder.gates._author_is_known", lambda *_: True))
def test_a_letter_would_accuse_somebody_on_a_guess() -> None:
    play = Play(BY_A_PARENT)
    assert play.ladder.attributed is Standing.UNKNOWN
    play.triage()
    play.approve(Step.AUTHOR_REQUEST)
    with pytest.raises(LadderRefused, match="how that is known"):
        play.done(Step.AUTHOR_REQUEST)
    with pytest.raises(LadderRefused, match="On what it rests"):
        play.correct(attribution=Standing.BELIEVED)
    play.wait(minutes=5)
    play.correct(attribution=Standing.BELIEVED, basis="two parents know the account")
    assert Gate.ATTRIBUTION in play.the(Step.AUTHOR_REQUEST).needs
    play.approve(Step.AUTHOR_REQUEST)
    play.done(Step.AUTHOR_REQUEST)
    said = play.ladder.attributions[-1]
    assert (said.basis, said.by) == ("two parents know the account", "A. Manager")


@serves("Huntington 8.6/2", without=switch("alerts.ladder.gates._lacks", lambda *_: False))
def test_an_author_would_be_written_to_although_nobody_thought_it_wise() -> None:
    play = Play(BY_A_PARENT, policy=default_policy() | {"head_approves": []})
    play.correct(attribution=Standing.CONFIRMED, basis="signed with their name")
    play.triage()
    with pytest.raises(LadderRefused, match="appropriate"):
        play.done(Step.AUTHOR_REQUEST)
    play.approve(Step.AUTHOR_REQUEST, Role.SENIOR_MANAGER)
    play.done(Step.AUTHOR_REQUEST)
    assert play.the(Step.AUTHOR_REQUEST).approvals[0].reason


@serves(
    "Huntington 8.6/1", without=switch("alerts.ladder.gates._affected_person_comes_first", lambda *_: False)
)
def test_the_author_would_be_heard_before_the_teacher() -> None:
    play = Play(BY_A_PARENT)
    due = add_school_days(T0, 5, SchoolCalendar())
    assert (play.the(Step.MEETING).due_at, play.the(Step.AUTHOR_MEETING).due_at) == (due, due)
    play.triage()
    with pytest.raises(LadderRefused, match="affected person is heard first"):
        play.done(Step.AUTHOR_MEETING, answer="held")
    play.done(Step.MEETING, answer="held", reason="she wants it gone, and no fuss")
    play.done(Step.AUTHOR_MEETING, answer="declined")
    assert play.the(Step.MEETING).reason == "she wants it gone, and no fuss"


@pytest.mark.parametrize(
    ("whom", "steps"),
    [("affected_person", {Step.MEETING}), ("author", {Step.AUTHOR_MEETING})],
)
def test_a_school_that_meets_one_side_would_be_asked_to_meet_both(whom: str, steps: set[Step]) -> None:
    play = Play(BY_A_PARENT, policy=default_policy() | {"meeting_with": whom})
    assert play.steps() & {Step.MEETING, Step.AUTHOR_MEETING} == steps


@serves("QC and Nunney 2.8.5/1", without=switch("alerts.ladder.wishes.stand_against", lambda *_: False))
def test_a_wish_for_nothing_would_not_be_heard() -> None:
    play = Play(THREAT)
    play.triage()
    play.answers(ConsentScope.WISHES, yes=False)
    assert Gate.WISHES in play.the(Step.HOST_REPORT).needs
    with pytest.raises(LadderRefused, match="does not want this"):
        play.done(Step.HOST_REPORT)
    play.withdraw(Step.HOST_REPORT)
    assert play.the(Step.HOST_REPORT).state is TaskState.WITHDRAWN
    play.open(Step.HOST_REPORT)
    play.done(Step.HOST_REPORT, override=Override.RISK_TO_LIFE, reason="he says where she lives")
    assert play.the(Step.HOST_REPORT).sent_at == play.now
    play.wait(minutes=10)
    play.answers(ConsentScope.WISHES, yes=True)
    assert [said.answer for said in play.ladder.consents] == [False, True]


def test_the_author_would_learn_who_complained() -> None:
    """Without a written yes nobody says so, and of a pupil never."""
    play = Play()
    assert not wishes.may_tell_author(play.ladder, play.now)
    play.answers(ConsentScope.TELL_AUTHOR, yes=True, method="verbal, noted by A. Manager")
    assert not wishes.may_tell_author(play.ladder, play.now)
    play.answers(ConsentScope.TELL_AUTHOR, yes=True)
    assert wishes.may_tell_author(play.ladder, play.now)
    pupil = Play(replace(TEACHER, affected_role="pupil"))
    pupil.answers(ConsentScope.TELL_AUTHOR, yes=True)
    assert not wishes.may_tell_author(pupil.ladder, pupil.now)


@serves(
    "Huntington 3.2", "Huntington 3.3", without=switch("alerts.ladder.correcting._IN_PLACE_OF_THE_OLD", ())
)
def test_a_group_of_parents_or_a_former_pupil_would_fit_no_box() -> None:
    play = Play(replace(TEACHER, affected_role="unknown", flags=frozenset({Flag.INSULT})))
    play.correct(
        affected_role=CommunityRole.GROUP, affected_group="Year 6 mums", author_role=CommunityRole.EX_PUPIL
    )
    matter = play.ladder.matter
    assert (matter.affected_role, matter.affected_group, matter.author_role) == (
        "group",
        "Year 6 mums",
        "ex_pupil",
    )
    assert play.ladder.lane is Lane.STANDARD
    assert {"parent", "governor", "ex_pupil", "staff", "pupil"} <= set(CommunityRole)
    assert not [rule for rule in RULES.values() if "intent" in rule.what_to_do]


@serves("Huntington 8.1", without=switch("alerts.ladder.deciding.needs_reference", lambda *_: False))
@pytest.mark.parametrize("reference", ["AB-2026-014", "none"])
def test_a_pupils_matter_would_close_beside_the_anti_bullying_record(reference: str) -> None:
    play = Play(BY_A_PUPIL)
    play.triage()
    for task in play.ladder.tasks:
        if task.undecided and task.step is not Step.REFERENCE:
            play.skip(task.step)
    with pytest.raises(LadderRefused, match="anti-bullying record"):
        play.close(Outcome.REFUSED)
    with pytest.raises(LadderRefused, match="number of the record"):
        play.done(Step.REFERENCE)
    play.done(Step.REFERENCE, reference=reference)
    play.close(Outcome.REFUSED)


@serves("Huntington 8.5", without=NO_CIRCUMSTANCES)
def test_the_schools_own_procedure_would_be_forgotten_for_a_pupil() -> None:
    play = Play(BY_A_PUPIL)
    assert Step.BEHAVIOUR_ROUTE in play.steps()
    play.triage()
    with pytest.raises(LadderRefused, match="reason for skipping"):
        play.skip(Step.BEHAVIOUR_ROUTE, " ")
    play.skip(Step.BEHAVIOUR_ROUTE, "restorative talk instead; head agrees")
    assert play.the(Step.BEHAVIOUR_ROUTE).reason == "restorative talk instead; head agrees"


@serves("Market Drayton E/1", without=switch("alerts.ladder.gates._of_the_facts", lambda *_: []))
def test_a_pupil_would_be_sanctioned_for_a_post_at_home_without_a_ground() -> None:
    play = Play(BY_A_PUPIL)
    play.triage()
    with pytest.raises(LadderRefused, match="orderly_running, threat or reputation"):
        play.done(Step.BEHAVIOUR_ROUTE)
    with pytest.raises(LadderRefused, match="reason"):
        play.correct(out_of_school=frozenset({OutOfSchool.THREAT}), reason=" ")
    play.correct(out_of_school=frozenset({OutOfSchool.THREAT}), reason="he names a classmate and a day")
    play.done(Step.BEHAVIOUR_ROUTE)
    assert len(OutOfSchool) == 3


@serves("Huntington 5.20/6.10", without=switch("alerts.ladder.deciding._check_answer", lambda *_: None))
def test_the_program_would_keep_a_sanction_of_its_own() -> None:
    play = Play(BY_A_PUPIL)
    play.correct(out_of_school=frozenset({OutOfSchool.REPUTATION}))
    play.triage()
    with pytest.raises(LadderRefused, match="asks for no answer"):
        play.done(Step.BEHAVIOUR_ROUTE, answer="exclusion")
    with pytest.raises(LadderRefused, match="can end as"):
        play.done(Step.BEHAVIOUR_ROUTE, Outcome.REMOVED)
    assert "decided and kept elsewhere" in RULES[Step.BEHAVIOUR_ROUTE].what_to_do
    assert not [word for word in Outcome if "sanction" in word or "exclu" in word]


@serves("Huntington 6.6", without=switch("alerts.ladder.gates.THE_DSL_DECIDES", frozenset()))
def test_a_child_with_an_account_too_early_would_be_reported_by_the_office() -> None:
    play = Play(BY_A_PUPIL)
    play.correct(situations=frozenset({Situation.UNDER_AGE_ACCOUNT}))
    assert play.the(Step.DSL_REFERRAL).owner_role is Role.DSL
    assert "too young" in play.the(Step.HOST_REPORT).what_to_do
    play.triage()
    with pytest.raises(LadderRefused, match="The DSL decides first"):
        play.done(Step.HOST_REPORT)
    play.done(Step.DSL_REFERRAL)
    play.done(Step.HOST_REPORT)


@serves("Market Drayton D/1", without=switch(
    "alerts.ladder.situations.ROWS", SituationRow(), key=Situation.OTHER_CHILDRENS_PICTURE))  # fmt: skip
def test_a_parent_would_be_accused_over_a_picture_of_their_own_children() -> None:
    play = Play(BY_A_PARENT)
    play.correct(
        situations=frozenset({Situation.OTHER_CHILDRENS_PICTURE}),
        attribution=Standing.CONFIRMED,
        basis="signed",
    )
    assert play.ladder.matter.only_own_children is None
    assert "allege nothing" in play.the(Step.AUTHOR_REQUEST).what_to_do
    play.triage()
    play.approve(Step.AUTHOR_REQUEST)
    play.done(Step.AUTHOR_REQUEST)
    number = play.the(Step.AUTHOR_REQUEST).number
    assert any("ask, allege nothing" in said for said in warnings_of(play.ladder, number))
    play.correct(only_own_children=False)
    assert not [said for said in warnings_of(play.ladder, number) if "allege" in said]


@serves(
    "Market Drayton D/3",
    without=switch("alerts.ladder.correcting._said", lambda _: ("something",)),
)
def test_a_program_would_call_a_parent_malicious() -> None:
    assert not Play(RUMOUR).ladder.matter.situations
    play = Play(RUMOUR)
    for gap in ({"by": " "}, {"reason": ""}):
        with pytest.raises(LadderRefused, match="missing"):
            play.correct(situations=frozenset({Situation.MALICIOUS_OR_FICTITIOUS}), **gap)
    play.correct(situations=frozenset({Situation.MALICIOUS_OR_FICTITIOUS}), by="B. Head", reason="admitted")
    said = [(change.what, change.by, change.reason) for change in play.ladder.changes]
    assert said == [(("situations: malicious_or_fictitious",), "B. Head", "admitted")]


SITUATIONS = [
    (Situation.IMPERSONATION, {Step.AUTHOR_REQUEST}, {Step.HOST_REPORT}),
    (Situation.PRIVATE_CHANNEL, {Step.INFRA_NOTICE, Step.SECTION_5_NOTICE}, {Step.HOST_REPORT}),
    (Situation.EXTREMISM, {Step.AUTHOR_REQUEST, Step.INFRA_NOTICE}, {Step.DSL_REFERRAL, Step.POLICE_CONSIDERED}),
    (Situation.OWN_CHILD_ONLY, {Step.HOST_REPORT, Step.POLICE_REPORTED, Step.INFRA_NOTICE}, {Step.AUTHOR_REQUEST}),
    (Situation.AUTHOR_AT_RISK, {Step.AUTHOR_REQUEST, Step.PASTORAL_TALK, Step.MEETING}, {Step.DSL_REFERRAL}),
    (Situation.OPINION, {Step.AUTHOR_REQUEST, Step.HOST_REPORT, Step.INFRA_NOTICE}, {Step.COMPLAINT_SIGNPOST}),
    (Situation.COPIED_PICTURE, set(), {Step.HOST_REPORT}),
]  # fmt: skip


@pytest.mark.parametrize(("situation", "barred", "opened"), SITUATIONS)
def test_a_situation_would_be_handled_like_any_insult(
    situation: Situation, barred: set[Step], opened: set[Step]
) -> None:
    play = Play()
    play.correct(situations=frozenset({situation}))
    assert opened <= play.steps()
    assert not barred & play.steps()
    for step in barred:
        with pytest.raises(LadderRefused, match="cannot be opened"):
            play.open(step)


def test_an_insult_of_a_danger_would_be_waved_through_as_opinion() -> None:
    """The strictest lane wins, whatever a person calls it."""
    opinion = replace(
        THREAT, flags=THREAT.flags | {Flag.SAFEGUARDING}, situations=frozenset({Situation.OPINION})
    )
    assert lane_of(opinion) is Lane.CHILD
    assert timedelta(0) < Play(opinion).the(Step.DSL_REFERRAL).due_at - T0  # type: ignore[operator]  # it has one
