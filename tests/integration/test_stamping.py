"""Having the log stamped: wanted as rows, asked for outside transactions, tried again, told, renewed."""

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from support.authority import OTHER_POLICY, POLICY, Authority, issue, time_authority
from support.clock import SettableClock
from support.school import write_settings

from monitor.evidence.stamping import asking
from monitor.evidence.stamping.stored import stamp_faults
from monitor.pipeline.sealing_up import stamping
from monitor.pipeline.sealing_up.stamping import stamp_due, stamp_wanted
from monitor.site import Site, open_site
from monitor.store import checkpoints, custody, stamps
from monitor.store.models import CustodyEvent, OperatorAlert, OutgoingMail, Stamp, StampState


@dataclass
class Stamped:
    """A school with a log, and the authorities that it is told of."""

    site: Site
    clock: SettableClock
    authorities: dict[str, Authority]

    def note(self) -> None:
        """Let the log grow."""
        with self.site.database.write() as session:
            custody.note(session, self.site.school_id, self.clock.now(), "verified")

    def rows(self) -> list[Stamp]:
        with self.site.database.read() as session:
            return list(session.scalars(select(Stamp).order_by(Stamp.id)))

    def row(self) -> Stamp:
        (row,) = self.rows()
        return row

    def had(self) -> list[tuple[str, int, str]]:
        return [(row.authority, row.checkpoint_size, row.state) for row in self.rows()]

    def alerts(self) -> list[OperatorAlert]:
        with self.site.database.read() as session:
            return list(session.scalars(select(OperatorAlert).order_by(OperatorAlert.id)))

    def faults(self) -> list[tuple[str, str]]:
        with self.site.database.read() as session:
            return list(stamp_faults(session, self.site.school_id))

    def round(self, after: timedelta = timedelta()) -> None:
        self.clock.advance(after)
        stamp_due(self.site)


@contextmanager
def stamped_school(
    folder: Path, database: str, *names: str, more: str = "", **settings: object
) -> Iterator[Stamped]:
    """`names` are the authorities; `settings` go to their tables."""
    clock = SettableClock(datetime.now(UTC))
    if not names:
        yield from _opened(folder, database, clock, {}, more)
        return
    with time_authority(folder / names[0]) as first:
        if len(names) == 1:
            yield from _opened(folder, database, clock, {names[0]: first}, more, **settings)
            return
        with time_authority(folder / names[1]) as second:
            both = {names[0]: first, names[1]: second}
            yield from _opened(folder, database, clock, both, more, **settings)


def _opened(
    folder: Path, database: str, clock: SettableClock, authorities: dict[str, Authority], more: str,
    **settings: object,
) -> Iterator[Stamped]:  # fmt: skip
    tables = [one.settings(name, **settings) for name, one in authorities.items()]  # type: ignore[arg-type]  # as given
    found = write_settings(folder, database, {}, 25, "[evidence]\n" + more + "\n".join(tables))
    site = open_site(found, clock.now)
    try:
        school = Stamped(site, clock, authorities)
        school.note()
        yield school
    finally:
        site.close()


@pytest.fixture
def school(tmp_path: Path, sqlite_database: str) -> Iterator[Stamped]:
    with stamped_school(tmp_path, sqlite_database, "tsa-one") as one:
        yield one


def the(school: Stamped) -> Authority:
    return school.authorities["tsa-one"]


def test_two_authorities_stamp_the_newest_checkpoint(tmp_path: Path, database_url: str) -> None:
    """Or the time of the evidence would rest on our own clock, or on one authority's word."""
    with stamped_school(tmp_path, database_url, "tsa-one", "tsa-two") as school:
        school.round()
        assert school.had() == [("tsa-one", 1, "stamped"), ("tsa-two", 1, "stamped")]
        with school.site.database.read() as session:
            found = stamps.stamps_for(session, school.site.school_id, 1)
            note = checkpoints.at(session, school.site.school_id, 1)
        assert {row.authority for row in found} == {"tsa-one", "tsa-two"}
        assert note is not None
        for row in found:
            one = school.authorities[row.authority]
            assert row.reply == one.replies[0]
            assert row.request == one.requests[0]
            assert row.chain is not None
            assert row.chain.startswith(one.signer.pem)
            assert row.chain.endswith(one.root.pem)
            assert row.revocation is not None
            assert row.revocation_unknown is None
            assert (row.policy, row.attempts, row.words, row.next_attempt_at) == (POLICY, 1, None, None)
            assert row.certificate_ends_at == one.signer.certificate.not_valid_after_utc
        assert school.faults() == []


def test_openssl_verifies_a_stored_stamp(school: Stamped, tmp_path: Path) -> None:
    """Or an expert who has only openssl could not check our word."""
    school.round()
    row = school.row()
    with school.site.database.read() as session:
        checkpoint = checkpoints.at(session, school.site.school_id, row.checkpoint_size)
    assert checkpoint is not None
    assert row.gen_time is not None
    chain = row.chain or b""
    files = {"checkpoint": checkpoint.note.encode(), "tsa-one.tsr": row.reply or b"", "chain.pem": chain}
    for name, content in {**files, "roots.pem": the(school).root.pem}.items():
        (tmp_path / name).write_bytes(content)
    command = ["openssl", "ts", "-verify", "-data", "checkpoint", "-in", "tsa-one.tsr"]
    command += ["-CAfile", "roots.pem", "-untrusted", "chain.pem"]
    command += ["-attime", str(int(row.gen_time.timestamp()))]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout


def test_a_stamp_becomes_part_of_the_log(school: Stamped) -> None:
    """Or a stamp could be taken away later and nobody would miss it."""
    school.round()
    with school.site.database.read() as session:
        (event,) = session.scalars(select(CustodyEvent).filter_by(action="stamped"))
        assert event.details["stamped_by"] == "tsa-one"
        assert event.details["stamp"] == school.row().id
        assert event.leaf_seq == 1


def test_it_is_asked_once_a_day_and_not_more(school: Stamped) -> None:
    """Or an authority would be asked every minute, and lock the school out."""
    for _ in range(3):
        school.round(timedelta(hours=7))
    assert len(the(school).requests) == 1
    school.round(timedelta(hours=10))
    assert [size for _, size, _ in school.had()] == [1, 2]


def test_an_export_asks_for_a_stamp_of_its_own_checkpoint(school: Stamped) -> None:
    """Or an export made at noon would rest on the stamp of the night before."""
    school.round()
    school.note()
    with school.site.database.write() as session:
        size = make_checkpoint_of(session, school.site)
        stamp_wanted(session, school.site, size)
        stamp_wanted(session, school.site, size)
        assert len(the(school).requests) == 1  # asked for later, with no transaction open
    assert school.had()[1:] == [("tsa-one", size, "waiting")]
    school.round()
    assert school.had()[1:] == [("tsa-one", size, "stamped")]


def test_an_export_of_an_older_state_is_not_the_days_stamp(school: Stamped) -> None:
    """Or making old exports again would keep new evidence from being stamped."""
    with school.site.database.write() as session:
        size = make_checkpoint_of(session, school.site)
    school.note()
    school.round()
    school.clock.advance(timedelta(hours=23))
    with school.site.database.write() as session:
        stamp_wanted(session, school.site, size)
    school.round(timedelta(hours=1))
    school.round()
    assert [size for _, size, _ in school.had()] == [2, 1, 4]


def make_checkpoint_of(session, site: Site) -> int:  # type: ignore[no-untyped-def]  # an SQLAlchemy session
    from monitor.pipeline.sealing_up.checkpointing import signed

    row = signed(session, site)
    assert row is not None
    return row.size


def test_without_an_authority_nothing_is_asked_or_written(tmp_path: Path, sqlite_database: str) -> None:
    """Or a school that names none would collect work that is never done."""
    with stamped_school(tmp_path, sqlite_database) as school:
        school.round()
        assert school.rows() == []


def test_an_empty_log_is_not_stamped(tmp_path: Path, sqlite_database: str) -> None:
    """Or an authority would vouch for nothing."""
    with time_authority(tmp_path / "tsa-one") as authority:
        found = write_settings(tmp_path, sqlite_database, {}, 25, authority.settings("tsa-one"))
        site = open_site(found, SettableClock(datetime.now(UTC)).now)
        stamp_due(site)
        assert authority.requests == []
        site.close()


# --- failing ----------------------------------------------------------------------------------------


def test_a_failure_is_a_row_with_words_and_another_attempt(school: Stamped) -> None:
    """Or a night without stamps would look like a night with them."""
    the(school).answer = lambda _: (503, "text/plain", b"later")
    school.round()
    row = school.row()
    assert row.state == StampState.FAILED
    assert row.words is not None
    assert row.words.startswith("it answered HTTP 503. Nothing to do")
    assert row.reply is None
    pauses = []
    for _ in range(11):
        assert school.row().next_attempt_at is not None
        pauses.append((school.row().next_attempt_at or school.clock.now()) - school.clock.now())
        school.round(pauses[-1])
    assert pauses[0] == timedelta(minutes=1)
    assert pauses[-1] == timedelta(hours=6)
    assert pauses == sorted(pauses)
    the(school).answer = None
    school.round(timedelta(hours=6))
    assert school.rows()[0].state == StampState.STAMPED
    assert school.rows()[0].words is None
    assert school.faults() == []


def test_operators_hear_of_a_fault_that_lasts_and_of_its_end(school: Stamped) -> None:
    """Or the evidence would go without a witness for months."""
    the(school).answer = lambda _: (503, "text/plain", b"later")
    school.round()
    assert school.alerts() == []
    school.round(timedelta(hours=1, minutes=1))
    (alert,) = school.alerts()
    assert (alert.kind, alert.subject, alert.closed_at) == ("stamp_failing", "tsa-one", None)
    assert "HTTP 503" in alert.words
    school.round(timedelta(hours=6))
    assert len(school.alerts()) == 1
    the(school).answer = None
    school.round(timedelta(hours=6))
    assert school.alerts()[0].closed_at is not None
    with school.site.database.read() as session:
        subjects = set(session.scalars(select(OutgoingMail.subject)))
    assert len(subjects) == 2
    assert all("tsa-one does not stamp the evidence log" in subject for subject in subjects)


@pytest.mark.parametrize("fault", ["policy", "root", "garbage", "oversized", "expired", "revoked", "replay"])
def test_a_fault_that_does_not_pass_is_told_at_once(tmp_path: Path, sqlite_database: str, fault: str) -> None:
    """Or a forged or useless stamp would be found out on the day that it is needed."""
    settings: dict[str, object] = {"policy": POLICY} if fault == "policy" else {}
    settings |= {"roots": issue("Another").pem} if fault == "root" else {}
    with stamped_school(tmp_path, sqlite_database, "tsa-one", **settings) as school:
        one = the(school)
        one.policy = OTHER_POLICY if fault == "policy" else POLICY
        one.revoked = fault == "revoked"
        if fault == "garbage":
            one.answer = lambda _: (200, "application/timestamp-reply", b"garbage")
        if fault == "oversized":
            one.answer = lambda _: (200, "application/timestamp-reply", bytes(100_000))
        if fault == "expired":
            one.sign_with(begins=timedelta(days=-20), ends=timedelta(days=-1))
        if fault == "replay":
            one.replies.append(one.stamp(asking.new_request(b"yesterday's checkpoint")))
            one.answer = one.replay
        school.round()
        assert school.row().state == StampState.FAILED
        (alert,) = school.alerts()
        assert alert.kind == "stamp_failing"
        assert school.faults() == []


def test_a_silent_authority_holds_up_nobody_else(
    tmp_path: Path, sqlite_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or one stalled line would leave the evidence without any witness."""
    monkeypatch.setattr(asking, "SECONDS", 0.3)
    monkeypatch.setattr(
        stamping, "outside_line", lambda settings, now: asking.outside_line(settings, now, 0.3)
    )
    with stamped_school(tmp_path, sqlite_database, "tsa-one", "tsa-two") as school:
        the(school).hold = threading.Event()
        school.round()
        assert school.had() == [("tsa-one", 1, "failed"), ("tsa-two", 1, "stamped")]
        assert "took too long" in (school.rows()[0].words or "")


def test_no_transaction_is_open_while_an_authority_is_asked(school: Stamped) -> None:
    """Or a slow authority would keep comments from being stored."""
    authority = the(school)

    def write_meanwhile(request: bytes) -> tuple[int, str, bytes]:
        school.note()  # on SQLite this would wait for ever beside an open write
        return 200, "application/timestamp-reply", authority.stamp(request)

    authority.answer = write_meanwhile
    school.round()
    assert school.row().state == StampState.STAMPED


def test_a_process_that_dies_while_asking_asks_again(
    school: Stamped, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or a power cut would leave a checkpoint without its stamp."""

    def power_cut(*_: object) -> bytes:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stamping, "ask", power_cut)
        with pytest.raises(KeyboardInterrupt):
            school.round()
    assert (school.row().state, school.row().attempts) == (StampState.WAITING, 1)
    school.round()
    assert the(school).requests == []  # not at once: it may have been the asking that broke
    school.round(timedelta(minutes=1))
    assert school.row().state == StampState.STAMPED


def test_two_processes_keep_one_stamp(school: Stamped) -> None:
    """Or a `poll` beside the service would overwrite a stamp that the log was told of."""
    school.round()
    row = school.row()
    with school.site.database.write() as session:
        size = row.checkpoint_size
        stamp_wanted(session, school.site, size)
    authority = the(school)
    both = []

    def meanwhile(request: bytes) -> tuple[int, str, bytes]:
        reply = authority.stamp(request)
        both.append(reply)
        if len(both) == 1:
            school.clock.advance(timedelta(minutes=2))
            stamp_due(school.site)  # the other process takes the same row
        return 200, "application/timestamp-reply", reply

    authority.answer = meanwhile
    school.round(timedelta(hours=25))
    assert [state for _, _, state in school.had()] == ["stamped", "stamped"]
    assert len(both) == 2
    assert school.rows()[1].reply == both[1]
    assert school.faults() == []


def test_an_authority_that_owes_a_stamp_owes_one_and_not_one_a_day(school: Stamped) -> None:
    """Or a school that was offline for a month would flood the authority when it is back."""
    the(school).answer = lambda _: (503, "text/plain", b"later")
    for _ in range(5):
        school.note()
        school.round(timedelta(days=1))
    assert len(school.rows()) == 1
    the(school).answer = None
    school.round(timedelta(days=1))
    assert [state for _, _, state in school.had()] == ["stamped"]
    school.round()
    assert [state for _, _, state in school.had()] == ["stamped", "stamped"]


def test_an_authority_that_left_the_settings_is_not_alarmed_about(
    tmp_path: Path, sqlite_database: str
) -> None:
    """Or an alarm that nobody can mend would hide the next one."""
    with stamped_school(tmp_path, sqlite_database, "tsa-one") as school:
        the(school).answer = lambda _: (404, "text/plain", b"")
        school.round()
        assert [alert.closed_at for alert in school.alerts()] == [None]
        without = school.site.settings.evidence.model_copy(update={"authorities": ()})
        site = Site(
            school.site.settings.model_copy(update={"evidence": without}), school.site.database,
            school.site.school_id, school.clock.now, b"",
        )  # fmt: skip
        stamp_due(site)
        assert school.alerts()[0].closed_at is not None


def test_a_missing_root_file_is_told_with_its_name(school: Stamped) -> None:
    """Or a file that somebody tidied away would end stamping without a word."""
    roots = school.site.settings.evidence.authorities[0].roots
    kept = roots.read_bytes()
    roots.unlink()
    school.round()
    assert str(roots) in (school.row().words or "")
    assert str(roots) in school.alerts()[0].words
    roots.write_bytes(kept)
    school.round(timedelta(minutes=2))
    assert school.row().state == StampState.STAMPED


# --- renewal and keeping ----------------------------------------------------------------------------


def test_a_stamp_is_had_anew_before_its_certificate_ends(tmp_path: Path, database_url: str) -> None:
    """Or an export of today would rest on a certificate that ended, when the court asks."""
    with stamped_school(tmp_path, database_url, "tsa-one") as school:
        the(school).sign_with(ends=timedelta(days=60))
        school.round()
        first = school.row()
        school.round(timedelta(days=1))
        assert len(school.rows()) == 2  # the authority has no later certificate yet: nothing to be won
        the(school).sign_with(ends=timedelta(days=1000))
        school.round(timedelta(days=7))
        assert [row.renews for row in school.rows()] == [None, None, None]
        school.round()
        renewals = [row for row in school.rows() if row.renews is not None]
        assert [row.renews for row in renewals] == [first.id, school.rows()[1].id]
        assert all(row.state == StampState.STAMPED for row in renewals)
        assert renewals[0].checkpoint_size == first.checkpoint_size
        assert renewals[0].renewal == 1
        assert (renewals[0].certificate_ends_at or first.made_at) > school.clock.now() + timedelta(days=900)
        for _ in range(3):
            school.round(timedelta(hours=1))
        assert len([row for row in school.rows() if row.renews is not None]) == 2
        with school.site.database.read() as session:
            both = stamps.stamps_for(session, school.site.school_id, first.checkpoint_size)
        assert [row.renewal for row in both] == [0, 1]
        assert school.faults() == []


def test_a_stamp_that_was_had_can_be_neither_changed_nor_removed(tmp_path: Path, database_url: str) -> None:
    """Or a fault of the program, or a hand on the database, could take the witness away."""
    with stamped_school(tmp_path, database_url, "tsa-one") as school:
        school.round()
        for statement in ("UPDATE stamps SET words = 'x'", "DELETE FROM stamps"):
            with (
                pytest.raises(DatabaseError, match="stamp"),
                school.site.database.engine.begin() as connection,
            ):
                connection.execute(text(statement))


def test_standing_tells_the_last_success_and_what_waits(school: Stamped) -> None:
    """Or nobody would see that stamping stopped (promise 8)."""
    school.round()
    the(school).answer = lambda _: (503, "text/plain", b"later")
    school.round(timedelta(days=1))
    with school.site.database.read() as session:
        found = stamps.standing(session, school.site.school_id, "tsa-one")
    assert found.last_success == school.rows()[0].gen_time
    assert found.waiting == 1
    assert found.failing_since == school.rows()[1].made_at
    assert "503" in (found.words or "")
