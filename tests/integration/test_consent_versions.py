"""The consent register in both databases: nothing overwritten, old rows carried over, and an end to it."""

from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from support.consents import EVERYBODY, Desk, consent, desk_at

from monitor.pipeline.at_rest.keeping import erase_due
from monitor.pipeline.own_pages.withdrawals import Withdrawal, withdraw
from monitor.store import schema
from monitor.store.database import Database, DatabaseUnusable
from monitor.store.models import Consent, ConsentSearch, Erasure, PostCheck


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    with desk_at(tmp_path / "school", database=database_url) as opened:
        yield opened


def test_a_consent_that_could_be_rewritten_would_prove_nothing(desk: Desk) -> None:
    desk.consents(consent("P1", "x"))
    with (
        pytest.raises((DBAPIError, DatabaseUnusable), match="only ever added to"),
        desk.site.database.write() as session,
    ):
        session.execute(text("UPDATE consent_versions SET valid_to = '2020-01-01'"))
    assert desk.may_be_shown("P1", "x", "2026-11-16")


def test_a_list_that_is_brought_in_twice_would_fill_the_register(desk: Desk) -> None:
    rows = (consent("P1", "x"), consent("P1", "website", end="2026-07-21"), consent("P2", "social"))
    assert desk.consents(*rows).added == 3
    again = desk.consents(*rows)
    assert (again.added, again.ended, len(desk.rows(Consent))) == (0, 0, 3)


def test_a_part_list_by_mistake_would_end_every_consent_for_good(desk: Desk) -> None:
    """The whole list brings them back, and the record shows what happened."""
    desk.consents(consent("P1", "x"), consent("P2", "x"))
    desk.pupils(EVERYBODY[0])
    assert not desk.may_be_shown("P2", "x", "2026-11-16")
    desk.pupils(*EVERYBODY)
    assert desk.consents(consent("P1", "x"), consent("P2", "x")).added == 1
    assert desk.may_be_shown("P2", "x", "2026-11-16")
    assert [one.granted for one in desk.statements("P2")] == [True, False, True]


def test_what_has_been_over_for_a_year_would_be_kept_for_ever(desk: Desk) -> None:
    """Of a withdrawn consent too, with the record of who was shown; what still holds stays."""
    desk.consents(consent("P1", "x"), consent("P2", "x"))
    desk.check("Nobody will remember this day", pupils=["P1", "P2"], publishing=True)
    withdraw(desk.site, Withdrawal("P1", "letter", "office"))
    desk.wait(days=364)
    erase_due(desk.site)
    assert len(desk.rows(Consent)) == 3
    desk.wait(days=5)
    erase_due(desk.site)
    assert {row.pupil_id for row in desk.rows(Consent)} == {"P2"}
    assert desk.rows(ConsentSearch) == []
    assert [row.pupils for row in desk.rows(PostCheck)] == [["P2"]]
    assert [row.kind for row in desk.rows(Erasure)] == ["consent"]


def test_a_withdrawal_without_a_consent_on_record_would_be_forgotten_within_the_hour(desk: Desk) -> None:
    """And the search for the pupil's earlier posts with it; the next list would bring the consent back."""
    desk.pupils(*EVERYBODY)
    recorded = withdraw(desk.site, Withdrawal("P1", "letter", "office"))
    erase_due(desk.site)
    assert [one.granted for one in desk.statements("P1")] == [False]
    assert [row.id for row in desk.rows(ConsentSearch)] == [recorded.search_id]
    desk.wait(days=369)
    erase_due(desk.site)
    assert desk.rows(Consent) == desk.rows(ConsentSearch) == []


def test_a_withdrawal_that_counts_from_next_week_would_be_searched_for_today(desk: Desk) -> None:
    from_monday = Withdrawal("P1", "letter", "office", effective_on=date(2026, 11, 23))
    desk.consents(consent("P1", "x"))
    recorded = withdraw(desk.site, from_monday)
    assert (recorded.version, recorded.effective_on) == (2, "2026-11-23")
    assert desk.may_be_shown("P1", "x", "2026-11-22")


def test_consents_of_an_older_release_would_be_lost(bare_database_url: str) -> None:
    database = Database(bare_database_url)
    config = Config()
    config.set_main_option("script_location", str(files("monitor.store") / "migrations"))
    with database.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        connection.commit()
    with database.engine.begin() as connection:
        connection.execute(text("INSERT INTO schools (id, name, started_at, leaf_count, incident_count) "
                                "VALUES (1, 'Fernhill', '2026-09-01 08:00:00', 0, 0)"))  # fmt: skip
        for start, ref in (("2026-09-01", "B"), ("2025-09-01", "A")):
            connection.execute(
                text("INSERT INTO consents (school_id, pupil_id, channel, medium, valid_from, valid_to, given_by, "
                     "document_ref) VALUES (1, 'P1', 'x', 'image', :start, '', 'parent', :ref)"),
                {"start": start, "ref": ref},
            )  # fmt: skip
    schema.upgrade(database)
    with database.read() as session:
        rows = session.execute(
            text("SELECT version, document_ref FROM consent_versions ORDER BY version")
        ).all()
    assert [tuple(row) for row in rows] == [(1, "A"), (2, "B")]
    database.close()
