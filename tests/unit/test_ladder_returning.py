"""What was settled comes back: the ladder opens again, once, and for what may need it only."""

from dataclasses import replace
from datetime import timedelta

import pytest
from support.ladder_play import TEACHER, Play

from alerts.ladder.returning import posted_again, reappeared, removal_was_asked_for
from alerts.ladder.words import Step
from config.words import Lane, Outcome, TaskState, Visibility

GONE, VISIBLE, EDITED = Visibility.GONE, Visibility.VISIBLE, Visibility.EDITED


def asked() -> Play:
    play = Play()
    play.triage()
    play.done(Step.HOST_REPORT)
    return play


def settled(outcome: Outcome) -> Play:
    """Closed as `outcome`, whatever was seen before."""
    play = asked()
    for _ in range(2):
        play.wait(hours=1)
        play.sees(EDITED if outcome is Outcome.AMENDED else GONE, clean=True)
    for step in sorted(play.steps()):
        answer = {"answer": "declined"} if step is Step.SUPPORT_OFFER else {}
        play.done(step, **answer)
    play.close(outcome)
    return play


def test_a_repeat_before_anybody_acted_would_be_somebody_elses_matter() -> None:
    play = Play()
    assert not removal_was_asked_for(play.ladder)
    play.triage()
    assert not removal_was_asked_for(play.ladder)
    play.done(Step.HOST_REPORT)
    assert removal_was_asked_for(play.ladder)


def test_a_refusal_that_came_without_a_report_would_not_count_as_asking() -> None:
    play = Play()
    play.triage()
    play.refused(Step.HOST_REPORT)
    assert removal_was_asked_for(play.ladder)


@pytest.mark.parametrize("outcome", [Outcome.REMOVED, Outcome.AMENDED])
def test_new_words_under_the_old_address_would_find_the_matter_closed(outcome: Outcome) -> None:
    play = settled(outcome)
    play.wait(days=3)
    back = reappeared(play.ladder, play.now)
    assert (back.closing, back.re_opened, back.clock_from) == (None, 1, play.now)
    assert [task.step for task in back.tasks if task.undecided and task.step is Step.HOST_REPORT]
    assert back.earlier_closings[-1].outcome is outcome
    assert reappeared(back, play.now + timedelta(hours=1)) == back, "once is enough"


@pytest.mark.parametrize("outcome", [Outcome.UNFOUNDED, Outcome.NOT_APPLICABLE, Outcome.WITHDRAWN])
def test_what_nobody_wanted_anything_of_would_open_again(outcome: Outcome) -> None:
    play = Play()
    play.close(outcome)
    assert reappeared(play.ladder, play.now) == play.ladder
    assert posted_again(play.ladder, play.now) == play.ladder


def test_a_repeat_elsewhere_would_ask_the_host_to_remove_what_is_gone() -> None:
    play = settled(Outcome.REMOVED)
    play.wait(days=3)
    play.ladder = posted_again(play.ladder, play.now)
    assert play.steps() == {Step.VERIFY_REMOVED}
    play.wait(hours=1)
    play.sees(GONE)
    check = play.the(Step.VERIFY_REMOVED)
    assert (check.state, check.outcome) == (TaskState.DONE, Outcome.REMOVED)
    play.close()
    assert play.ladder.closing is not None
    assert play.ladder.closing.outcome is Outcome.REMOVED


def test_the_first_one_back_as_well_would_be_called_still_gone() -> None:
    play = settled(Outcome.REMOVED)
    play.ladder = posted_again(play.ladder, play.now)
    play.wait(hours=1)
    play.sees(VISIBLE)
    assert play.ladder.re_opened == 2
    assert Step.HOST_REPORT in play.steps()


def test_a_suspected_picture_would_be_looked_up_because_somebody_repeats_its_words() -> None:
    play = settled(Outcome.REMOVED)
    closed = replace(play.ladder, lane=Lane.INDECENT_IMAGE)
    assert posted_again(closed, play.now) == closed


def test_words_that_a_person_accepted_as_amended_would_open_the_matter_at_each_look() -> None:
    """The classifiers may still want a look at the new wording; a person has had it."""
    play = asked()
    play.wait(hours=1)
    play.sees(VISIBLE)
    play.done(Step.HOST_REPORT, Outcome.AMENDED)
    play.wait(hours=1)
    play.sees(VISIBLE)
    assert play.ladder.re_opened == 0


def test_the_sealed_words_put_back_after_an_edit_would_pass_for_amended() -> None:
    play = asked()
    play.wait(hours=1)
    play.sees(EDITED, clean=True)
    assert play.the(Step.HOST_REPORT).outcome is Outcome.AMENDED
    play.wait(hours=1)
    play.sees(EDITED, clean=True)
    assert play.ladder.re_opened == 0
    play.sees(VISIBLE)
    assert play.ladder.re_opened == 1


def test_new_words_of_a_hidden_comment_would_start_a_new_round_while_it_is_hidden() -> None:
    play = Play(replace(TEACHER, on_own_account=True, platform="facebook"))
    play.triage()
    play.done(Step.OWN_PAGE_HIDE)
    play.wait(hours=1)
    play.sees(Visibility.HIDDEN_BY_US)
    assert reappeared(play.ladder, play.now) == play.ladder
