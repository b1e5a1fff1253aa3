"""The same rows on SQLite and on PostgreSQL give the same export, to the byte."""

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import delete
from support.clock import SettableClock
from support.monitor_bench import rows, school_with, triage_all
from support.moving import put, taken
from support.school import TestSchool, write_settings

from alerts.export.profiles import Profile
from alerts.export.week import IsoWeek
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import Order, Scope
from monitor.pipeline.sealing_up.checkpointing import signed
from monitor.site import Site, open_site
from monitor.store.models import Base, Incident


def something_to_tell(school: TestSchool) -> int:
    """Incidents that share a moment, an edit, tasks in several states; answers the checkpoint over them."""
    now = school.clock.now()
    for number, words in enumerate(
        ("ABUSE ÀÉ \U0001f620 of you", "HIGH grave", "PUPIL little", "kind words")
    ):
        school.x.mention(f"@fernhillprimary {words}", f"u{number}", now)
    school.look()
    triage_all(school)
    with school.site.database.write() as session:
        row = signed(session, school.site)
        assert row is not None
        return row.size


def moved(school: TestSchool, folder: Path, database: str) -> Site:
    """The same school on another database: its rows, its evidence, its keys."""
    here = school.site.settings.store.evidence.parent
    settings = write_settings(folder, database, school.platforms, school.mail.port)
    shutil.copytree(here / "evidence", folder / "evidence")
    for key in here.glob("*.key"):
        shutil.copy(key, folder)
    site = open_site(settings, school.clock.now, line_up=False)
    tables = Base.metadata
    with school.site.database.engine.connect() as source, site.database.engine.begin() as target:
        target.execute(delete(tables.tables["schools"]))
        put(target, tables, taken(source, tables))
    return site


def payload(site: Site, folder: Path, scope: Scope, profile: Profile, size: int) -> dict[str, bytes]:
    order = Order(scope, folder, profile=profile, at=size, actor="A. Manager", produced_by="A. Manager")
    with ZipFile(make_export(site, order).path) as archive:
        return {name: archive.read(name) for name in archive.namelist() if name.startswith("data/")}


@pytest.mark.timeout(300)
def test_a_school_that_moves_its_database_would_hand_out_another_export(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, postgres_database: str
) -> None:
    """A defence lawyer who asks for it again gets other bytes, and asks which of the two was made up."""
    with school_with(tmp_path / "one", clock, sqlite_database) as school:
        school.first_look()
        size = something_to_tell(school)
        other = moved(school, tmp_path / "two", postgres_database)
        incident = rows(school, Incident)[0].reference
        week = Scope(week=IsoWeek.of(clock.now()))
        asked = [(week, Profile.POLICE), (week, Profile.GOVERNORS), (Scope(incident=incident), Profile.HOST)]
        for scope, profile in asked:
            ours = payload(school.site, tmp_path / "a", scope, profile, size)
            theirs = payload(other, tmp_path / "b", scope, profile, size)
            assert list(ours) == list(theirs)
            assert [name for name in ours if ours[name] != theirs[name]] == [], profile
        other.close()
