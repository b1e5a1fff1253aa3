"""What leaves in an export of decided comments: its reader's lanes, and a count of all the rest."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.clock import SettableClock
from support.command_line import Ran, run
from support.monitor_bench import NamingJudge, rows, say, school_with, triage_all
from support.school import TestSchool

from config.words import Lane
from monitor.cli.shared import remember_config
from monitor.store.models import CustodyEvent, Incident


@pytest.fixture
def school(tmp_path: Path, clock: SettableClock, sqlite_database: str) -> Iterator[TestSchool]:
    with school_with(tmp_path, clock, sqlite_database, judge=NamingJudge()) as running:
        running.first_look()
        yield running
    remember_config(None)


def put_into(school: TestSchool, lane: Lane, words: str) -> None:
    """Whoever triaged moved the matter there."""
    with school.site.database.write() as session:
        incident = next(
            one
            for one in session.query(Incident).all()
            if any(words in (item.text or "") for item in one.items)
        )
        incident.lane = str(lane)


def export(school: TestSchool, name: str, *more: str) -> Ran:
    path = school.folder / name
    return run(
        "--config", school.folder / "schoolwatch.toml", "judgement", "export", path, "--by", "A", *more
    )


def words_in(school: TestSchool, name: str) -> set[str]:
    lines = (school.folder / name).read_text().splitlines()
    return {json.loads(line)["text"].split()[-1] for line in lines}


@pytest.fixture
def decided(school: TestSchool) -> TestSchool:
    say(school, "ABUSE one", "ABUSE two", "ABUSE three", "ABUSE four", "ABUSE five")
    triage_all(school)
    for lane, words in ((Lane.CHILD, "two"), (Lane.STAFF_ALLEGATION, "three"), (Lane.LIFE, "four")):
        put_into(school, lane, words)
    put_into(school, Lane.INDECENT_IMAGE, "five")
    return school


def test_a_child_at_risk_would_go_out_in_full_to_whoever_runs_the_command(decided: TestSchool) -> None:
    ran = export(decided, "plain.jsonl")
    assert words_in(decided, "plain.jsonl") == {"one"}
    told = " ".join(ran.out.split())
    for lane in (Lane.CHILD, Lane.STAFF_ALLEGATION, Lane.LIFE, Lane.INDECENT_IMAGE):
        assert f"Left out: 1 decided incidents of the lane {lane};" in told
    note = [one.details for one in rows(decided, CustodyEvent) if one.action == "decided_comments_exported"]
    assert (note[0]["left_out"], note[0]["reader"]) == (4, None)


@pytest.mark.parametrize(
    ("role", "words"),
    [("dsl", {"two", "four"}), ("headteacher", {"one", "two", "three", "four"}), ("senior_manager", {"one"})],
)
def test_a_reader_would_get_other_lanes_than_those_they_are_told_of(
    decided: TestSchool, role: str, words: set[str]
) -> None:
    """And an indecent image's words go to nobody, the headteacher included."""
    ran = export(decided, "for.jsonl", "--for", role)
    assert words_in(decided, "for.jsonl") == words
    assert "Left out: 1 decided incidents of the lane indecent_image" in " ".join(ran.out.split())


def test_an_export_of_nothing_would_not_say_what_was_kept_back(school: TestSchool) -> None:
    say(school, "ABUSE one")
    triage_all(school)
    put_into(school, Lane.CHILD, "one")
    ran = export(school, "none.jsonl")
    assert ran.status == 1
    assert "1 decided incidents of the lane child" in ran.err.replace("\n", " ")
    assert not (school.folder / "none.jsonl").exists()


def test_a_role_that_sees_no_incident_would_be_given_them_all(decided: TestSchool) -> None:
    ran = export(decided, "it.jsonl", "--for", "it")
    assert (ran.status, "nobody in this role" in ran.err) == (1, True)


def test_nothing_left_out_would_look_like_something_kept_back_in_silence(school: TestSchool) -> None:
    say(school, "ABUSE one")
    triage_all(school)
    assert "Left out: nothing." in export(school, "all.jsonl").out


def test_whoever_is_named_in_a_matter_would_read_it_in_an_export(
    tmp_path: Path, clock: SettableClock, sqlite_database: str
) -> None:
    manager = 'staff_id = "S1"\nname = "A. Manager"'
    with school_with(tmp_path, clock, sqlite_database, judge=NamingJudge()) as school:
        settings = tmp_path / "schoolwatch.toml"
        settings.write_text(settings.read_text().replace('name = "A. Manager"', manager))
        school.first_look()
        say(school, "ABUSE #S1 one", "ABUSE #S2 two")
        triage_all(school)
        ran = export(school, "named.jsonl", "--for", "senior_manager")
        assert words_in(school, "named.jsonl") == {"two"}
        assert "1 decided incidents that name whoever it is made for" in ran.out.replace("\n", " ")
    remember_config(None)
