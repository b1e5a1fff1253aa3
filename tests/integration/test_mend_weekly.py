"""Who reads a weekly export: nobody named in an incident sees it, whatever their role."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import update
from support.clock import SettableClock
from support.monitor_bench import NamingJudge, mails, rows, school_with
from support.school import TestSchool
from support.week_facts import week_facts
from typer.testing import CliRunner

from alerts.export.week import IsoWeek
from config.schema import Role
from monitor.cli import app
from monitor.pipeline.telling.weekly import export_and_announce, export_week, make_due_export
from monitor.store.models import Incident, StaffMember, StreamCursor, WeeklyExport

ABOUT_THE_MANAGER = "ABUSE of #S1 words about the manager"
ABOUT_ANOTHER = "ABUSE of #S2 words about somebody else"


def naming(school: TestSchool) -> None:
    """The settings say who S1 is; two comments speak of two members of staff."""
    people = tuple(
        one.model_copy(update={"staff_id": "S1"}) if one.role is Role.SENIOR_MANAGER else one
        for one in school.site.settings.people
    )
    settings = school.site.settings.model_copy(update={"people": people})
    school.site = replace(school.site, settings=settings)
    school.first_look()
    for words in (ABOUT_THE_MANAGER, ABOUT_ANOTHER):
        school.x.mention(f"@fernhillprimary {words}", "stranger", school.clock.now())
        school.look()


def everything(path: Path) -> bytes:
    with ZipFile(path) as packed:
        return b"".join(packed.read(name) for name in packed.namelist())


def test_a_manager_who_is_named_would_be_given_the_evidence_against_them(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """The person complained of would read the complaint, its tasks and who wrote it, every Monday."""
    with school_with(tmp_path, clock, database_url, judge=NamingJudge()) as school:
        naming(school)
        about, other = (one.reference for one in rows(school, Incident))
        clock.advance(timedelta(days=3))
        made = export_and_announce(school.site, IsoWeek.of(clock.now()))
        packed = everything(made.path)
        assert b"words about the manager" not in packed
        assert about.encode() not in packed, "not in tasks or custody either"
        assert b"words about somebody else" in packed
        assert b"Counted only" in packed
        (notice,) = mails(school, "weekly")
        assert notice.recipient == "manager@fernhill.example"
        assert about not in notice.text + notice.html, "it is overdue, and not said to the one it names"
        assert other in notice.text
        assert "1 more item is counted only" in notice.text

        deputy = export_week(school.site, IsoWeek.of(clock.now()), tmp_path / "out", Role.DEPUTY)
        assert b"words about the manager" in everything(deputy.path), "somebody can read it"


def test_a_head_known_by_the_register_alone_would_see_what_is_said_of_them(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """The settings of the head hold no staff id; the register says that S2 is the head."""
    with school_with(tmp_path, clock, database_url, judge=NamingJudge()) as school:
        with school.site.database.write() as session:
            head = StaffMember(
                school_id=school.site.school_id, staff_id="S2", title="Ms", first_name="B", surname="Head",
                role="Headteacher", also_known_as=[],
            )  # fmt: skip
            session.add(head)
        naming(school)
        week = IsoWeek.of(clock.now())
        made = export_week(school.site, week, tmp_path / "out", Role.HEADTEACHER)
        assert b"words about somebody else" not in everything(made.path)
        assert b"words about the manager" in everything(made.path)


def test_what_was_sealed_before_a_long_silence_would_be_in_no_export(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    with school_with(tmp_path, clock, database_url) as school:
        school.first_look()
        clock.advance(timedelta(weeks=12))
        for _ in range(2):
            make_due_export(school.site)
        assert rows(school, WeeklyExport)[0].week == "2026-W47"
        assert len(rows(school, WeeklyExport)) == 12
        assert len(mails(school, "weekly")) == 12


@pytest.mark.parametrize(("reader", "shown"), [("dsl", False), ("headteacher", True)])
def test_an_export_by_command_would_always_be_the_manager_s(
    tmp_path: Path, clock: SettableClock, sqlite_database: str, reader: str, shown: bool
) -> None:
    """The DSL would be handed what is not theirs to read, and could not get what is."""
    with school_with(tmp_path, clock, sqlite_database, judge=NamingJudge()) as school:
        naming(school)
        config, out = str(tmp_path / "schoolwatch.toml"), str(tmp_path / "out")
        command = ["--config", config, "export", "--week", str(IsoWeek.of(clock.now())), "--out", out]
        result = CliRunner().invoke(app, [*command, "--reader", reader])
        assert result.exit_code == 0, result.output
        (path,) = (tmp_path / "out").glob("*.zip")
        assert (b"words about somebody else" in everything(path)) is shown


def test_a_reader_who_is_shown_nothing_would_be_given_an_empty_export(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    with school_with(tmp_path, clock, sqlite_database):
        command = ["--config", str(tmp_path / "schoolwatch.toml"), "export", "--reader", "governor"]
        result = CliRunner().invoke(app, command)
        assert "nobody in this role is shown incidents" in str(result.exception)
        assert "senior_manager" in str(result.exception)


def test_mentions_that_are_behind_would_be_shown_as_read_with_the_comments(
    tmp_path: Path, clock: SettableClock, database_url: str
) -> None:
    """A page of a thousand comments takes all the time of each poll; nobody looked at the mentions."""
    with school_with(tmp_path, clock, database_url) as school:
        school.first_look()
        behind = clock.now()
        clock.advance(timedelta(hours=5))
        school.look()
        with school.site.database.write() as session:
            behind_rows = update(StreamCursor).where(StreamCursor.watch == "mentions")
            session.execute(behind_rows.values(last_read_at=behind))
            gone = StreamCursor(
                school_id=school.site.school_id, source_id=1, watch="search", key="old words", cursor={},
                last_read_at=behind - timedelta(days=90),
            )  # fmt: skip
            session.add(gone)
        week = IsoWeek.of(clock.now())
        (row,) = week_facts(school, week).sources
        assert row.last_read_at == behind, "the oldest of what is watched, not of what once was"
