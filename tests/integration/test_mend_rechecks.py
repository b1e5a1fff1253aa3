"""What a re-check concludes from changed words and from what a platform cannot tell; real loopbacks."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.monitor_bench import rows, settle, task_of
from support.school import TestSchool, running_school

from alerts.ladder.words import Step
from config.words import Outcome, Visibility
from connectors.interface import Capability
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.pipeline.incidents.visibility import Seen, of_all
from monitor.pipeline.reading.accounts import connect
from monitor.store.models import Incident, Recheck, TakedownTask

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url) as running:
        running.first_look()
        yield running


def comment(school: TestSchool, name: str, words: str) -> str:
    platform = school.platforms[name]
    post = platform.own_post("News from school", school.clock.now())
    external_id = platform.comment(post, f"@fernhillprimary {words}", "local", school.clock.now())
    school.look(name)
    return external_id


def mention(school: TestSchool, name: str, words: str) -> str:
    platform = school.platforms[name]
    platform.own_post("What a healthy answer is known by", school.clock.now())
    external_id = platform.mention(f"@fernhillprimary {words}", "local", school.clock.now())
    school.look(name)
    return external_id


def ask_for_removal(school: TestSchool) -> None:
    settle(school, Step.TRIAGE)
    settle(school, Step.OWN_PAGE_HIDE, outcome=Outcome.HIDDEN)


def look_again(school: TestSchool) -> Recheck:
    due = rows(school, Incident)[0].next_recheck_at
    assert due is not None
    school.clock.set(due)
    recheck_due(school.site)
    return rows(school, Recheck)[-1]  # type: ignore[no-any-return]  # rows of any table


def presence(school: TestSchool) -> Any:
    return read_ladder(rows(school, Incident)[0]).presence


def test_changed_words_would_pass_for_the_same_after_a_restart(school: TestSchool) -> None:
    """Facebook keeps no earlier wording: a connector just started cannot know it, the store can."""
    external_id = mention(school, "facebook", "ABUSE of many words")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    school.facebook.edit(external_id, "other words", school.clock.now() + MINUTE)
    assert look_again(school).visibility == "edited"
    assert presence(school).edited_at == school.clock.now()
    assert task_of(school, Step.HOST_REPORT).state == "waiting", "nobody has judged the new words"


def test_words_edited_before_they_were_sealed_would_pass_for_new_ones(school: TestSchool) -> None:
    """X says of everything that was ever edited that it has more than one version."""
    external_id = school.x.mention("@fernhillprimary something", "stranger", school.clock.now())
    school.x.edit(external_id, "@fernhillprimary ABUSE of many words", school.clock.now() + MINUTE)
    school.clock.advance(5 * MINUTE)
    school.look("x")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    assert look_again(school).visibility == "visible"
    assert presence(school).edited_at is None


@pytest.mark.parametrize("name", ["x", "facebook"])
def test_words_made_harmless_would_be_chased_up_the_ladder(school: TestSchool, name: str) -> None:
    """The author did what was asked; the host would be reported to all the same."""
    external_id = mention(school, name, "ABUSE of many words")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    school.clock.advance(5 * MINUTE)
    school.platforms[name].edit(external_id, "@fernhillprimary a lovely day", school.clock.now())
    school.clock.advance(5 * MINUTE)
    school.look(name)
    assert look_again(school).visibility == "edited"
    report = task_of(school, Step.HOST_REPORT)
    assert (report.state, report.outcome) == ("done", "amended")


def test_words_edited_into_other_abuse_would_end_the_matter(school: TestSchool) -> None:
    external_id = mention(school, "facebook", "ABUSE of many words")
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)
    school.clock.advance(5 * MINUTE)
    school.facebook.edit(external_id, "ABUSE in other words", school.clock.now())
    school.clock.advance(5 * MINUTE)
    school.look("facebook")
    assert look_again(school).visibility == "visible", "the newest sealed words still stand"
    assert task_of(school, Step.HOST_REPORT).state == "waiting"


def test_what_we_hid_on_x_would_be_called_still_there(school: TestSchool) -> None:
    """X never says what is hidden: the claim would be refused, and the next rung open."""
    comment(school, "x", "ABUSE of many words")
    ask_for_removal(school)
    before = {task.step for task in rows(school, TakedownTask)}
    answer = look_again(school)
    assert answer.visibility == "hidden_by_us"
    assert "does not tell what is hidden" in answer.proof
    assert task_of(school, Step.VERIFY_REMOVED).state == "open"
    assert {task.step for task in rows(school, TakedownTask)} == before, "no further rung"


def test_a_hide_that_facebook_does_not_know_of_would_pass_for_one(school: TestSchool) -> None:
    """There the platform itself tells, so a claim that is not so is contradicted."""
    comment(school, "facebook", "ABUSE of many words")
    ask_for_removal(school)
    assert look_again(school).visibility == "visible"
    assert task_of(school, Step.VERIFY_REMOVED).state == "refused"


def test_only_facebook_can_tell_what_is_hidden(school: TestSchool) -> None:
    for name, tells in (("x", False), ("facebook", True)):
        connector = connect(school.site, school.site.source_settings(name))
        assert (Capability.SEES_HIDDEN in connector.capabilities) is tells
        connector.close()


EDITED, VISIBLE, UNKNOWN, GONE = Visibility.EDITED, Visibility.VISIBLE, Visibility.UNKNOWN, Visibility.GONE


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([(EDITED, True), (VISIBLE, None)], (VISIBLE, None)),
        ([(EDITED, True), (UNKNOWN, None)], (UNKNOWN, None)),
        ([(EDITED, True), (GONE, None)], (GONE, None)),
        ([(EDITED, True), (EDITED, None)], (EDITED, None)),
        ([(EDITED, True), (EDITED, False)], (EDITED, False)),
        ([(EDITED, True), (EDITED, True)], (EDITED, True)),
    ],
)
def test_one_copy_made_harmless_would_settle_the_other(
    answers: list[tuple[Visibility, bool | None]], expected: tuple[Visibility, bool | None]
) -> None:
    seen = [Seen(visibility, True, "", clean) for visibility, clean in answers]
    for given in (seen, seen[::-1]):
        most = of_all(given)
        assert (most.visibility, most.clean) == expected
