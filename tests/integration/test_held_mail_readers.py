"""What waits for the morning, when the matter has become another by then."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.monitor_bench import NamingJudge, rows, say, school_with, send_all
from support.school import TestSchool

from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.store.models import Incident, Ruling

MANAGER, HEAD = "manager@fernhill.example", "head@fernhill.example"
QUIET = '\n[alerts]\nquiet_hours = "21:00-07:00"\n'
DAILY = QUIET + 'digest_at = "07:30"\n'
NIGHT = datetime(2026, 11, 16, 22, 0, tzinfo=UTC)
MORNING = datetime(2026, 11, 17, 8, 0, tzinfo=UTC)


@pytest.fixture(params=[QUIET, DAILY], ids=["quiet", "daily"])
def school(
    request: pytest.FixtureRequest, tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database, more=request.param, judge=NamingJudge()) as running:
        running.first_look()
        clock.set(NIGHT)
        yield running


def mails_of(school: TestSchool, to: str, reference: str) -> list[str]:
    """The subjects of what one person was told of one matter."""
    told = [one.message for one in school.mail.accepted if to in one.recipients]
    return [str(message["Subject"]) for message in told if reference in message.as_string()]


@pytest.mark.parametrize("number", [1, 3])
def test_who_may_not_hear_of_a_suspected_picture_would_hear_of_it_in_the_morning(
    school: TestSchool, number: int
) -> None:
    """And be asked to report it to the host, which nobody may do (Queen's Crescent 2.7.4)."""
    say(school, *[f"ABUSE number {one}" for one in range(number)])
    first = rows(school, Incident)[0]
    assert first.severity == "medium"
    rule_on_pictures(school.site, first.reference, Ruling.SUSPECTED, by="B. Head", reason="a parent rang")
    school.clock.set(MORNING)
    send_all(school)
    at_night = mails_of(school, MANAGER, first.reference)
    assert [subject.split(":")[0] for subject in at_night] == ["Critical"], "as the out-of-hours contact"
    assert len(mails_of(school, HEAD, first.reference)) == 1
    others = [one.reference for one in rows(school, Incident)[1:]]
    assert all(len(mails_of(school, MANAGER, one)) == 1 for one in others)
