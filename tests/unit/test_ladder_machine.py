"""The ladder, move by move: each test is a way in which a school could act too early, too late, or not at all."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from alerts.ladder.approving import approve
from alerts.ladder.correcting import Correction, correct
from alerts.ladder.machine import (
    DAEMON,
    close,
    decide,
    ladder_from_json,
    ladder_to_json,
    open_ladder,
    open_step,
    open_tasks,
    reconsider,
    record_consent,
    seal,
    tick,
)
from alerts.ladder.matter import Matter
from alerts.ladder.state import Consent, Decision, Ladder, LadderRefused
from alerts.ladder.tasks import Task
from alerts.ladder.words import ConsentScope, DecisionKind, Gate, Override, ReminderKind, Standing, Step
from config.schema import Role
from config.words import CommunityRole, Flag, Label, Lane, Outcome, Severity, Surface, TaskState

T0 = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
"""A Friday afternoon."""
OPENED = T0 + timedelta(minutes=1)
STANDARD = Matter(
    labels=frozenset({Label.ABUSE}),
    flags=frozenset({Flag.INSULT, Flag.STAFF_TARGET}),
    severity=Severity.HIGH,
    surface=Surface.MENTION,
    platform="village-forum.example",
    affected_role="staff",
)
OWN_PAGE = replace(STANDARD, surface=Surface.COMMENT_ON_OWN_POST, on_own_account=True, platform="facebook")
DEFAMATION = replace(STANDARD, labels=frozenset({Label.DEFAMATION}), flags=frozenset({Flag.STAFF_TARGET}))
THREAT = replace(STANDARD, flags=frozenset({Flag.THREAT, Flag.STAFF_TARGET}))
LIFE = replace(THREAT, severity=Severity.CRITICAL)
IMAGE = replace(STANDARD, flags=frozenset({Flag.INDECENT_IMAGE}))
INTIMATE = replace(STANDARD, flags=frozenset({Flag.SEXUAL, Flag.STAFF_TARGET}), has_media=True)
ALLEGATION = replace(DEFAMATION, flags=frozenset({Flag.ALLEGATION_CRIME, Flag.STAFF_TARGET}))
LEAK = replace(
    OWN_PAGE,
    labels=frozenset({Label.PUPIL_INFORMATION}),
    flags=frozenset(),
    school_is_author=True,
    affected_role="pupil",
)


def opened(matter: Matter = STANDARD, *, sealed: bool = True) -> Ladder:
    return open_ladder(matter, first_seen_at=T0, opened_at=OPENED, sealed=sealed)


def the(ladder: Ladder, step: Step) -> Task:
    return [task for task in ladder.tasks if task.step is step][-1]


def steps(ladder: Ladder) -> set[Step]:
    return {task.step for task in open_tasks(ladder)}


def do(
    ladder: Ladder,
    step: Step,
    kind: DecisionKind = DecisionKind.DONE,
    outcome: Outcome | None = None,
    *,
    reason: str | None = "because",
    by: str = "manager",
    after: timedelta = timedelta(minutes=30),
    override: Override | None = None,
    **more: Any,
) -> Ladder:
    decision = Decision(kind, by, outcome, reason, override, **more)
    return decide(ladder, the(ladder, step).number, decision, T0 + after)


def triaged(matter: Matter = STANDARD) -> Ladder:
    return do(opened(matter), Step.TRIAGE)


def confirmed(ladder: Ladder, role: CommunityRole = CommunityRole.PARENT) -> Ladder:
    """Somebody found out who wrote it."""
    known = Correction(author_role=role, attribution=Standing.CONFIRMED, basis="signed it")
    return correct(ladder, known, reason="signed it", by="manager", at=OPENED)


def approved(
    ladder: Ladder, step: Step, *, role: Role = Role.HEADTEACHER, whole_site: bool = False
) -> Ladder:
    number = the(ladder, step).number
    at = T0 + timedelta(minutes=30)
    return approve(ladder, number, by="B. Head", role=role, reason="fitting", at=at, whole_site=whole_site)


def says(scope: ConsentScope, answer: bool, **more: datetime) -> Consent:
    return Consent("staff", "manager", T0 + timedelta(minutes=10), answer, scope, "written", **more)


# evidence first


def test_a_task_would_open_before_the_evidence_is_sealed() -> None:
    with pytest.raises(LadderRefused, match="seal the item first"):
        opened(sealed=False)


def test_a_threat_to_life_would_wait_for_the_evidence() -> None:
    ladder = opened(LIFE, sealed=False)
    assert steps(ladder) == {Step.POLICE_REPORTED, Step.DSL_REFERRAL}
    assert {Step.HOST_REPORT, Step.TRIAGE} <= steps(seal(ladder, OPENED))
    assert the(seal(ladder, OPENED), Step.POLICE_REPORTED).number == 1


def test_an_indecent_image_would_be_captured_before_anybody_is_told() -> None:
    ladder = opened(IMAGE, sealed=False)
    assert steps(ladder) == {Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL}
    assert all(task.due_at == OPENED + timedelta(hours=1) for task in ladder.tasks)
    assert steps(seal(ladder, OPENED)) == steps(ladder)
    assert do(ladder, Step.POLICE_REPORTED).task(2).state is TaskState.DONE


# somebody looks first


def test_a_report_would_leave_before_anybody_had_looked() -> None:
    with pytest.raises(LadderRefused, match="Look at it and decide"):
        do(opened(), Step.HOST_REPORT)
    with pytest.raises(LadderRefused, match="Look at it and decide"):
        do(opened(), Step.HOST_REPORT, DecisionKind.SKIP)


def test_triage_could_be_skipped_and_nobody_would_have_looked() -> None:
    with pytest.raises(LadderRefused, match="cannot be skipped"):
        do(opened(), Step.TRIAGE, DecisionKind.SKIP)


def test_a_report_would_wait_for_the_last_hour_although_it_was_looked_at() -> None:
    assert the(opened(), Step.HOST_REPORT).due_at == T0 + timedelta(hours=24)
    assert the(triaged(), Step.HOST_REPORT).due_at == T0 + timedelta(hours=4, minutes=30)


def test_a_false_alarm_would_leave_its_tasks_open_for_ever() -> None:
    ladder = do(opened(), Step.TRIAGE, outcome=Outcome.UNFOUNDED, reason="a quotation")
    assert ladder.closing is not None
    assert (ladder.closing.outcome, ladder.closing.by) == (Outcome.UNFOUNDED, "manager")
    assert not open_tasks(ladder)
    with pytest.raises(LadderRefused, match="reason"):
        do(opened(), Step.TRIAGE, outcome=Outcome.UNFOUNDED, reason=" ")


def test_a_school_that_closes_at_half_past_three_would_look_at_a_medium_matter_on_a_saturday() -> None:
    ladder = opened(replace(STANDARD, severity=Severity.MEDIUM))
    assert the(ladder, Step.TRIAGE).due_at == datetime(2026, 11, 23, 15, 30, tzinfo=UTC)


# the host, its silence, and the rungs above


def test_a_sent_report_would_count_as_an_answer() -> None:
    ladder = do(triaged(), Step.HOST_REPORT, after=timedelta(hours=2))
    task = the(ladder, Step.HOST_REPORT)
    assert (task.state, task.sent_at) == (TaskState.WAITING, T0 + timedelta(hours=2))
    with pytest.raises(LadderRefused, match="sent already"):
        do(ladder, Step.HOST_REPORT)


def test_the_24_hours_would_start_again_when_the_report_is_sent_late() -> None:
    ladder = do(triaged(), Step.HOST_REPORT, after=timedelta(hours=20))
    assert the(ladder, Step.HOST_REPORT).due_at == T0 + timedelta(hours=24) == ladder.host_due_at


def test_a_silent_host_would_stop_the_ladder() -> None:
    ladder = do(triaged(DEFAMATION), Step.HOST_REPORT)
    early, said = tick(ladder, T0 + timedelta(hours=23, minutes=59))
    assert the(early, Step.HOST_REPORT).state is TaskState.WAITING
    late, said = tick(early, T0 + timedelta(hours=24))
    task = the(late, Step.HOST_REPORT)
    assert (task.state, task.outcome, task.decided_by) == (TaskState.SILENT, Outcome.REFUSED, "deadline")
    assert {Step.HOST_ESCALATION, Step.INFRA_NOTICE, Step.SECTION_5_NOTICE} <= steps(late)
    assert [word.kind for word in said if word.task == task.number] == [ReminderKind.NO_ANSWER]


def test_a_host_that_answers_late_would_not_be_heard() -> None:
    ladder, _ = tick(do(triaged(), Step.HOST_REPORT), T0 + timedelta(hours=25))
    answered = do(ladder, Step.HOST_REPORT, outcome=Outcome.REMOVED, after=timedelta(hours=26))
    assert the(answered, Step.HOST_REPORT).outcome is Outcome.REMOVED
    assert Step.VERIFY_REMOVED in steps(answered)


def test_the_hosting_provider_would_be_written_to_before_the_host() -> None:
    assert Step.INFRA_NOTICE not in steps(triaged())
    with pytest.raises(LadderRefused, match="first"):
        open_step(triaged(), Step.INFRA_NOTICE, reason="quicker", by="manager", at=T0)
    unreachable = open_step(
        triaged(),
        Step.INFRA_NOTICE,
        reason="no form, no address",
        by="head",
        at=T0,
        override=Override.HOST_UNREACHABLE,
    )
    assert the(unreachable, Step.INFRA_NOTICE).opened_because == "no form, no address"
    refused = do(triaged(), Step.HOST_REPORT, DecisionKind.REFUSED, reason="“no violation”")
    assert {Step.INFRA_NOTICE, Step.HOST_ESCALATION} <= steps(refused)


def test_the_ladder_would_end_at_the_provider_and_never_reach_the_police() -> None:
    ladder = do(triaged(), Step.HOST_REPORT, DecisionKind.REFUSED)
    ladder = do(approved(ladder, Step.INFRA_NOTICE), Step.INFRA_NOTICE, after=timedelta(hours=1))
    assert the(ladder, Step.INFRA_NOTICE).due_at == datetime(2026, 11, 25, 16, 30, tzinfo=UTC)
    ladder, _ = tick(ladder, T0 + timedelta(days=6))
    assert Step.POLICE_CONSIDERED in steps(ladder)


def test_a_platform_that_is_its_own_host_would_get_a_letter_to_a_provider_that_it_has_not() -> None:
    ladder = do(triaged(replace(STANDARD, platform="x")), Step.HOST_REPORT, DecisionKind.REFUSED)
    assert Step.INFRA_NOTICE not in steps(ladder)
    assert Step.POLICE_CONSIDERED in steps(do(ladder, Step.HOST_ESCALATION, DecisionKind.REFUSED))


def test_a_skipped_report_would_count_as_the_hosts_refusal() -> None:
    ladder = do(triaged(), Step.HOST_REPORT, DecisionKind.SKIP, reason="breaks no rule of the platform")
    assert not {Step.HOST_ESCALATION, Step.INFRA_NOTICE} & steps(ladder)
    with pytest.raises(LadderRefused, match="reason for skipping"):
        do(triaged(), Step.HOST_REPORT, DecisionKind.SKIP, reason="")


def test_a_refusal_without_the_hosts_words_would_be_useless_to_the_helpline() -> None:
    with pytest.raises(LadderRefused, match="What was answered"):
        do(triaged(), Step.HOST_REPORT, DecisionKind.REFUSED, reason=None)


# the author


def test_a_letter_would_go_to_an_author_who_may_be_a_child() -> None:
    with pytest.raises(LadderRefused, match="known adult"):
        do(triaged(), Step.AUTHOR_REQUEST)
    known = approved(confirmed(triaged()), Step.AUTHOR_REQUEST)
    assert the(do(known, Step.AUTHOR_REQUEST), Step.AUTHOR_REQUEST).state is TaskState.WAITING


def test_a_letter_to_a_pupil_would_stay_on_the_list_once_the_author_is_known() -> None:
    known = reconsider(
        triaged(), replace(STANDARD, author_role="pupil"), reason="recognised", by="manager", at=T0
    )
    letter = the(known, Step.AUTHOR_REQUEST)
    assert (letter.state, letter.barred) == (TaskState.SKIPPED, True)
    assert Step.PASTORAL_TALK in steps(known)
    with pytest.raises(LadderRefused, match="No letter"):
        open_step(known, Step.AUTHOR_REQUEST, reason="anyway", by="manager", at=T0)


def test_an_author_asked_in_the_night_would_have_no_time_to_answer() -> None:
    known = approved(confirmed(triaged()), Step.AUTHOR_REQUEST)
    soon = the(do(known, Step.AUTHOR_REQUEST, after=timedelta(hours=2)), Step.AUTHOR_REQUEST)
    assert soon.due_at == T0 + timedelta(hours=12)
    late = the(do(known, Step.AUTHOR_REQUEST, after=timedelta(hours=13)), Step.AUTHOR_REQUEST)
    assert late.due_at == T0 + timedelta(hours=25)


# our own page


def test_deleting_would_come_before_hiding() -> None:
    ladder = triaged(OWN_PAGE)
    assert Step.OWN_PAGE_DELETE not in steps(ladder)
    early = open_step(ladder, Step.OWN_PAGE_DELETE, reason="now", by="manager", at=T0)
    with pytest.raises(LadderRefused, match="Hide it first"):
        do(early, Step.OWN_PAGE_DELETE, outcome=Outcome.REMOVED)
    hidden = do(ladder, Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN)
    assert {Step.OWN_PAGE_DELETE, Step.VERIFY_REMOVED} <= steps(hidden)
    assert the(do(hidden, Step.OWN_PAGE_DELETE), Step.OWN_PAGE_DELETE).state is TaskState.DONE


def test_one_person_alone_would_delete_what_the_police_want_to_see() -> None:
    ladder = do(triaged(replace(OWN_PAGE, flags=THREAT.flags)), Step.OWN_PAGE_HIDE)
    ladder = do(ladder, Step.POLICE_CONSIDERED, reason="a threat")
    for by in ("manager", " Manager "):
        with pytest.raises(LadderRefused, match="somebody other"):
            do(ladder, Step.OWN_PAGE_DELETE, by=by)
    assert the(do(ladder, Step.OWN_PAGE_DELETE, by="head"), Step.OWN_PAGE_DELETE).state is TaskState.DONE


def test_a_platform_that_will_not_hide_it_would_end_the_ladder() -> None:
    ladder = do(triaged(OWN_PAGE), Step.OWN_PAGE_HIDE, DecisionKind.REFUSED, reason="no permission")
    assert {Step.AUTHOR_REQUEST, Step.HOST_REPORT} <= steps(ladder)


def test_our_own_leak_would_wait_an_afternoon_and_miss_the_72_hours() -> None:
    ladder = opened(LEAK)
    assert the(ladder, Step.OWN_POST_REMOVE).due_at == OPENED + timedelta(hours=1)
    assert the(ladder, Step.DPO_NOTE).due_at == T0 + timedelta(hours=72)
    assert the(ladder, Step.DPO_NOTE).owner_role is Role.DPO
    assert Step.VERIFY_REMOVED in steps(do(ladder, Step.OWN_POST_REMOVE))


# consent and wishes


def reporting(matter: Matter = THREAT) -> Ladder:
    return do(triaged(matter), Step.POLICE_CONSIDERED, reason="a threat")


def test_a_teachers_case_would_go_to_the_police_without_their_consent() -> None:
    ladder = reporting()
    assert the(ladder, Step.POLICE_REPORTED).needs == (Gate.CONSENT_POLICE,)
    with pytest.raises(LadderRefused, match="consent"):
        do(ladder, Step.POLICE_REPORTED)
    agreed = record_consent(ladder, says(ConsentScope.POLICE, answer=True))
    assert the(agreed, Step.POLICE_REPORTED).needs == ()
    assert the(do(agreed, Step.POLICE_REPORTED), Step.POLICE_REPORTED).state is TaskState.DONE


def test_a_no_or_an_old_yes_would_open_the_way_to_the_police() -> None:
    yes, no = says(ConsentScope.POLICE, answer=True), says(ConsentScope.POLICE, answer=False)
    for last in (
        no,
        replace(yes, expires_at=T0 + timedelta(minutes=20)),
        replace(yes, withdrawn_at=T0 + timedelta(minutes=20)),
        replace(yes, scope=ConsentScope.HOST_REPORT),
    ):
        ladder = record_consent(reporting(), last)
        with pytest.raises(LadderRefused, match="consent"):
            do(ladder, Step.POLICE_REPORTED)
    with pytest.raises(LadderRefused, match="consent"):
        do(record_consent(record_consent(reporting(), yes), no), Step.POLICE_REPORTED)


def test_an_override_without_words_would_leave_no_reason_on_record() -> None:
    with pytest.raises(LadderRefused, match="override"):
        do(reporting(), Step.POLICE_REPORTED, override=Override.RISK_TO_LIFE, reason=None)
    with pytest.raises(LadderRefused, match="consent"):
        do(reporting(), Step.POLICE_REPORTED, override=Override.HOST_UNREACHABLE)
    told = do(
        reporting(), Step.POLICE_REPORTED, override=Override.RISK_TO_LIFE, reason="he has a knife", by="head"
    )
    assert the(told, Step.POLICE_REPORTED).reason == "[risk_to_life] he has a knife"


def test_a_life_would_wait_for_a_signature() -> None:
    assert (
        the(do(opened(LIFE), Step.POLICE_REPORTED, reason="log 123"), Step.POLICE_REPORTED).state
        is TaskState.DONE
    )


def test_a_no_to_the_police_would_be_taken_without_a_reason() -> None:
    with pytest.raises(LadderRefused, match="reason"):
        do(triaged(THREAT), Step.POLICE_CONSIDERED, outcome=Outcome.NOT_APPLICABLE, reason=None)
    ladder = do(triaged(THREAT), Step.POLICE_CONSIDERED, outcome=Outcome.NOT_APPLICABLE, reason="banter")
    assert Step.POLICE_REPORTED not in steps(ladder)
    with pytest.raises(LadderRefused, match="Decide about the police"):
        open_step(ladder, Step.POLICE_REPORTED, reason="now", by="head", at=T0)


def test_the_picture_of_an_adult_would_be_reported_without_asking_them() -> None:
    ladder = triaged(INTIMATE)
    assert the(ladder, Step.HOST_REPORT).needs == (Gate.CONSENT_HOST_REPORT,)
    agreed = record_consent(ladder, says(ConsentScope.HOST_REPORT, answer=True))
    assert the(do(agreed, Step.HOST_REPORT), Step.HOST_REPORT).state is TaskState.WAITING


def test_a_task_would_be_withdrawn_by_somebody_who_never_asked_the_person() -> None:
    with pytest.raises(LadderRefused, match="wishes first"):
        do(triaged(), Step.HOST_REPORT, DecisionKind.WITHDRAW)
    asked = record_consent(triaged(), says(ConsentScope.WISHES, answer=False))
    task = the(do(asked, Step.HOST_REPORT, DecisionKind.WITHDRAW, reason=None), Step.HOST_REPORT)
    assert (task.state, task.outcome) == (TaskState.WITHDRAWN, Outcome.WITHDRAWN)
    assert task.reason


def test_a_wish_would_stop_what_a_life_depends_on() -> None:
    ladder = record_consent(opened(LIFE), says(ConsentScope.WISHES, answer=False))
    with pytest.raises(LadderRefused, match="wishes here"):
        do(ladder, Step.POLICE_REPORTED, DecisionKind.WITHDRAW)


def test_an_answer_by_nobody_would_count_as_consent() -> None:
    for gap in ({"person": ""}, {"asked_by": " "}, {"method": ""}):
        with pytest.raises(LadderRefused, match="missing"):
            record_consent(reporting(), replace(says(ConsentScope.POLICE, answer=True), **gap))  # type: ignore[arg-type]  # one field a time


# staff allegations


def test_the_host_would_hear_of_an_allegation_before_the_lado_has_advised() -> None:
    ladder = triaged(ALLEGATION)
    assert the(ladder, Step.HOST_REPORT).needs == (Gate.LADO_ADVICE,)
    with pytest.raises(LadderRefused, match="LADO"):
        do(ladder, Step.HOST_REPORT)
    advised = do(
        ladder, Step.LADO_REFERRAL, outcome=Outcome.HANDED_OVER, reason="may be reported", reference="LADO 7"
    )
    assert the(do(advised, Step.HOST_REPORT), Step.HOST_REPORT).state is TaskState.WAITING


def test_an_allegation_would_stay_up_for_ever_because_the_lado_is_silent() -> None:
    ladder = triaged(ALLEGATION)
    held, _ = tick(ladder, datetime(2026, 11, 23, 15, 30, tzinfo=UTC))
    assert the(held, Step.HOST_REPORT).needs == (Gate.LADO_ADVICE,)
    over, _ = tick(held, datetime(2026, 11, 23, 15, 31, tzinfo=UTC))
    assert the(over, Step.HOST_REPORT).needs == ()
    named = triaged(replace(ALLEGATION, labels=frozenset({Label.DEFAMATION, Label.PUPIL_INFORMATION})))
    assert the(named, Step.HOST_REPORT).needs == ()


def test_a_theft_rumour_would_stay_in_the_child_protection_lane_for_ever() -> None:
    plain = reconsider(
        triaged(ALLEGATION),
        replace(ALLEGATION, about_harm_to_child=False),
        reason="about money",
        by="head",
        at=T0,
    )
    assert plain.lane is Lane.STANDARD
    assert the(plain, Step.HOST_REPORT).needs == ()
    assert the(plain, Step.HOST_REPORT).owner_role is Role.SENIOR_MANAGER


# new facts


def test_a_worse_comment_that_joins_would_not_change_who_is_told() -> None:
    ladder = reconsider(triaged(), IMAGE, reason="item 2 joined", by=DAEMON, at=T0 + timedelta(hours=3))
    assert ladder.lane is Lane.INDECENT_IMAGE
    assert ladder.severity is Severity.CRITICAL
    assert steps(ladder) == {Step.DSL_REFERRAL, Step.POLICE_REPORTED, Step.LADO_REFERRAL}
    assert ladder.host_due_at == T0 + timedelta(hours=24)


def test_a_milder_comment_that_joins_would_loosen_the_lane() -> None:
    ladder = reconsider(opened(LIFE), STANDARD, reason="item 2 joined", by=DAEMON, at=OPENED)
    assert (ladder.lane, ladder.severity) == (Lane.LIFE, Severity.CRITICAL)
    by_person = reconsider(opened(LIFE), STANDARD, reason="a song text", by="head", at=OPENED)
    assert by_person.lane is Lane.STANDARD


def test_a_second_item_about_a_teacher_would_take_the_dsl_off_a_matter_that_may_be_a_childs() -> None:
    urged = replace(STANDARD, flags=frozenset({Flag.SELF_HARM_ENCOURAGEMENT}), affected_role="unknown")
    ladder = reconsider(opened(urged), STANDARD, reason="item 2 joined", by=DAEMON, at=OPENED)
    assert ladder.lane is Lane.CHILD


def test_a_second_item_would_make_the_school_forget_that_the_author_is_a_pupil() -> None:
    ladder = reconsider(triaged(), replace(STANDARD, author_role="pupil"), reason="seen", by="manager", at=T0)
    ladder = reconsider(ladder, THREAT, reason="item 2 joined", by=DAEMON, at=T0)
    assert ladder.matter.author_role == "pupil"
    assert Flag.INSULT in ladder.matter.flags
    assert Step.POLICE_CONSIDERED in steps(ladder)
    assert Step.AUTHOR_REQUEST not in steps(ladder)


def test_police_skipped_for_an_insult_would_stay_skipped_for_a_threat_to_life() -> None:
    skipped = do(reporting(), Step.POLICE_REPORTED, DecisionKind.SKIP)
    assert Step.POLICE_REPORTED not in steps(skipped)
    worse = reconsider(skipped, LIFE, reason="item 2 joined", by=DAEMON, at=T0 + timedelta(hours=1))
    assert Step.POLICE_REPORTED in steps(worse)


def test_steps_barred_by_a_wrong_lane_would_never_come_back() -> None:
    wrong = reconsider(triaged(), IMAGE, reason="suspected", by="head", at=T0 + timedelta(hours=1))
    right = reconsider(wrong, STANDARD, reason="it is a cartoon", by="head", at=T0 + timedelta(hours=2))
    assert {Step.HOST_REPORT, Step.AUTHOR_REQUEST} <= steps(right)


def test_an_unsealed_matter_would_slip_into_a_lane_that_acts() -> None:
    with pytest.raises(LadderRefused, match="seal"):
        reconsider(opened(LIFE, sealed=False), STANDARD, reason="a song text", by="head", at=OPENED)


# time reminds, and nothing else


def test_an_unread_critical_alert_would_stay_unread() -> None:
    ladder = opened(LIFE)
    early, said = tick(ladder, OPENED + timedelta(minutes=59))
    assert not [word for word in said if word.kind is ReminderKind.UNACKNOWLEDGED]
    late, said = tick(early, OPENED + timedelta(minutes=60))
    assert [word.to_role for word in said if word.kind is ReminderKind.UNACKNOWLEDGED] == [Role.DEPUTY]
    _, again = tick(late, OPENED + timedelta(minutes=61))
    assert not [word for word in again if word.kind is ReminderKind.UNACKNOWLEDGED]


def test_a_high_alert_would_go_to_the_deputy_although_the_manager_has_it_in_hand() -> None:
    ladder = do(opened(), Step.TRIAGE, DecisionKind.ACKNOWLEDGE)
    assert the(ladder, Step.TRIAGE).state is TaskState.ACKNOWLEDGED
    assert do(ladder, Step.TRIAGE, DecisionKind.ACKNOWLEDGE, by="other").tasks == ladder.tasks
    _, said = tick(ladder, OPENED + timedelta(hours=5))
    assert ReminderKind.UNACKNOWLEDGED not in {word.kind for word in said}
    _, unread = tick(opened(), OPENED + timedelta(hours=4))
    assert ReminderKind.UNACKNOWLEDGED in {word.kind for word in unread}


def test_a_week_without_power_would_end_in_a_storm_of_reminders() -> None:
    ladder, said = tick(opened(), T0 + timedelta(days=7))
    assert len(said) <= len(ladder.tasks) + 1
    assert tick(ladder, T0 + timedelta(days=7)) == (ladder, ())
    _, next_day = tick(ladder, T0 + timedelta(days=8))
    assert {word.kind for word in next_day} == {ReminderKind.OVERDUE}


def test_an_overdue_task_would_look_as_if_it_were_on_time() -> None:
    task = the(opened(), Step.TRIAGE)
    assert not task.overdue(T0 + timedelta(hours=3, minutes=59))
    assert task.overdue(T0 + timedelta(hours=4))


# closing


def test_an_incident_would_close_over_tasks_that_are_still_owed() -> None:
    with pytest.raises(LadderRefused, match="still open"):
        close(triaged(), "done with it", "manager", T0, outcome=Outcome.REFUSED)
    with pytest.raises(LadderRefused, match="still open"):
        close(opened(IMAGE), "a mistake", "head", T0, outcome=Outcome.UNFOUNDED)
    closed = close(triaged(), "the teacher asked us to leave it", "manager", T0, outcome=Outcome.WITHDRAWN)
    assert all(task.ended for task in closed.tasks)


def all_done(ladder: Ladder) -> Ladder:
    for task in open_tasks(ladder):
        if task.step is Step.POLICE_CONSIDERED:
            ladder = do(ladder, task.step, outcome=Outcome.NOT_APPLICABLE)
        elif task.skip_reasons:
            ladder = do(ladder, task.step, DecisionKind.SKIP)
    return ladder


def test_removed_would_be_said_of_something_that_nobody_has_seen_gone() -> None:
    ladder = do(triaged(), Step.HOST_REPORT, outcome=Outcome.REMOVED)
    checked = do(ladder, Step.VERIFY_REMOVED, outcome=Outcome.REMOVED, reason="looked, signed out")
    with pytest.raises(LadderRefused, match="not been seen gone"):
        close(all_done(ladder), "removed", "manager", T0, outcome=Outcome.REMOVED)
    closed = close(all_done(checked), "removed", "manager", T0)
    assert closed.closing is not None
    assert (closed.closing.outcome, closed.closing.verified_at) == (
        Outcome.REMOVED,
        T0 + timedelta(minutes=30),
    )


def test_hidden_or_withdrawn_from_view_would_be_said_without_a_sign_of_it() -> None:
    for outcome in (Outcome.HIDDEN, Outcome.NOT_PUBLICLY_VISIBLE):
        with pytest.raises(LadderRefused):
            close(all_done(triaged()), "x", "manager", T0, outcome=outcome)
    hidden = all_done(do(triaged(OWN_PAGE), Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN))
    closed = close(hidden, "hidden on our page", "manager", T0)
    assert closed.closing is not None
    assert closed.closing.outcome is Outcome.HIDDEN


def test_an_ending_that_nobody_named_would_be_guessed() -> None:
    with pytest.raises(LadderRefused, match="Say how it ended"):
        close(all_done(triaged()), "over", "manager", T0)


def test_a_closed_incident_would_go_on_collecting_decisions_and_reminders() -> None:
    closed = close(triaged(), "a quotation", "manager", T0, outcome=Outcome.UNFOUNDED)
    for act in (
        lambda: decide(closed, 1, Decision(DecisionKind.ACKNOWLEDGE, "manager"), T0),
        lambda: close(closed, "again", "manager", T0),
        lambda: open_step(closed, Step.MEETING, reason="x", by="manager", at=T0),
        lambda: seal(closed, T0),
    ):
        with pytest.raises(LadderRefused, match="closed"):
            act()
    assert tick(closed, T0 + timedelta(days=9)) == (closed, ())


def test_a_decision_by_nobody_or_without_a_time_zone_would_stand_in_the_record() -> None:
    with pytest.raises(LadderRefused, match="Who decided"):
        do(opened(), Step.TRIAGE, by=" ")
    with pytest.raises(LadderRefused, match="time zone"):
        tick(opened(), datetime(2026, 11, 20, 15, 30))  # noqa: DTZ001  the mistake under test
    with pytest.raises(LadderRefused, match="no task 99"):
        opened().task(99)


def test_an_outcome_that_makes_no_sense_would_be_recorded() -> None:
    with pytest.raises(LadderRefused, match="can end as"):
        do(opened(), Step.TRIAGE, outcome=Outcome.REMOVED)
    with pytest.raises(LadderRefused, match="cannot be refused"):
        do(opened(), Step.TRIAGE, DecisionKind.REFUSED)


def test_a_step_that_is_open_would_open_twice() -> None:
    with pytest.raises(LadderRefused, match="open already"):
        open_step(triaged(), Step.HOST_REPORT, reason="again", by="manager", at=T0)
    skipped = do(triaged(), Step.HOST_REPORT, DecisionKind.SKIP)
    again = open_step(skipped, Step.HOST_REPORT, reason="it has spread", by="manager", at=T0)
    assert the(again, Step.HOST_REPORT).number == len(again.tasks)


# keeping it


def test_a_ladder_would_come_back_from_the_store_as_another_one() -> None:
    ladder = record_consent(reporting(), says(ConsentScope.POLICE, answer=True))
    ladder, _ = tick(do(ladder, Step.HOST_REPORT), T0 + timedelta(days=2))
    stored = json.dumps(ladder_to_json(ladder), sort_keys=True)
    assert ladder_from_json(json.loads(stored)) == ladder
    assert json.dumps(ladder_to_json(ladder_from_json(json.loads(stored))), sort_keys=True) == stored


def test_a_broken_row_would_open_as_an_empty_ladder() -> None:
    broken = {**ladder_to_json(opened()), "lane": "fast"}
    with pytest.raises(ValidationError, match="lane"):
        ladder_from_json(broken)


def test_a_changed_policy_would_rewrite_an_incident_of_last_year() -> None:
    policy = {"version": 0, **{k: v for k, v in opened().policy.items() if k != "version"}}
    ladder = open_ladder(STANDARD, first_seen_at=T0, opened_at=OPENED, sealed=True, policy=policy)
    policy["nag_hours"] = 1
    assert ladder.policy["nag_hours"] == 24
