"""Posted again, elsewhere or under the old address; real loopback platforms, both databases."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from support.clock import SettableClock
from support.monitor_bench import mails, rows, settle, task_of
from support.school import TestSchool, running_school

from alerts.ladder.machine import close, observe
from alerts.ladder.words import DecisionKind, Step
from config.words import Lane, Outcome, Visibility
from connectors.loopback import Fault
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.incidents.rechecks import recheck_due
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.store.models import EvidenceItem, Incident, IncidentItem, Item, Recirculation

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WORDS = "@fernhillprimary ABUSE of the worst sort, all of it"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url) as running:
        running.first_look()
        for platform in running.platforms.values():
            platform.own_post("What a healthy answer is known by", clock.now())
        yield running


def say(school: TestSchool, words: str = WORDS, author: str = "first", name: str = "x") -> str:
    school.clock.advance(6 * MINUTE)
    external_id = school.platforms[name].mention(words, author, school.clock.now())
    school.look(name)
    return external_id


def ask(school: TestSchool) -> None:
    settle(school, Step.TRIAGE)
    settle(school, Step.HOST_REPORT)


def short_link(school: TestSchool, address: str) -> str:
    """What X makes of an address in a post's words."""
    x: Any = school.x
    return str(x.short_link(address))


def links(school: TestSchool) -> list[tuple[int, int, str, str]]:
    return [
        (row.incident_id, row.parent_id, str(row.likeness), str(row.sharer))
        for row in rows(school, Recirculation)
    ]


def ladder(school: TestSchool, number: int = 0) -> Any:
    return read_ladder(rows(school, Incident)[number])


def see_gone_and_close(school: TestSchool, external_id: str) -> None:
    school.x.delete(external_id)
    for _ in range(2):
        school.clock.set(rows(school, Incident)[0].next_recheck_at)
        recheck_due(school.site)
    with school.site.database.write() as session:
        incident = session.get_one(Incident, 1)
        before = read_ladder(incident)
        outcome = Outcome.REMOVED
        closed = close(before, "gone twice", "A. Manager", school.clock.now(), outcome=outcome)
        write_ladder(session, incident, closed)


def test_a_pile_on_that_nobody_has_acted_on_would_be_torn_into_many_incidents(school: TestSchool) -> None:
    for author in ("first", "second", "third"):
        say(school, author=author)
    assert len(rows(school, Incident)) == 1
    assert links(school) == []


def test_who_posts_it_after_the_request_would_hide_in_the_first_incident(school: TestSchool) -> None:
    """Each account answers for itself: what the first one is asked says nothing to the second."""
    say(school)
    ask(school)
    say(school, author="second")
    say(school, author="first")
    say(school, author="third")
    assert links(school) == [
        (2, 1, "same_words", "other"),
        (3, 1, "same_words", "same"),
        (4, 1, "same_words", "other"),
    ]
    say(school, author="third")
    assert len(rows(school, Incident)) == 4, "what the third goes on saying is one matter"


def test_the_same_words_on_another_platform_would_be_a_matter_without_a_past(school: TestSchool) -> None:
    say(school)
    say(school, author="second", name="facebook")
    assert [(child, parent, why) for child, parent, why, _ in links(school)] == [(2, 1, "same_words")]
    assert "It repeats SW-2026-0001." in mails(school, "alert")[-1].text


def test_letters_swapped_for_look_alikes_would_pass_for_new_words(school: TestSchool) -> None:
    say(school)
    ask(school)
    say(school, "@fernhill ABUSE of the w0rst s\N{CYRILLIC SMALL LETTER O}rt ,  all of it!!", author="second")
    assert len(links(school)) == 1


def test_a_removed_matter_would_stay_closed_while_its_words_go_round_elsewhere(school: TestSchool) -> None:
    external_id = say(school)
    ask(school)
    see_gone_and_close(school, external_id)
    assert rows(school, Incident)[0].state == "closed"
    say(school, author="second", name="facebook")
    parent = ladder(school)
    assert (parent.closing, parent.re_opened) == (None, 1)
    assert parent.clock_from == school.clock.now()
    assert (
        task_of(school, Step.VERIFY_REMOVED).state == "open" or parent.tasks[-1].step is Step.VERIFY_REMOVED
    )
    school.clock.set(rows(school, Incident)[0].next_recheck_at)
    recheck_due(school.site)
    assert ladder(school).tasks[-1].outcome is Outcome.REMOVED, "its own address is still empty"


def test_words_found_to_be_fair_would_be_held_against_whoever_repeats_them(school: TestSchool) -> None:
    say(school)
    settle(school, Step.TRIAGE, outcome=Outcome.UNFOUNDED)
    say(school, author="second")
    assert len(rows(school, Incident)) == 2
    assert links(school) == []


def test_a_link_to_what_was_raised_would_spread_it_unseen(school: TestSchool) -> None:
    """Harmless words carry it to new readers all the same; X shows every link in a short form."""
    external_id = say(school)
    ask(school)
    short = short_link(school, f"https://twitter.com/first/status/{external_id}?s=20")
    say(school, f"@fernhillprimary have you all read this {short}", author="second")
    assert links(school) == [(2, 1, "same_address", "other")]
    child, shared = ladder(school, 1), rows(school, Item)[-1]
    assert child.matter.labels == ladder(school).matter.labels
    assert child.matter.author_role == "unknown"
    assert shared.state == "sealed"
    assert [row.item_id for row in rows(school, EvidenceItem)][-1] == shared.id


def test_a_link_while_nobody_has_asked_for_anything_would_make_critics_suspects(school: TestSchool) -> None:
    external_id = say(school)
    short = short_link(school, f"https://x.com/first/status/{external_id}")
    say(school, f"@fernhillprimary how can anybody write this {short}", author="second")
    assert len(rows(school, Incident)) == 1


def test_the_same_link_in_other_words_would_stand_alone(school: TestSchool) -> None:
    say(school, "@fernhillprimary ABUSE as shown at https://blog.example.org/2026/fernhill?utm_source=x")
    ask(school)
    say(
        school,
        "@fernhillprimary more ABUSE to read: http://www.blog.example.org/2026/fernhill/",
        author="second",
    )
    assert links(school) == [(2, 1, "same_link", "other")]


def test_a_shared_home_page_would_make_strangers_kin(school: TestSchool) -> None:
    say(school, "@fernhillprimary ABUSE of many words https://fernhill.example.org/")
    ask(school)
    say(school, "@fernhillprimary quite other ABUSE https://fernhill.example.org", author="second")
    assert links(school) == []


@pytest.mark.parametrize("closed", [False, True])
def test_words_changed_back_would_be_nobodys_matter(school: TestSchool, closed: bool) -> None:
    """Edited into harmless words, and back into other abuse: the same incident, a new 24 hours."""
    external_id = say(school, name="facebook")
    ask(school)
    school.clock.advance(6 * MINUTE)
    school.facebook.edit(external_id, "a lovely day", school.clock.now())
    school.look("facebook")
    assert task_of(school, Step.HOST_REPORT).outcome == "amended", "seen at once, not at the next look"
    if closed:
        with school.site.database.write() as session:
            incident = session.get_one(Incident, 1)
            settled = close(read_ladder(incident), "amended", "A. Manager", school.clock.now(),
                            outcome=Outcome.AMENDED)  # fmt: skip
            write_ladder(session, incident, settled)
    school.clock.advance(6 * MINUTE)
    school.facebook.edit(external_id, "ABUSE in words of another kind", school.clock.now())
    school.look("facebook")
    assert len(rows(school, Incident)) == 1
    now = ladder(school)
    assert (now.closing, now.re_opened, now.clock_from) == (None, 1, school.clock.now())
    assert task_of(school, Step.HOST_REPORT).state == "open"


def test_the_very_same_words_put_back_would_pass_for_amended(school: TestSchool) -> None:
    external_id = say(school, name="facebook")
    ask(school)
    school.clock.advance(6 * MINUTE)
    school.facebook.edit(external_id, "a lovely day", school.clock.now())
    school.look("facebook")
    school.clock.advance(6 * MINUTE)
    school.facebook.edit(external_id, WORDS, school.clock.now())
    school.clock.set(rows(school, Incident)[0].next_recheck_at)
    recheck_due(school.site)
    assert ladder(school).re_opened == 1
    assert task_of(school, Step.HOST_REPORT).state == "open"


def test_a_repeat_of_a_suspected_picture_would_be_copied_into_the_evidence(school: TestSchool) -> None:
    external_id = say(school, "@fernhillprimary IMAGE with many words beside it")
    short = short_link(school, f"https://x.com/first/status/{external_id}")
    say(school, "IMAGE with many words beside it", author="second", name="facebook")
    say(school, f"@fernhillprimary look here {short}", author="third")
    assert {incident.lane for incident in rows(school, Incident)} == {str(Lane.INDECENT_IMAGE)}
    assert {row.withheld for row in rows(school, EvidenceItem)} == {str(Lane.INDECENT_IMAGE)}
    assert len(rows(school, IncidentItem)) == 2, "nothing more is taken of a page while nobody has asked"


def test_words_changed_out_of_sight_of_every_poll_would_never_be_judged(school: TestSchool) -> None:
    """X lists a mention once; only the look at it brings its new words. They are sealed and settle the task."""
    external_id = say(school)
    ask(school)
    school.clock.advance(6 * MINUTE)
    school.x.misbehave(Fault.SERVER_ERROR, times=99, path="/mentions")
    school.x.edit(external_id, "@fernhillprimary a lovely day", school.clock.now())
    school.clock.set(rows(school, Incident)[0].next_recheck_at)
    recheck_due(school.site)
    assert rows(school, Item)[-1].state == "waiting"
    while judge_waiting(school.site, school.judge):
        pass
    recheck_due(school.site)
    assert (task_of(school, Step.HOST_REPORT).state, task_of(school, Step.HOST_REPORT).outcome) == (
        "done",
        "amended",
    )
    assert [row.state for row in rows(school, Item)][-1] == "kept"
    assert len(rows(school, EvidenceItem)) == 2, "both wordings are sealed"


def test_what_a_page_lists_again_would_wait_for_a_look_that_never_comes(school: TestSchool) -> None:
    """Closed as removed and put back after the last look: the poll that sees it has it looked up at once."""
    post = school.facebook.own_post("News from school", school.clock.now())
    school.clock.advance(6 * MINUTE)
    external_id = school.facebook.comment(post, WORDS, "local", school.clock.now())
    school.look("facebook")
    settle(school, Step.TRIAGE)
    settle(school, Step.OWN_PAGE_HIDE, DecisionKind.SKIP)
    school.facebook.delete(external_id)
    school.look("facebook")
    with school.site.database.write() as session:
        incident = session.get_one(Incident, 1)
        gone, at = read_ladder(incident), school.clock.now()
        for minutes in (0, 31):
            at = school.clock.now() + minutes * MINUTE
            gone = observe(gone, Visibility.GONE, at, canary_healthy=True)
        write_ladder(session, incident, close(gone, "gone", "A. Manager", at, outcome=Outcome.REMOVED))
        incident.next_recheck_at = None
    school.clock.advance(40 * 24 * HOUR)
    school.facebook.restore(external_id)
    school.look("facebook")
    assert ladder(school).re_opened == 1
    assert ladder(school).clock_from == school.clock.now()


def test_a_pile_on_that_reaches_a_second_platform_would_flood_the_manager(school: TestSchool) -> None:
    say(school)
    post = school.facebook.own_post("News from school", school.clock.now())
    for author in ("second", "third", "fourth"):
        school.facebook.comment(post, WORDS, author, school.clock.now())
    school.clock.advance(6 * MINUTE)
    school.look("facebook")
    assert [(child, parent) for child, parent, *_ in links(school)] == [(2, 1)]
    assert len(rows(school, Incident)) == 2
