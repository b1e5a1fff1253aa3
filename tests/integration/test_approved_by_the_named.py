"""The headteacher's word about a matter that the headteacher is the subject of."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update
from support.clock import SettableClock
from support.monitor_bench import NamingJudge, say, school_with, task_of, triage_all
from support.school import TestSchool

from alerts.ladder.state import LadderRefused
from alerts.ladder.words import Step
from classifiers.interface import StaffMember
from config.schema import Role
from monitor.pipeline.incidents.decisions import approve
from monitor.pipeline.judgement.register import replace_staff
from monitor.store.models import Judgement

HEAD = "B. Head"


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database, judge=NamingJudge()) as running:
        running.first_look()
        with running.site.database.write() as session:
            replace_staff(
                session, running.site.school_id, [StaffMember("S1", "Ms", "Bella", "Head", "Headteacher")]
            )
        say(running, "ABUSE of our head, quite long")
        yield running


def test_the_head_would_approve_the_letter_about_the_head(school: TestSchool) -> None:
    """The chair stands for the head there, as with letters."""
    triage_all(school)
    with school.site.database.write() as session:
        session.execute(update(Judgement).values(staff=["S1"]))
    task = task_of(school, Step.AUTHOR_REQUEST).id
    with pytest.raises(LadderRefused, match="named in it"):
        approve(school.site, task, by=HEAD, role=Role.HEADTEACHER, reason="please")
