"""What the judgement alone, and no person, puts into the indecent-image lane is forgotten to the last byte."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.at_rest import what_a_thief_reads
from support.clock import SettableClock
from support.monitor_bench import rows
from support.school import PlainJudge, TestSchool, running_school

from classifiers.interface import Comment, Judgement
from monitor.evidence.verify import verify_store
from monitor.passes import read_source
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.judgement import judging
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.store.models import EvidenceItem, Incident

PICTURE = b"twimg"
"""Stands in the address of the picture, and so in the platform's own answer."""


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with running_school(tmp_path, clock, database_url, names=("x",)) as running:
        running.first_look()
        yield running


class SuspectingJudge(PlainJudge):
    """Takes for a possible indecent image what the plain one takes for abuse."""

    def _one(self, comment: Comment) -> Judgement:
        return super()._one(replace(comment, text=comment.text.replace("ABUSE", "IMAGE")))


def posted(school: TestSchool, words: str, user: str = "u1") -> None:
    school.x.mention(f"@fernhillprimary {words}", user, school.clock.now(), image=True)
    read_source(school.site, "x")
    assert PICTURE in what_a_thief_reads(school)


def test_the_raw_answer_would_stay_in_the_database_files(school: TestSchool) -> None:
    """SQLite's write-ahead log has the page as it was; a copy of the disk would lead to the picture."""
    posted(school, "IMAGE of somebody")
    judge_waiting(school.site, school.judge)
    assert [one.withheld for one in rows(school, EvidenceItem)] == ["indecent_image"]
    assert PICTURE not in what_a_thief_reads(school)


def test_what_joins_an_incident_would_leave_the_first_answer_behind(school: TestSchool) -> None:
    """The second comment shows what the first one's picture may be: neither answer may stay."""
    words = "the very same words about you all there"
    posted(school, f"ABUSE {words}")
    judge_waiting(school.site, school.judge)
    posted(school, f"ABUSE {words}", "u2")
    judge_waiting(school.site, SuspectingJudge())
    assert [one.lane for one in rows(school, Incident)] == ["indecent_image"]
    assert PICTURE not in what_a_thief_reads(school)
    found = verify_store(school.site.database, school.site.evidence, school.site.school_id)
    assert not found.faults


def test_a_crash_before_the_emptying_would_leave_it_for_ever(
    school: TestSchool, monkeypatch: pytest.MonkeyPatch
) -> None:
    posted(school, "IMAGE of somebody")
    with monkeypatch.context() as patched:
        patched.setattr(judging, "close_withheld", _power_cut)
        with pytest.raises(KeyboardInterrupt):
            judge_waiting(school.site, school.judge)
    erase_what_is_due(school.site)
    assert PICTURE not in what_a_thief_reads(school)


def _power_cut(_: object) -> None:
    raise KeyboardInterrupt
