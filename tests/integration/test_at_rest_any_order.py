"""Close, re-open, hold, release, lock, unlock, erase, in any order: nothing held is lost, the log is whole."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from support.at_rest import ERASED, LOCKED, MANAGER, close, locking_school, reopen
from support.clock import SettableClock
from support.monitor_bench import rows
from support.school import TestSchool

from alerts.ladder.state import LadderRefused
from config.schema import Role
from monitor.evidence.folder import read_item
from monitor.evidence.lockbox import BOX, opened
from monitor.evidence.verify import verify_store
from monitor.passes import read_source
from monitor.pipeline.at_rest.erasing import ErasureRefused, Request, erase_on_request
from monitor.pipeline.at_rest.holds import HoldRefused, release_hold, set_hold, why_held
from monitor.pipeline.at_rest.keeping import keep_at_rest
from monitor.pipeline.at_rest.unlocking import Opener, UnlockRefused, unlock
from monitor.pipeline.judgement.judging import judge_waiting
from monitor.store.models import EvidenceItem, Incident, IncidentItem

ACTS = ("close", "reopen", "hold", "release", "ask", "unlock")
PASSES = (15, 100, 400)
_numbers = count()


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, database_url: str) -> Iterator[TestSchool]:
    with locking_school(tmp_path / "school", clock, database_url) as running:
        yield running


def two_incidents(school: TestSchool) -> list[str]:
    """Read and judged, without what a whole pass does besides: the years go by quickly here."""
    number = next(_numbers)
    for words in (f"ABUSE round {number} of wombats", f"HIGH round {number} of badgers"):
        school.x.mention(f"@fernhillprimary {words}", f"u{number}", school.clock.now())
    read_source(school.site, "x")
    while judge_waiting(school.site, school.judge):
        pass
    return [incident.reference for incident in rows(school, Incident)[-2:]]


def act(school: TestSchool, what: str, reference: str) -> None:
    """What a person may do at any time; a refusal is an answer too."""
    site, tomorrow = school.site, (school.clock.now() + timedelta(days=9)).date()
    with suppress(LadderRefused, HoldRefused, ErasureRefused, UnlockRefused):
        if what == "close":
            close(school, reference)
        elif what == "reopen":
            reopen(school, reference)
        elif what == "hold":
            set_hold(site, reference, reason="a court", approved_by="B. Head", by="A", review=tomorrow)
        elif what == "release":
            release_hold(site, reference, "settled", "A. Manager")
        elif what == "ask":
            for uid in uids_of(school, reference):
                erase_on_request(site, uid, Request("asked", "A. Manager", "B. Head"))
        else:
            unlock(site, reference, MANAGER, Opener("A. Manager", Role.SENIOR_MANAGER, "look"))


def uids_of(school: TestSchool, reference: str) -> list[str]:
    query = (
        select(EvidenceItem.item_uid)
        .join(IncidentItem, IncidentItem.item_id == EvidenceItem.item_id)
        .join(Incident, Incident.id == IncidentItem.incident_id)
        .where(Incident.reference == reference)
    )
    with school.site.database.read() as session:
        return list(session.scalars(query))


def held_uids(school: TestSchool) -> set[str]:
    """Items of incidents that are held now, less those that were erased before they were."""
    erased = {row.item_uid for row in rows(school, EvidenceItem) if row.state == ERASED}
    with school.site.database.read() as session:
        held = [one.reference for one in session.scalars(select(Incident)) if why_held(session, one)]
    return {uid for reference in held for uid in uids_of(school, reference)} - erased


def words_of(school: TestSchool, row: EvidenceItem) -> bytes:
    files = read_item(school.site.evidence, row.item_uid)
    if row.state == LOCKED:
        files = opened(files[BOX], MANAGER, row.item_uid.encode())
    return files["record.json"]


def check(school: TestSchool, held: set[str]) -> None:
    found = verify_store(school.site.database, school.site.evidence, school.site.school_id)
    assert found.faults == ()
    for row in rows(school, EvidenceItem):
        if row.item_uid in held:
            assert row.state != ERASED
            assert b"round" in words_of(school, row)


steps = st.lists(
    st.one_of(st.tuples(st.sampled_from(ACTS), st.integers(0, 1)), st.sampled_from(PASSES)),
    min_size=3, max_size=10,
)  # fmt: skip


@pytest.mark.timeout(900)  # real databases and years of passes; slow on a busy machine
@settings(max_examples=6, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps)
def test_in_any_order_the_log_stays_whole_and_nothing_held_is_erased(
    school: TestSchool, taken: list[tuple[str, int] | int]
) -> None:
    """One order nobody thought of is enough to destroy evidence, or to make all of it doubtful."""
    references = two_incidents(school)
    for step in taken:
        held = held_uids(school)
        if isinstance(step, int):
            school.clock.advance(timedelta(days=step))
            keep_at_rest(school.site)
        else:
            act(school, step[0], references[step[1]])
        check(school, held)
