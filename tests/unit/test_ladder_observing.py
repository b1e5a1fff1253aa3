"""What the content did next: a wrong reading says “removed” of a threat that still stands."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from alerts.ladder.machine import close, decide, next_recheck, observe, open_ladder, open_tasks, recheck_times
from alerts.ladder.matter import Matter
from alerts.ladder.state import Decision, Ladder, LadderRefused
from alerts.ladder.tasks import Task
from alerts.ladder.words import DecisionKind, Step
from config.words import Flag, Label, Outcome, Severity, Surface, TaskState, Visibility

T0 = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
MATTER = Matter(
    labels=frozenset({Label.ABUSE}),
    flags=frozenset({Flag.INSULT}),
    severity=Severity.MEDIUM,
    surface=Surface.MENTION,
    platform="village-forum.example",
)
OWN_PAGE = replace(MATTER, on_own_account=True, platform="facebook")
HALF_HOUR = timedelta(minutes=30)


def the(ladder: Ladder, step: Step) -> Task:
    return [task for task in ladder.tasks if task.step is step][-1]


def done(ladder: Ladder, step: Step, outcome: Outcome | None = None) -> Ladder:
    return decide(ladder, the(ladder, step).number, Decision(DecisionKind.DONE, "manager", outcome, "ok"), T0)


def reported(matter: Matter = MATTER) -> Ladder:
    ladder = open_ladder(matter, first_seen_at=T0, opened_at=T0, sealed=True)
    ladder = done(ladder, Step.TRIAGE)
    return done(ladder, Step.OWN_PAGE_HIDE if matter.on_own_account else Step.HOST_REPORT)


def seen(ladder: Ladder, *answers: tuple[float, Visibility], canary: bool = True) -> Ladder:
    for hours, visibility in answers:
        ladder = observe(ladder, visibility, T0 + timedelta(hours=hours), canary_healthy=canary)
    return ladder


GONE, VISIBLE, UNKNOWN = Visibility.GONE, Visibility.VISIBLE, Visibility.UNKNOWN


def test_one_missing_answer_would_be_told_to_a_teacher_as_removed() -> None:
    once = seen(reported(), (1, GONE))
    assert once.presence.gone_confirmed_at is None
    assert the(once, Step.HOST_REPORT).state is TaskState.WAITING
    soon = observe(once, GONE, T0 + timedelta(hours=1, minutes=29))
    assert soon.presence.gone_confirmed_at is None


def test_two_missing_answers_would_leave_the_tasks_open() -> None:
    ladder = seen(reported(), (1, GONE), (1.5, GONE))
    assert ladder.presence.gone_confirmed_at == T0 + timedelta(hours=1.5)
    report, letter = the(ladder, Step.HOST_REPORT), the(ladder, Step.AUTHOR_REQUEST)
    assert (report.state, report.outcome, report.decided_by) == (TaskState.DONE, Outcome.REMOVED, "re-check")
    assert letter.state is TaskState.SKIPPED
    assert report.reason == "Not there at two checks: 2026-11-20 16:30 and 2026-11-20 17:00 UTC."


@pytest.mark.parametrize(
    "answer", [VISIBLE, Visibility.EDITED, Visibility.NOT_PUBLICLY_VISIBLE, Visibility.HIDDEN_BY_US]
)
def test_two_missing_answers_with_a_sighting_between_would_count_as_gone(answer: Visibility) -> None:
    ladder = seen(reported(), (1, GONE), (2, answer), (3, GONE))
    assert ladder.presence.gone_confirmed_at is None
    assert ladder.presence.gone_since == T0 + timedelta(hours=3)


def test_a_platform_that_is_down_would_be_read_as_removal() -> None:
    ladder = reported()
    assert seen(ladder, (1, UNKNOWN), (2, UNKNOWN)) == ladder
    assert seen(ladder, (1, GONE), (2, GONE), (9, VISIBLE), canary=False) == ladder
    between = seen(ladder, (1, GONE), (1.2, UNKNOWN), (1.6, GONE))
    assert between.presence.gone_confirmed_at is not None


def test_an_answer_that_arrives_late_would_turn_back_time() -> None:
    ladder = seen(reported(), (3, VISIBLE))
    assert seen(ladder, (1, GONE), (2, GONE)) == ladder


def test_a_post_that_comes_back_would_stay_closed_and_keep_its_old_clock() -> None:
    ladder = seen(reported(), (1, GONE), (2, GONE))
    closed = close(ladder, "removed by the host", "manager", T0 + timedelta(hours=3), outcome=Outcome.REMOVED)
    again = seen(closed, (48, VISIBLE))
    assert (again.re_opened, again.closing, len(again.earlier_closings)) == (1, None, 1)
    assert again.host_due_at == T0 + timedelta(hours=72)
    assert again.first_seen_at == T0
    assert {task.step for task in open_tasks(again)} >= {Step.HOST_REPORT, Step.AUTHOR_REQUEST}
    assert again.presence.gone_confirmed_at is None


def test_a_sighting_before_it_was_ever_gone_would_move_the_24_hours() -> None:
    ladder = seen(reported(), (1, GONE), (1.2, VISIBLE), (30, VISIBLE))
    assert (ladder.re_opened, ladder.host_due_at) == (0, T0 + timedelta(hours=24))


def test_criticism_that_was_left_up_would_be_re_opened_by_every_re_check() -> None:
    ladder = seen(reported(), (1, GONE), (2, GONE))
    closed = close(ladder, "a parent's own child", "manager", T0, outcome=Outcome.NOT_APPLICABLE)
    assert seen(closed, (5, VISIBLE)).re_opened == 0
    assert next_recheck(closed, None) is None


def test_a_private_account_would_be_called_removed() -> None:
    ladder = seen(reported(), (1, Visibility.NOT_PUBLICLY_VISIBLE), (2, Visibility.NOT_PUBLICLY_VISIBLE))
    assert ladder.presence.gone_confirmed_at is None
    assert ladder.presence.not_public_since == T0 + timedelta(hours=1)
    assert the(ladder, Step.HOST_REPORT).state is TaskState.WAITING


def test_a_post_that_is_private_after_all_would_be_closed_as_removed() -> None:
    private = seen(reported(), (1, GONE), (2, GONE), (3, Visibility.NOT_PUBLICLY_VISIBLE))
    with pytest.raises(LadderRefused, match="not been seen gone"):
        close(private, "removed", "manager", T0, outcome=Outcome.REMOVED)
    closed = close(private, "private now", "manager", T0)
    assert closed.closing is not None
    assert closed.closing.outcome is Outcome.NOT_PUBLICLY_VISIBLE
    assert seen(private, (9, VISIBLE)).re_opened == 1


def test_an_account_that_goes_public_again_would_stay_closed() -> None:
    private = seen(reported(), (1, Visibility.NOT_PUBLICLY_VISIBLE))
    tidy = decide(
        private,
        the(private, Step.HOST_REPORT).number,
        Decision(DecisionKind.REFUSED, "manager", None, "no"),
        T0,
    )
    for task in open_tasks(tidy):
        kind = DecisionKind.SKIP if task.skip_reasons else DecisionKind.DONE
        outcome = None if task.skip_reasons else Outcome.NOT_APPLICABLE
        tidy = decide(tidy, task.number, Decision(kind, "manager", outcome, "private"), T0)
    closed = close(tidy, "private", "manager", T0, outcome=Outcome.NOT_PUBLICLY_VISIBLE)
    again = seen(closed, (48, VISIBLE))
    assert (again.re_opened, again.closing) == (1, None)


def test_a_softened_comment_would_still_be_chased() -> None:
    harsh = observe(reported(), Visibility.EDITED, T0 + HALF_HOUR, clean=False)
    assert the(harsh, Step.HOST_REPORT).state is TaskState.WAITING
    clean = observe(reported(), Visibility.EDITED, T0 + HALF_HOUR, clean=True)
    assert the(clean, Step.HOST_REPORT).outcome is Outcome.AMENDED
    assert clean.presence.edited_at == T0 + HALF_HOUR


def test_a_comment_hidden_on_the_platform_itself_would_still_be_asked_to_be_hidden() -> None:
    ladder = open_ladder(OWN_PAGE, first_seen_at=T0, opened_at=T0, sealed=True)
    hidden = seen(ladder, (1, Visibility.HIDDEN_BY_US))
    assert the(hidden, Step.OWN_PAGE_HIDE).outcome is Outcome.HIDDEN
    assert Step.OWN_PAGE_DELETE in {task.step for task in open_tasks(hidden)}
    assert seen(hidden, (2, VISIBLE)).re_opened == 1


def test_a_hide_that_never_took_effect_would_be_believed() -> None:
    ladder = seen(reported(OWN_PAGE), (1, VISIBLE))
    assert the(ladder, Step.VERIFY_REMOVED).state is TaskState.REFUSED
    assert {Step.HOST_REPORT, Step.AUTHOR_REQUEST} <= {task.step for task in open_tasks(ladder)}
    assert (ladder.re_opened, ladder.host_due_at) == (0, T0 + timedelta(hours=24))


def test_a_removal_that_is_only_said_would_be_believed() -> None:
    said = done(reported(), Step.HOST_REPORT, Outcome.REMOVED)
    ladder = seen(said, (1, VISIBLE))
    assert Step.HOST_ESCALATION in {task.step for task in open_tasks(ladder)}


def test_the_link_of_an_indecent_image_would_be_opened_again_by_a_re_check() -> None:
    image = replace(MATTER, flags=frozenset({Flag.INDECENT_IMAGE}))
    ladder = open_ladder(image, first_seen_at=T0, opened_at=T0, sealed=False)
    assert seen(ladder, (1, GONE), (2, GONE), (3, VISIBLE)) == ladder
    assert next_recheck(ladder, None) is None


def test_removal_would_be_checked_once_and_never_again() -> None:
    hours = [(at - T0) / timedelta(hours=1) for at in recheck_times(T0)]
    assert hours == [1, 6, 24, 48, 168, 720]
    ladder = reported()
    assert next_recheck(ladder, None) == T0 + timedelta(hours=1)
    assert next_recheck(ladder, T0 + timedelta(hours=1)) == T0 + timedelta(hours=6)
    assert next_recheck(ladder, T0 + timedelta(days=30)) is None
    first_gone = seen(ladder, (6, GONE))
    assert next_recheck(first_gone, T0 + timedelta(hours=6)) == T0 + timedelta(hours=7)
    untouched = open_ladder(MATTER, first_seen_at=T0, opened_at=T0, sealed=True)
    assert next_recheck(untouched, None) is None
