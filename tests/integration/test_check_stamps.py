"""`schoolwatch check` opens each time-stamping authority and says when it last stamped."""

import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.authority import OTHER_POLICY, POLICY, Authority, issue, time_authority
from support.school import write_settings

from config.schema import Settings
from monitor.checks import CheckLine, State, run_checks
from monitor.checks.reach import allow_lines
from monitor.checks.stamps import authority_lines, last_stamp_lines
from monitor.checks.surroundings import Surroundings
from monitor.store.stamps import Standing

NOW = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with time_authority(tmp_path / "tsa-one") as one:
        yield one


def settings(tmp_path: Path, *tables: str) -> Settings:
    return write_settings(tmp_path, f"sqlite:///{tmp_path}/schoolwatch.db", {}, 25, "\n".join(tables))


def around(found: Settings, seconds: float = 10.0) -> Surroundings:
    return Surroundings(found, lambda: datetime.now(UTC), {}, {}, seconds)


def tried(tmp_path: Path, table: str, seconds: float = 10.0) -> list[CheckLine]:
    found = settings(tmp_path, table)
    return authority_lines(found.evidence.authorities[0], around(found, seconds))


def test_an_authority_that_works_is_tried_with_a_stamp(tmp_path: Path, authority: Authority) -> None:
    """Or a school would learn after a month that it had no stamp at all."""
    found = settings(tmp_path, authority.settings("tsa-one", policy=POLICY))
    surroundings = around(found)
    (line,) = authority_lines(found.evidence.authorities[0], surroundings)
    assert line.state is State.OK, line
    assert POLICY in line.message
    assert "certificate until" in line.message
    assert len(authority.requests) == 1
    assert abs(surroundings.offsets["127.0.0.1"]) < timedelta(minutes=1)


def test_each_trial_is_over_other_bytes(tmp_path: Path, authority: Authority) -> None:
    """Or a filter that answers with a stored page could pass for the authority."""
    tried(tmp_path, authority.settings("tsa-one"))
    tried(tmp_path, authority.settings("tsa-one"))
    first, second = authority.requests
    assert first[20:60] != second[20:60]


FAULTS = ["replay", "policy", "root", "expired", "revoked", "garbage", "oversized", "http", "silent", "file"]


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_told_with_its_mend(tmp_path: Path, authority: Authority, fault: str) -> None:
    """Or a technician would be left with "failed"."""
    told = {
        "replay": "something else than was sent", "policy": f"expected {OTHER_POLICY}", "root": "a root that is pinned",
        "expired": "expired", "revoked": "was revoked", "garbage": "is no time stamp", "oversized": "more than",
        "http": "HTTP 404", "silent": "took too long", "file": "holds no certificates",
    }  # fmt: skip
    table = authority.settings("tsa-one", policy=OTHER_POLICY if fault == "policy" else None)
    if fault == "root":
        table = authority.settings("tsa-one", roots=issue("Another").pem)
    if fault == "file":
        table = authority.settings("tsa-one", roots=b"nothing")
    if fault == "replay":
        tried(tmp_path, table)
        authority.answer = authority.replay
    if fault == "expired":
        authority.sign_with(begins=timedelta(days=-20), ends=timedelta(days=-1))
    authority.revoked = fault == "revoked"
    answers = {"garbage": (200, b"nothing"), "oversized": (200, bytes(100_000)), "http": (404, b"")}
    if fault in answers:
        status, body = answers[fault]
        authority.answer = lambda _: (status, "application/timestamp-reply", body)
    if fault == "silent":
        authority.hold = threading.Event()
    (line,) = tried(tmp_path, table, 0.6 if fault == "silent" else 10.0)
    assert line.state is State.FAILED
    assert told[fault] in line.message
    assert line.mend


def test_what_cannot_be_learned_of_revocation_is_a_warning(tmp_path: Path) -> None:
    """Or nobody would ask the filter to let the lists through."""
    with time_authority(tmp_path / "tsa-one", names="nothing") as authority:
        lines = tried(tmp_path, authority.settings("tsa-one"))
    assert [line.state for line in lines] == [State.OK, State.WARNING]
    assert "names no list and no service" in lines[1].message


def test_a_school_without_an_authority_is_told_plainly(tmp_path: Path) -> None:
    """Or its evidence would be weaker than it believes."""
    (line,) = last_stamp_lines(settings(tmp_path), None)
    assert (line.subject, line.state) == ("time stamps", State.WARNING)
    assert "no authority is named" in line.message
    assert "docs/setup/timestamps.md" in line.mend


def test_one_authority_alone_is_a_warning(tmp_path: Path, authority: Authority) -> None:
    """Or all would rest on the word of one."""
    (line,) = last_stamp_lines(settings(tmp_path, authority.settings("tsa-one")), None)
    assert line.state is State.WARNING
    assert "one authority only" in line.message


def standings(tmp_path: Path, known: Mapping[str, Standing], authority: Authority) -> list[CheckLine]:
    (tmp_path / "schoolwatch.db").touch()
    found = settings(tmp_path, authority.settings("tsa-one"), authority.settings("tsa-two"))
    return last_stamp_lines(found, lambda: known)


def test_the_last_stamp_is_shown(tmp_path: Path, authority: Authority) -> None:
    """Or a stamping that stopped would look like one that works (promise 8)."""
    well = Standing(NOW, 0, None, None)
    failing = replace(well, waiting=1, failing_since=NOW + timedelta(days=1), words="it answered HTTP 503")
    never = Standing(None, 1, None, None)
    lines = standings(tmp_path, {"tsa-one": well, "tsa-two": failing, "tsa-three": never}, authority)
    assert [(line.subject, line.state, line.message) for line in lines] == [
        ("last stamp of tsa-one", State.OK, "20 November 2026 18:00 GMT"),
        (
            "last stamp of tsa-two", State.WARNING,
            "20 November 2026 18:00 GMT; failing since 21 November 2026 18:00 GMT: it answered HTTP 503",
        ),
        ("last stamp of tsa-three", State.OK, "never yet; 1 to be asked for"),
    ]  # fmt: skip


def test_all_checks_together_open_the_authorities(tmp_path: Path, authority: Authority) -> None:
    """Or the command would not say what its parts know."""
    lines = run_checks(
        settings(tmp_path, authority.settings("tsa-one")), plugins={}, environment={}, seconds=10
    )
    by_subject = {line.subject: line for line in lines}
    assert by_subject["time authority tsa-one"].state is State.OK
    assert by_subject["time stamps"].state is State.WARNING
    assert "127.0.0.1" in by_subject["clock"].message


def test_the_hosts_to_allow_name_the_authorities(tmp_path: Path, authority: Authority) -> None:
    """Or the letter to whoever runs the filter would leave them out."""
    table = authority.settings("tsa-one").replace(authority.address, "http://tsa.example.org")
    (line,) = allow_lines(around(settings(tmp_path, table)))
    assert "tsa.example.org (TCP 80)" in line.message
