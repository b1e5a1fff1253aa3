"""Every piece of evidence has its time, its date and its place, and none of a person's whereabouts."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import run
from support.ladder_play import T0, THREAT, Play
from support.policy import serves, switch
from support.school import TestSchool, running_school

from alerts.ladder.machine import open_ladder
from alerts.ladder.state import LadderRefused
from alerts.ladder.words import Step
from config.schema import Watch
from config.words import Severity, Surface
from connectors.interface import Item, Stream
from connectors.x.asking import POST_FIELDS
from monitor.evidence.record import PageRecorder


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, sqlite_database, names=("x",)) as running:
        running.first_look()
        yield running


def say(school: TestSchool) -> None:
    posted = school.clock.now() - timedelta(hours=1)
    school.x.mention("@fernhillprimary ABUSE of many words", "first", posted)
    school.look()


@serves(
    "NEU 8.2/2",
    "QC and Nunney 2.8.3",
    without=(
        switch("monitor.evidence.record._where", lambda *_: {}),
        switch("monitor.evidence.record._utc", lambda _: None),
    ),
)
def test_evidence_would_not_say_where_and_when_it_stood() -> None:
    """What is sealed of a post that the platform listed: its address and id, when posted and when seen."""
    post = Item(
        platform="x", external_id="17", version="17", stream=Stream(Watch.MENTIONS, "1"), raw=b"{}",
        surface=Surface.MENTION, text="as written", url="https://x.com/first/status/17",
        posted_at=T0, posted_at_raw="2026-11-20T15:30:00.000Z",
    )  # fmt: skip
    seen = PageRecorder(
        "Fernhill", "x", "fernhill", T0 + timedelta(hours=1), None, {"software": "schoolwatch"}
    )
    record = json.loads(seen.record(post, uid="u" * 36, raw_commit="ef" * 32))
    assert (record["where"]["url"], record["where"]["external_id"]) == (post.url, "17")
    assert record["when"]["posted_utc"].startswith("2026-11-20T15:30")
    assert record["when"]["seen_utc"].startswith("2026-11-20T16:30")


@serves(
    "Huntington 8.4",
    without=(
        switch("monitor.cli.incident_view._posted", lambda _: ""),
        switch("monitor.cli.incident_view._kept", lambda _: ""),
    ),
)
def test_the_time_of_keeping_would_pass_for_the_time_of_posting(school: TestSchool) -> None:
    say(school)
    ran = run("--config", school.folder / "schoolwatch.toml", "incidents", "SW-2026-0001")
    assert "posted Mon 16 Nov 11:06" in ran.out
    assert "kept Mon 16 Nov 12:06" in ran.out


@serves("NEU 6.1", without=switch("connectors.x.asking.FIELDS", f"{POST_FIELDS},geo", key="tweet_fields"))
def test_a_platform_would_be_asked_where_somebody_was(school: TestSchool) -> None:
    say(school)
    asked = [value for request in school.x.requests for value in request.query.values()]
    assert any("created_at" in value for value in asked)
    assert not any("geo" in value.split(",") or "place" in value for value in asked)


@serves("Nunney 2.8.3", without=switch("alerts.ladder.machine.why_not_open", lambda *_: None))
def test_a_comment_would_be_deleted_before_anything_of_it_was_kept() -> None:
    """A life comes before the evidence; the deletion does not."""
    grave = replace(THREAT, severity=Severity.CRITICAL, on_own_account=True)
    play = Play(THREAT)
    play.ladder = open_ladder(grave, first_seen_at=T0, opened_at=T0, sealed=False)
    with pytest.raises(LadderRefused, match="Evidence comes before action"):
        play.open(Step.OWN_PAGE_DELETE)
