"""Huntington 4.1–4.6: how long a photo consent holds, where it is kept, and how it is withdrawn."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from support.command_line import run
from support.consents import AISHA, ROSE, ZOFIA, Desk, consent, desk_at
from support.policy import serves, switch

from alerts.ladder.words import Step
from monitor.cli.shared import remember_config
from monitor.pipeline.own_pages.withdrawals import Withdrawal, WithdrawalRefused, search, withdraw
from monitor.store.models import ConsentSearch, CustodyEvent


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "school") as opened:
        yield opened
    remember_config(None)


@pytest.fixture
def timeline(tmp_path: Path) -> Iterator[Desk]:
    with desk_at(tmp_path / "school", timeline=True) as opened:
        yield opened


def letter(pupil: str = "P1", ref: str = "letter of 16 November", **more: object) -> Withdrawal:
    return Withdrawal(pupil, ref, "office", **more)  # type: ignore[arg-type]  # named fields of the request


@serves("Huntington 4.1", without=switch("monitor.pipeline.own_pages.consents._endings", lambda pupil: ()))
def test_a_leavers_picture_would_be_published_for_years(desk: Desk) -> None:
    """The consent is for the time on the roll: the day after the last one it has ended."""
    desk.consents(consent("P1", "x"))
    desk.pupils(replace(AISHA, left_on="2026-07-21"), ZOFIA, ROSE)
    assert desk.may_be_shown("P1", "x", "2026-07-21")
    assert not desk.may_be_shown("P1", "x", "2026-07-22")
    assert desk.consents(consent("P1", "x")).stay_withdrawn == 0
    assert not desk.may_be_shown("P1", "x", "2026-11-16"), "an older list does not bring it back"


@serves("Huntington 4.2/1", without=switch("monitor.cli.consent._note_read", lambda *_: None))
def test_anybody_at_the_keyboard_would_read_whose_parents_said_no(desk: Desk) -> None:
    desk.consents(consent("P1", "website"))
    config = ("--config", desk.settings_file)
    refused = run(*config, "consent", "show", "P1")
    assert (refused.status, "--role" in refused.err, "website" in refused.out) == (1, True, False)
    shown = run(*config, "consent", "show", "P1", "--role", "headteacher", "--json")
    assert (shown.status, '"channel": "website"' in shown.out) == (0, True)
    assert run(*config, "consent", "show", "P1", "--role", "governor").status == 2
    read = [event.details for event in desk.rows(CustodyEvent) if event.action == "consents_read"]
    assert [one["role"] for one in read] == ["headteacher"]


@serves(
    "Huntington 4.2/1",
    without=switch("monitor.pipeline.own_pages.consents._ending", lambda *_: consent("P1", "no")),
)
def test_a_consent_that_is_on_no_list_any_more_would_leave_no_trace(desk: Desk) -> None:
    """Asked by a parent what was on file in March, the office could only show today's list."""
    desk.consents(consent("P1", "website"), consent("P1", "x"))
    desk.wait(days=30)
    desk.consents(consent("P1", "website"))
    told = [(one.version, one.channel, one.granted, one.valid_from) for one in desk.statements("P1")]
    assert told == [
        (1, "website", True, "2025-09-01"), (2, "x", True, "2025-09-01"), (3, "x", False, "2026-12-16"),
    ]  # fmt: skip
    assert desk.may_be_shown("P1", "x", "2026-11-16")
    assert not desk.may_be_shown("P1", "x", "2026-12-16")


@serves(
    "Huntington 4.3",
    without=switch("monitor.pipeline.own_pages.withdrawals._check_document", lambda wanted: None),
)
def test_a_withdrawal_that_nobody_wrote_down_would_be_disputed(desk: Desk) -> None:
    desk.consents(consent("P1", "x"))
    with pytest.raises(WithdrawalRefused, match="written request is missing"):
        withdraw(desk.site, letter(ref=" "))
    assert desk.may_be_shown("P1", "x", "2026-11-16")


@serves(
    "Huntington 4.3",
    without=switch(
        "monitor.pipeline.own_pages.withdrawals.record", lambda session, site, about, new, by: None
    ),
)
def test_a_parent_who_changes_their_mind_would_not_be_heard(desk: Desk) -> None:
    """At any time, from the day they say, and an older list does not undo it; a new consent does."""
    desk.consents(consent("P1", "all", "all"))
    withdraw(desk.site, letter(channel="x", effective_on=date(2026, 11, 20)))
    assert [one.actor for one in desk.rows(CustodyEvent) if one.action == "consent_withdrawn"] == ["office"]
    assert desk.may_be_shown("P1", "x", "2026-11-19")
    assert not desk.may_be_shown("P1", "x", "2026-11-20")
    assert desk.may_be_shown("P1", "website", "2026-11-20"), "amended for one channel only"
    taken = desk.consents(consent("P1", "all", "all"), consent("P1", "x", form="another copy"))
    assert (taken.added, taken.stay_withdrawn) == (0, 1)
    desk.consents(consent("P1", "all", "all"), consent("P1", "x", start="2027-01-11", form="form 18"))
    assert desk.may_be_shown("P1", "x", "2027-01-11")


@serves(
    "Huntington 4.4",
    without=(
        switch("classifiers.register.consents.channel_covers", lambda stated, channel: True),
        switch("classifiers.register.consents.medium_covers", lambda stated, medium: True),
    ),
)
def test_a_yes_for_the_website_would_be_taken_for_x_and_for_film(desk: Desk) -> None:
    desk.consents(consent("P1", "website"), consent("P2", "social"), consent("P3", "x", "video"))
    assert desk.check(channel="website", pupils=["P1"]).ok
    assert not desk.check(channel="x", pupils=["P1"]).ok
    assert not desk.check(channel="website", medium="video", pupils=["P1"]).ok
    assert desk.check(channel="facebook", pupils=["P2"]).ok, "social holds every platform"
    assert not desk.check(channel="website", pupils=["P2"]).ok
    assert desk.check(channel="Twitter", medium="video", pupils=["P3"]).ok


@serves("Huntington 4.5", without=switch("monitor.pipeline.own_pages.withdrawals.in_force", lambda *_: None))
def test_a_post_that_was_lawful_would_be_booked_as_a_breach(timeline: Desk) -> None:
    """The consent version in force on the day of the post is kept beside it."""
    timeline.consents(consent("P1", "x", start="2026-01-05"))
    for words in ("The new library is open", "The choir, before we had asked"):
        timeline.check(words, pupils=["P1"], publishing=True)
    timeline.posts("The new library is open", date(2026, 3, 2))
    timeline.posts("The choir, before we had asked", date(2025, 3, 2))
    search(timeline.site, withdraw(timeline.site, letter()).search_id)
    timeline.judge()
    told = {(one.kind, one.lawful_when_posted, one.consent_version) for one in timeline.findings}
    assert told == {("withdrawn", True, 1), ("no_consent", False, None)}
    lawful = [one for one in timeline.incidents if "consent_withdrawn" in one.categories]
    assert len(lawful) == 1
    said = {task.incident_id: task.what_to_do for task in timeline.tasks(Step.DPO_NOTE)}
    assert ["lawful when it was published" in words for words in said.values()].count(True) == 1


@serves(
    "Huntington 4.6",
    without=switch("monitor.pipeline.own_pages.withdrawals._Sieve.matches", lambda self, items: []),
)
def test_the_pictures_of_a_child_would_stay_up_after_the_parents_withdrew(timeline: Desk) -> None:
    """Two by name, one by the record of who was shown; the others' posts stay where they are."""
    timeline.consents(consent("P1", "x"), consent("P2", "x"))
    timeline.check("What a day it was at the museum", pupils=["P1", "P2"], publishing=True)
    for day, words in enumerate(
        ("Aisha Khan won the spelling bee", "Well read, Aisha Khan in 4B", "What a day it was at the museum",
         "Zofia Quillfeather at the fair", "Sports day was wonderful, thank you all"), start=1,
    ):  # fmt: skip
        timeline.posts(words, date(2026, 10, day))
    recorded = withdraw(timeline.site, letter())
    (read,) = search(timeline.site, recorded.search_id)
    timeline.judge()
    assert (read.posts, len(read.raised)) == (5, 3)
    assert {incident.lane for incident in timeline.incidents} == {"own_breach"}
    assert len(timeline.tasks(Step.OWN_POST_REMOVE)) == 3
    assert {one.found_by for one in timeline.findings} == {"name", "record"}
    assert [row.state for row in timeline.rows(ConsentSearch)] == ["done"]
