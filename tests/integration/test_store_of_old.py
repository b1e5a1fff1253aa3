"""A school that began with the second release's tables: its rows and bundles of then stay good evidence.

`tests/support/store_at_0002.json` is what that release wrote: one comment sealed, one in the indecent-image
lane, two held.
"""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import MetaData
from support.clock import SettableClock
from support.moving import from_text, put
from support.school import write_settings

from alerts.export.verify import check_export
from alerts.export.week import IsoWeek
from config.schema import Settings
from monitor.evidence.bundle import faults_within
from monitor.evidence.verify import verify_store
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import Order, Scope
from monitor.site import Site, open_site
from monitor.store import schema
from monitor.store.database import Database
from monitor.store.evidence_door import Access, opened_evidence

WRITTEN = json.loads((Path(__file__).parents[1] / "support" / "store_at_0002.json").read_text())
WEEK = IsoWeek.parse("2026-W38")


@pytest.fixture
def site(tmp_path: Path, clock: SettableClock, bare_database_url: str) -> Iterator[Site]:
    """Opened by this release, which brings the tables up to date."""
    settings = write_settings(tmp_path, bare_database_url, {}, 25)
    as_it_was(settings)
    opened = open_site(settings, clock.now)
    yield opened
    opened.close()


def as_it_was(settings: Settings) -> None:
    database = Database(settings.store.database_url())
    config, tables = schema._config(), MetaData()
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0002")
        connection.commit()
        tables.reflect(connection)
        put(connection, tables, from_text(tables, WRITTEN["tables"]))
        connection.commit()
    database.close()
    for name, content in WRITTEN["files"].items():
        path = settings.store.evidence / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def test_the_evidence_of_an_older_release_would_be_lost_or_called_forged(site: Site) -> None:
    assert schema.revision(site.database) == schema.head()
    found = verify_store(site.database, site.evidence, site.school_id)
    assert found.faults == ()
    assert (found.leaves, found.evidence, found.held) == (6, 2, 2)


def test_a_bundle_of_an_older_release_would_not_be_read_nor_exported(site: Site, tmp_path: Path) -> None:
    records = {name.split("/")[2]: text for name, text in WRITTEN["files"].items() if "record.json" in name}
    access = Access("A. Manager", "senior_manager", "a look", "A. Manager")
    opened = opened_evidence(site, records, access)
    assert {uid: files["record.json"].decode() for uid, files in opened.items()} == records
    made = make_export(site, Order(Scope(week=WEEK), tmp_path / "out", actor="A. Manager"))
    assert check_export(made.path, faults_within).faults == ()
    assert [name for name in made.files if name.endswith("raw.json")], "the sealed answer goes along"
    erase_what_is_due(site)
    found = verify_store(site.database, site.evidence, site.school_id)
    assert (found.faults, found.held) == ((), 0)
