"""From rung to rung: the 24 hours, the host, the provider, the police, and how an incident may end."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from support.ladder_play import RUMOUR, T0, TEACHER, THREAT, Play
from support.policy import serves, switch

from alerts.clocks import section_5_deadline
from alerts.ladder import machine
from alerts.ladder.closing import removed_by
from alerts.ladder.state import Decision, Findings, LadderRefused
from alerts.ladder.steps import RULES
from alerts.ladder.warnings import warnings_of
from alerts.ladder.words import ConsentScope, DecisionKind, Override, ReminderKind, Standing, Step
from alerts.seriousness import Course, Part, seriousness
from config.concerns import Concern
from config.schema import Role
from config.words import (
    CommunityRole,
    Flag,
    Label,
    Lane,
    Outcome,
    Remover,
    Severity,
    TaskState,
    Visibility,
)
from monitor.pipeline.judgement.decided import verdict_of


@serves("NEU 9.3/1", without=switch("alerts.clocks.HOST_CLOCK", timedelta(days=3)))
def test_a_post_would_stay_up_over_christmas_because_the_clock_waits_for_school() -> None:
    play = Play(at=datetime(2026, 12, 24, 16, tzinfo=UTC))
    assert play.ladder.host_due_at == datetime(2026, 12, 25, 16, tzinfo=UTC)
    play.triage()
    play.done(Step.HOST_REPORT)
    play.wait(hours=2)
    play.sees(Visibility.EDITED, clean=True)
    report = play.the(Step.HOST_REPORT)
    assert (report.state, report.outcome) == (TaskState.DONE, Outcome.AMENDED)


@serves("NEU 9.3/2", without=switch("alerts.ladder.policy.hosts", dict))
def test_the_head_would_fill_in_a_form_that_youtube_takes_only_from_the_person() -> None:
    play = Play(replace(RUMOUR, platform="youtube"))
    assert Step.HOST_REPORT not in play.steps()
    task = play.the(Step.FIRST_PARTY_REPORT)
    assert "only from the person concerned" in task.what_to_do
    play.triage()
    play.done(Step.FIRST_PARTY_REPORT)
    assert play.the(Step.FIRST_PARTY_REPORT).due_at == T0 + timedelta(hours=24)
    both = Play(replace(TEACHER, platform="youtube", labels=frozenset({Label.ABUSE, Label.DEFAMATION})))
    assert {Step.HOST_REPORT, Step.FIRST_PARTY_REPORT} <= both.steps()


@serves("NEU 9.4/2", without=switch("alerts.ladder.opening._host_said_no", lambda _: True))
def test_the_provider_would_be_written_to_before_the_host_was_asked() -> None:
    play = Play()
    play.triage()
    with pytest.raises(LadderRefused, match="host has to have refused"):
        play.open(Step.INFRA_NOTICE)
    play.refused(Step.HOST_REPORT, "“no violation”")
    assert Step.INFRA_NOTICE in play.steps()


@serves("NEU 9.4/2", without=switch("alerts.ladder.gates._lacks", lambda *_: False))
def test_a_letter_to_a_provider_would_leave_without_the_heads_word() -> None:
    play = Play()
    play.triage()
    play.refused(Step.HOST_REPORT)
    with pytest.raises(LadderRefused, match="headteacher approves"):
        play.done(Step.INFRA_NOTICE)
    play.approve(Step.INFRA_NOTICE, Role.SENIOR_MANAGER)
    with pytest.raises(LadderRefused, match="headteacher approves"):
        play.done(Step.INFRA_NOTICE)
    play.approve(Step.INFRA_NOTICE)
    play.done(Step.INFRA_NOTICE)
    assert play.the(Step.INFRA_NOTICE).state is TaskState.WAITING


@serves("NEU 9.4/3", without=switch("alerts.ladder.gates.check_whole_site", lambda _: None))
def test_a_whole_village_forum_would_be_asked_to_close_for_one_thread() -> None:
    play = Play()
    play.triage()
    play.refused(Step.HOST_REPORT)
    play.approve(Step.INFRA_NOTICE)
    with pytest.raises(LadderRefused, match="Only the headteacher"):
        play.approve(Step.INFRA_NOTICE, Role.SENIOR_MANAGER, whole_site=True)
    with pytest.raises(LadderRefused, match="exceptional"):
        play.done(Step.INFRA_NOTICE, whole_site=True)
    play.approve(Step.INFRA_NOTICE, whole_site=True)
    play.done(Step.INFRA_NOTICE, whole_site=True)
    assert play.the(Step.INFRA_NOTICE).whole_site


@serves("NEU 9.5", without=switch("alerts.ladder.gates.consent_gate", lambda *_: None))
def test_a_teachers_matter_would_go_to_the_police_without_asking_the_teacher() -> None:
    play = Play(THREAT)
    play.triage()
    play.done(Step.POLICE_CONSIDERED, reason="a threat")
    with pytest.raises(LadderRefused, match="consent"):
        play.done(Step.POLICE_REPORTED)
    play.answers(ConsentScope.POLICE, yes=True)
    assert play.the(Step.POLICE_REPORTED).needs == ()
    play.done(Step.POLICE_REPORTED, reference="log 7")
    assert play.the(Step.POLICE_REPORTED).reference == "log 7"


@serves("NEU 9.5", without=switch("alerts.ladder.machine.was_overtaken", lambda *_: False))
def test_a_teacher_who_changes_their_mind_would_not_be_helped_to_say_so() -> None:
    play = Play(THREAT)
    play.triage()
    play.done(Step.POLICE_CONSIDERED, reason="a threat")
    play.answers(ConsentScope.POLICE, yes=True)
    play.done(Step.POLICE_REPORTED)
    play.answers(ConsentScope.POLICE, yes=False)
    assert play.the(Step.POLICE_REPORTED).state is TaskState.DONE  # what was sent is not called back
    assert Step.CHANGE_OF_MIND in play.steps()


@serves("NEU 9.1", without=switch("alerts.ladder.closing.NOT_OWED", frozenset(Step)))
def test_an_incident_would_close_before_anybody_has_looked_into_it() -> None:
    play = Play()
    play.triage()
    for task in play.ladder.tasks:
        if task.undecided and task.step is not Step.INVESTIGATION:
            play.skip(task.step)
    investigation = play.the(Step.INVESTIGATION)
    assert (investigation.owner_role, investigation.due_at is not None) == (Role.SENIOR_MANAGER, True)
    with pytest.raises(LadderRefused, match="Look into it"):
        play.close(Outcome.REFUSED)
    play.done(Step.INVESTIGATION, reason="three parents saw it; it began after the trip")
    play.close(Outcome.REFUSED)


@serves("NEU 5.2", without=switch("config.concerns._SHOWN_AS", "is defamatory", key=Concern.DEFAMATORY))
def test_a_managers_choice_would_read_like_a_verdict() -> None:
    play = Play(RUMOUR)
    play.correct(concerns=frozenset({Concern.DEFAMATORY}))
    assert play.ladder.concerns == {"NEU5.2-defamatory_alleged"}
    assert len(Concern) == 9
    assert all(one.shown_as.startswith("alleged: ") for one in Concern)


@serves("NEU 10.2", without=switch("alerts.seriousness._visible", lambda _: Part("time visible", 0, 15, ())))
def test_a_score_would_be_a_number_that_nobody_can_question() -> None:
    hour = seriousness(TEACHER, Lane.STANDARD, Severity.MEDIUM, Course(timedelta(minutes=30)))
    week = seriousness(TEACHER, Lane.STANDARD, Severity.MEDIUM, Course(timedelta(days=9), 3, 1))
    assert [part.most for part in week.parts] == [40, 15, 20, 25]
    assert all(part.reasons for part in week.parts)
    assert week.parts[1].points > hour.parts[1].points
    assert week.total > hour.total
    assert "visible 9 days" in week.parts[1].reasons


@serves("Huntington 8.7/1", without=switch("alerts.ladder.planning.AFTER_NO", (), key=Step.AUTHOR_REQUEST))
def test_an_authors_no_would_set_off_the_next_step_by_itself() -> None:
    play = Play()
    play.correct(author_role=CommunityRole.PARENT)
    play.triage()
    play.skip(Step.HOST_REPORT)
    play.correct(attribution=Standing.CONFIRMED, basis="signed it")
    play.approve(Step.AUTHOR_REQUEST)
    play.done(Step.AUTHOR_REQUEST)
    play.refused(Step.AUTHOR_REQUEST, "“I stand by it”")
    assert Step.NEXT_STEP in play.steps()
    assert Step.HOST_REPORT not in play.steps()
    with pytest.raises(LadderRefused, match="host, infra, advice, stop"):
        play.done(Step.NEXT_STEP)
    play.done(Step.NEXT_STEP, answer="host", reason="it names her")
    assert Step.HOST_REPORT in play.steps()


@serves("Huntington 8.7/2", without=switch("alerts.ladder.warnings._no_host_rule", lambda *_: None))
def test_a_report_without_the_hosts_rule_would_leave_without_a_word() -> None:
    play = Play()
    play.triage()
    play.done(Step.HOST_REPORT)
    number = play.the(Step.HOST_REPORT).number
    assert "names" not in warnings_of(play.ladder, number)
    assert any("Huntington 8.7" in warning for warning in warnings_of(play.ladder, number))


@serves("Huntington 8.8", without=switch("alerts.ladder.policy.POLICE_TRIGGERS", ()))
@pytest.mark.parametrize("flag", [Flag.THREAT, Flag.HARASSMENT, Flag.SEXUAL, Flag.HATE])
def test_nobody_would_ask_whether_the_police_should_hear(flag: Flag) -> None:
    play = Play(replace(TEACHER, flags=frozenset({flag, Flag.STAFF_TARGET})))
    assert play.the(Step.POLICE_CONSIDERED).owner_role is Role.HEADTEACHER
    play.triage()
    with pytest.raises(LadderRefused, match="reason"):
        play.done(Step.POLICE_CONSIDERED, Outcome.NOT_APPLICABLE, reason=" ")


@serves("Huntington 6.5", without=switch("alerts.ladder.correcting._found", lambda _, said: replace(
    said, host_rule_breach=said.policy_breach, law_to_consider=said.policy_breach)))  # fmt: skip
def test_what_harms_the_school_would_pass_for_what_a_host_must_remove() -> None:
    play = Play()
    play.correct(findings=Findings(policy_breach="Huntington 6.5"))
    found = play.ladder.findings
    assert (found.policy_breach, found.host_rule_breach, found.law_to_consider) == (
        "Huntington 6.5",
        None,
        None,
    )
    play.correct(findings=Findings(host_rule_breach="bullying and harassment"))
    assert play.ladder.findings.policy_breach == "Huntington 6.5"


@serves("Huntington 2.1/1", without=switch("alerts.ladder.observing.STAYS_CLOSED", frozenset()))
def test_a_false_alarm_would_follow_its_author_about() -> None:
    play = Play()
    play.done(Step.TRIAGE, Outcome.UNFOUNDED, reason="a song", by="A. Manager")
    assert play.ladder.closing is not None
    assert (play.ladder.closing.by, play.ladder.closing.reason) == ("A. Manager", "a song")
    assert verdict_of(play.ladder) is False
    play.wait(hours=3)
    for visibility in (Visibility.GONE, Visibility.GONE, Visibility.VISIBLE):
        play.wait(hours=1)
        play.sees(visibility)
    assert play.ladder.re_opened == 0
    told = " ".join(rule.what_to_do for rule in RULES.values()).casefold()
    assert not [word for word in ("guilty", "culprit", "offender", "perpetrator", "troll") if word in told]


@serves("QC and Nunney 1.2.3", without=switch("alerts.ladder.correcting._AFTER_A_HAND_OVER", frozenset(Role)))
def test_a_matter_handed_to_child_protection_would_go_on_here_beside_it() -> None:
    play = Play(replace(TEACHER, flags=frozenset({Flag.SAFEGUARDING}), affected_role="pupil"))
    assert play.ladder.lane is Lane.CHILD
    play.done(Step.DSL_REFERRAL, Outcome.HANDED_OVER, reason="child-protection procedure")
    play.close(Outcome.HANDED_OVER)
    assert not play.steps()
    assert play.tick() == []
    with pytest.raises(LadderRefused, match="only the headteacher and the DSL"):
        play.note(Role.SENIOR_MANAGER)
    play.note(Role.DSL)
    assert [note.role for note in play.ladder.notes] == [Role.DSL]


@serves(
    "QC 2.8.6", "Market Drayton E/2", without=switch("alerts.ladder.state.host_deadline", section_5_deadline)
)
@pytest.mark.parametrize(
    "seen", [datetime(2026, 11, 21, 23, 10, tzinfo=UTC), datetime(2026, 8, 9, 3, tzinfo=UTC)]
)
def test_what_is_written_on_a_saturday_night_or_in_august_would_be_nobodys_business(seen: datetime) -> None:
    weekday = Play(THREAT, at=datetime(2026, 11, 24, 11, tzinfo=UTC))
    then = Play(replace(THREAT, published_at=seen), at=seen)
    assert (then.ladder.lane, then.ladder.severity) == (weekday.ladder.lane, weekday.ladder.severity)
    assert then.steps() == weekday.steps()
    assert then.ladder.host_due_at == seen + timedelta(hours=24)
    assert then.the(Step.TRIAGE).due_at == seen + timedelta(hours=4)


@serves("NEU 8.1/3", without=switch("alerts.ladder.ticking._lapse", lambda ladder, _: (ladder, [])))
def test_a_threat_would_rest_with_somebody_who_took_it_on_and_fell_ill() -> None:
    play = Play(replace(THREAT, severity=Severity.CRITICAL))
    for task in play.ladder.tasks:
        taken = Decision(DecisionKind.ACKNOWLEDGE, "A. Manager")
        play.ladder = machine.decide(play.ladder, task.number, taken, play.now)
    play.wait(hours=4)
    play.ladder, said = machine.tick(play.ladder, play.now)
    assert ReminderKind.STALLED in {word.kind for word in said}
    play.wait(minutes=60)
    _, said = machine.tick(play.ladder, play.now)
    assert [word.to_role for word in said if word.kind is ReminderKind.UNACKNOWLEDGED] == [Role.DEPUTY]


def test_who_took_it_away_would_be_guessed() -> None:
    """Thanks would go to a host that did nothing, and a report to a host that acted would look unheard."""
    play = Play()
    play.triage()
    assert removed_by(play.ladder) is Remover.UNKNOWN
    play.done(Step.HOST_REPORT, Outcome.REMOVED)
    assert removed_by(play.ladder) is Remover.HOST
    gone = Play()
    gone.triage()
    gone.done(Step.HOST_REPORT)
    for _ in range(2):
        gone.wait(hours=1)
        gone.sees(Visibility.GONE)
    assert removed_by(gone.ladder) is Remover.UNKNOWN


def test_an_override_that_is_not_listed_would_open_the_way_to_the_police() -> None:
    play = Play(THREAT)
    play.triage()
    play.done(Step.POLICE_CONSIDERED, reason="a threat")
    with pytest.raises(LadderRefused, match="consent"):
        play.done(Step.POLICE_REPORTED, override=Override.HOST_UNREACHABLE)
