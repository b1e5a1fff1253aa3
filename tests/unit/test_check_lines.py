"""`schoolwatch check` without a network: what it says of settings, people, clock, disk and certificates."""

import os
import ssl
import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text

from config.schema import Settings
from monitor.checks import CheckLine, State, run_checks, worst
from monitor.checks.certificates import issuer
from monitor.checks.clock import clock_line, synchronised_line
from monitor.checks.guard import Check, run_guarded
from monitor.checks.lines import failed, ok, warning
from monitor.checks.secrets import secret_file_lines
from monitor.checks.settings import alarm_lines, people_lines, review_lines, settings_lines
from monitor.checks.storage import database_lines, folder_lines, folders
from monitor.checks.surroundings import Surroundings
from monitor.evidence.machine_clock import MachineClock

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
MANAGER = {"role": "senior_manager", "name": "A. Manager", "email": "manager@example.sch.uk"}


def settings(**tables: Any) -> Settings:
    whole = {
        "school": {"name": "Fernhill Primary"},
        "mail": {"host": "smtp.example.sch.uk", "sender": "watch@example.sch.uk"},
        "people": [MANAGER],
    }
    return Settings.model_validate(whole | tables)


def by_subject(lines: list[CheckLine]) -> dict[str, CheckLine]:
    return {line.subject: line for line in lines}


# --- settings and people -----------------------------------------------------------------------------


def test_a_daemon_that_will_refuse_to_start_would_be_called_ready() -> None:
    lines = by_subject(settings_lines(settings()))
    assert lines["impact assessment"].state is State.FAILED
    assert lines["settings"].state is State.WARNING
    assert "nothing is watched" in lines["settings"].message


def test_a_complete_school_would_be_nagged() -> None:
    people = [
        MANAGER,
        *({**MANAGER, "role": role, "name": role} for role in ("dsl", "headteacher", "chair", "dpo")),
        {**MANAGER, "role": "deputy", "out_of_hours": True, "holiday_cover": True},
    ]
    whole = settings(
        school={"name": "Fernhill", "dpia_reference": "DPIA-1"},
        people=people,
        sources=[{"name": "a", "platform": "facebook", "account": "fernhill", "account_id": "1"}],
        operations={"dead_man_ping": {"env": "PING"}, "apprise": [{"env": "TEAMS"}]},
    )
    environment = {"PING": "https://ping.example", "TEAMS": "msteams://x"}
    lines = [*settings_lines(whole), *people_lines(whole), *alarm_lines(whole, environment)]
    assert {line.state for line in lines} == {State.OK}
    assert not any(line.mend for line in lines)


def test_a_school_would_find_out_on_christmas_eve_that_nobody_reads_the_mail() -> None:
    lines = by_subject(people_lines(settings()))
    for subject in ("DSL", "headteacher", "chair", "out-of-hours contact", "holiday cover"):
        assert lines[subject].state is State.WARNING
        assert lines[subject].mend
    assert "the 24 hours for removal run in the school holidays too" in lines["holiday cover"].message


def test_an_alarm_channel_without_its_secret_would_be_silent_when_it_is_needed() -> None:
    whole = settings(operations={"apprise": [{"env": "TEAMS"}], "dead_man_ping": {"env": "PING"}})
    lines = [
        line for line in alarm_lines(whole, {"PING": "https://ping.example"}) if line.state is State.FAILED
    ]
    assert [line.message for line in lines] == ["environment variable TEAMS is not set or is empty"]


def test_a_school_with_one_mail_server_and_nothing_else_would_think_that_alarms_get_out() -> None:
    lines = by_subject(alarm_lines(settings(), {}))
    assert lines["another way to tell"].state is State.WARNING
    assert lines["outside watcher"].state is State.WARNING


def test_a_token_that_every_pupils_account_can_read_would_go_unnoticed(tmp_path: Path) -> None:
    files = [tmp_path / name for name in ("page-token", "smtp", "closed", "missing")]
    for file, mode in zip(files, (0o644, 0o602, 0o640), strict=False):
        file.write_text("hunter2")
        file.chmod(mode)
    source = {"name": "a", "platform": "facebook", "account": "fernhill", "account_id": "1"}
    whole = settings(
        sources=[{**source, "credentials": {"page_token": {"file": files[0]}, "other": {"file": files[3]}}}],
        mail={"host": "h", "sender": "a@b.uk", "username": "u", "password": {"file": files[1]}},
        operations={"apprise": [{"file": files[2]}]},
    )
    lines = secret_file_lines(whole)
    assert sorted(line.message.split()[0] for line in lines) == sorted(map(str, files[:2]))
    assert {line.state for line in lines} == {State.WARNING}


# --- guard -------------------------------------------------------------------------------------------


def test_a_check_that_fails_or_hangs_would_stop_the_others() -> None:
    def explode() -> list[CheckLine]:
        raise RuntimeError("token=hunter2")

    def hang() -> list[CheckLine]:
        time.sleep(30)
        return []

    started = time.monotonic()
    lines = run_guarded(
        [
            Check("hangs", hang),
            Check("explodes", explode),
            Check("works", lambda: [ok("works", "yes"), warning("works", "but", "look")]),
        ],
        seconds=0.3,
    )
    assert time.monotonic() - started < 5
    assert [(line.subject, line.state) for line in lines] == [
        ("hangs", State.FAILED),
        ("explodes", State.FAILED),
        ("works", State.OK),
        ("works", State.WARNING),
    ]
    assert lines[0].message == "no answer within 0.3 seconds"
    assert "hunter2" not in str(lines)


def test_a_failure_would_be_overlooked_among_good_lines() -> None:
    assert worst([]) is State.OK
    assert worst([ok("a", ""), warning("b", "", "")]) is State.WARNING
    assert worst([failed("a", "", ""), warning("b", "", ""), ok("c", "")]) is State.FAILED


# --- clock -------------------------------------------------------------------------------------------


def around(*ahead: float) -> Surroundings:
    surroundings = Surroundings(settings(), lambda: NOON, {}, {}, 1.0)
    for number, seconds in enumerate(ahead):
        told = format_datetime(NOON - timedelta(seconds=seconds), usegmt=True)
        surroundings.note_time(f"host{number}", told)
    return surroundings


@pytest.mark.parametrize(
    ("ahead", "state", "said"),
    [
        ((), State.WARNING, "could not be compared"),
        ((0,), State.OK, "right to the second"),
        ((3, 2), State.OK, "2 s ahead"),
        ((20,), State.WARNING, "20 s ahead, compared with host0"),
        ((-3600, -3601, -3599), State.FAILED, "3,600 s behind"),
        ((0, 1, 99999), State.OK, "1 s ahead"),
    ],
)
def test_evidence_would_carry_wrong_times(ahead: tuple[float, ...], state: State, said: str) -> None:
    line = clock_line(around(*ahead))
    assert (line.state, bool(line.mend)) == (state, state is not State.OK)
    assert said in line.message


@pytest.mark.parametrize(
    ("synced", "state", "said"),
    [
        (True, State.OK, "no more than 20 ms"),
        (False, State.WARNING, "not synchronised"),
        (None, State.OK, "does not tell"),
    ],
)
def test_a_clock_that_will_drift_would_pass_today(synced: bool | None, state: State, said: str) -> None:
    kernel = MachineClock("adjtimex", synced=synced, offset_ms=0, max_error_ms=20)
    line = synchronised_line(replace(around(), kernel_clock=lambda: kernel))
    assert (line.state, bool(line.mend)) == (state, state is not State.OK)
    assert said in line.message


@given(st.none() | st.text())
def test_an_odd_date_header_would_stop_the_check(header: str | None) -> None:
    around().note_time("host", header)


# --- disk --------------------------------------------------------------------------------------------


def test_a_folder_that_will_be_made_would_be_called_missing(tmp_path: Path) -> None:
    [line] = folder_lines("store.evidence", tmp_path / "not" / "yet", least_free=0)
    assert line.state is not State.FAILED
    assert str(tmp_path) in line.message
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_would_be_found_by_losing_the_evidence(tmp_path: Path) -> None:
    [line] = folder_lines("store.evidence", tmp_path, least_free=2**62)
    assert line.state is State.FAILED
    assert "nothing more is kept" in line.mend


def test_a_read_only_folder_would_be_found_by_losing_the_evidence(tmp_path: Path) -> None:
    folder = tmp_path / "evidence"
    folder.mkdir(mode=0o500)
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)  # root writes everywhere
    try:
        [line] = folder_lines("store.evidence", folder)
    finally:
        os.seteuid(uid)
    assert line.state is State.FAILED
    assert f"{folder} cannot be written (Permission denied)" in line.message
    assert "store.evidence" in line.mend


def test_a_file_in_the_place_of_the_folder_would_end_in_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "evidence").write_text("")
    [line] = folder_lines("store.evidence", tmp_path / "evidence")
    assert "is not a folder" in line.message


def test_the_databases_own_disk_would_not_be_looked_at(tmp_path: Path) -> None:
    whole = settings(store={"database": f"sqlite:///{tmp_path}/db/watch.db", "evidence": tmp_path})
    assert folders(whole) == {"store.database": tmp_path / "db", "store.evidence": tmp_path}
    server = settings(store={"database": "postgresql://db/watch", "evidence": tmp_path})
    assert list(folders(server)) == ["store.evidence"]


# --- database ----------------------------------------------------------------------------------------


def sqlite(path: Path) -> Settings:
    return settings(store={"database": f"sqlite:///{path}", "evidence": path.parent})


def test_check_before_the_first_start_would_make_an_empty_database(tmp_path: Path) -> None:
    [line] = database_lines(sqlite(tmp_path / "watch.db"), {}, probe=lambda: pytest.fail("no file to ask"))
    assert line.state is State.OK
    assert "does not exist yet" in line.message
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_database_would_be_called_one(tmp_path: Path) -> None:
    (tmp_path / "watch.db").write_text("these are not the pages of a database " * 100)
    [line] = database_lines(sqlite(tmp_path / "watch.db"), {})
    assert line.state is State.FAILED
    assert "file is not a database" in line.message
    assert "restore the last backup" in line.mend


def test_a_database_in_a_closed_folder_would_end_in_a_traceback(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0)
    uid = os.geteuid()
    if uid == 0:
        os.seteuid(65534)  # root goes everywhere
    try:
        [line] = database_lines(sqlite(closed / "watch.db"), {})
    finally:
        os.seteuid(uid)
    assert line.state is State.FAILED
    assert "closed to this account" in line.message


def test_a_database_of_an_older_release_would_go_unnoticed(tmp_path: Path) -> None:
    whole = sqlite(tmp_path / "watch.db")
    engine = create_engine(whole.store.database_url({}))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE something (id INTEGER)"))
    [line] = database_lines(whole, {}, probe=lambda: "revision 0001 (newest)")
    assert line.state is State.OK
    assert line.message.startswith("SQLite 3.")
    assert line.message.endswith("answers, revision 0001 (newest)")
    engine.dispose()

    def behind() -> str:
        raise LookupError("the tables are of a newer release\nsecond line")

    [line] = database_lines(whole, {}, engine=engine, probe=behind)
    assert line.message.endswith("watch.db: the tables are of a newer release")
    engine.dispose()


def test_a_database_server_that_is_down_would_show_its_password() -> None:
    whole = settings(store={"database": {"env": "DB"}})
    environment = {"DB": "postgresql://watch:hunter2@127.0.0.1:1/hunter2"}
    [line] = database_lines(whole, environment)
    assert line.state is State.FAILED
    assert "hunter2" not in line.message
    assert "connection" in line.message.lower()
    assert "See that the server runs" in line.mend
    [line] = database_lines(whole, {})
    assert line.message == "environment variable DB is not set or is empty"


def test_a_real_postgresql_would_not_be_told_from_none(postgres_database: str) -> None:
    [line] = database_lines(settings(store={"database": {"env": "DB"}}), {"DB": postgres_database})
    assert line.state is State.OK
    assert line.message.startswith("PostgreSQL 1")


# --- certificates ------------------------------------------------------------------------------------


@pytest.mark.parametrize("organisation", ["Smoothwall", "Überprüfung Ltd", "x" * 200])
def test_the_technician_would_not_learn_whose_certificate_stands_in_between(organisation: str) -> None:
    authority = trustme.CA(organization_name=organisation, organization_unit_name="Filter")
    pem = authority.issue_cert("localhost").cert_chain_pems[0].bytes().decode()
    assert issuer(ssl.PEM_cert_to_DER_cert(pem)) == organisation


@given(st.binary(max_size=200))
def test_a_certificate_of_rubbish_would_stop_the_check(certificate: bytes) -> None:
    assert isinstance(issuer(certificate), str)


@given(st.data())
def test_a_damaged_certificate_would_stop_the_check(data: st.DataObject) -> None:
    whole = bytearray(_DER)
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    assert issuer(bytes(whole[: data.draw(st.integers(0, len(whole)))])).isprintable()


_DER = ssl.PEM_cert_to_DER_cert(trustme.CA().issue_cert("localhost").cert_chain_pems[0].bytes().decode())


# --- all together ------------------------------------------------------------------------------------


def test_a_damaged_model_or_connector_would_hide_everything_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise ImportError("no module named hunter2\nand more")

    monkeypatch.setattr("monitor.checks.run.registered_plugins", broken)
    mail = {"host": "127.0.0.1", "port": 1, "sender": "watch@example.sch.uk"}
    whole = settings(mail=mail, store={"database": f"sqlite:///{tmp_path}/watch.db", "evidence": tmp_path})
    lines = by_subject(run_checks(whole, now=lambda: NOON, models_probe=broken, environment={}, seconds=5.0))
    assert lines["connectors"].message == "cannot be loaded (ImportError)"
    assert lines["models"].message == "no module named hunter2"
    assert lines["disk (store.evidence)"].state is not State.FAILED
    assert lines["mail server"].state is State.FAILED
    assert lines["clock"].state is State.WARNING


def test_a_review_that_is_past_would_be_seen_by_nobody_who_looks_at_the_service() -> None:
    kept = [{"name": "Online safety policy", "reviewed": date(2021, 3, 1), "every_months": 36}]
    lines = review_lines(settings(policies=kept), lambda: datetime(2026, 11, 20, tzinfo=UTC))
    assert [line.state for line in lines] == [State.WARNING, State.OK]
    assert "review OVERDUE since 1 Mar 2024" in lines[0].message
    assert "Law pack" in lines[1].message
