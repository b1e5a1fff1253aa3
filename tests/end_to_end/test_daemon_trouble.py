"""What stops working tells somebody, by another way than the one that failed, and says when it is mended."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from support.crash_school import CrashSchool, crash_school
from support.mail_server import RealMailServer

from connectors.loopback import Fault

HOUR = timedelta(hours=1)


def wait_until(what: Callable[[], object], school: CrashSchool) -> None:
    give_up = time.monotonic() + 40
    while not what():
        assert time.monotonic() < give_up, school.log_tail()
        assert school.victim.wait(0.05) is None, school.log_tail()


def subjects(mail: RealMailServer) -> str:
    return "\n".join(str(one.message["Subject"]) for one in mail.accepted)


def test_a_source_that_fails_for_long_would_fail_in_silence(tmp_path: Path, sqlite_database: str) -> None:
    with crash_school(tmp_path, sqlite_database, seed=3) as school:
        school.path.write_text(school.path.read_text() + '\n[operations]\nalert_after = "60s"\n')
        school.platforms["x"].misbehave(Fault.SERVER_ERROR, times=999)
        school.start("serve")
        wait_until(lambda: "source x is not being read" in subjects(school.mail), school)
        assert "Working again" not in subjects(school.mail)
        assert "facebook" not in subjects(school.mail)
        school.stop()
        school.platforms["x"].behave()
        school.clock.advance(HOUR)
        school.start("serve")
        wait_until(lambda: "Working again: source x" in subjects(school.mail), school)
        school.stop()


def test_a_dead_mail_server_could_not_say_so_itself(tmp_path: Path, sqlite_database: str) -> None:
    with crash_school(tmp_path, sqlite_database, seed=4) as school, RealMailServer() as second:
        more = f'\n[mail.second]\nhost = "127.0.0.1"\nport = {second.port}\nsecurity = "none"\n'
        school.path.write_text(school.path.read_text() + more)
        school.mail.drop("greeting")
        school.platforms["x"].mention("@fernhillprimary CRITICAL words", "stranger", school.clock.now())
        school.start("serve")
        wait_until(lambda: school.mail.reached, school)
        assert not second.accepted
        school.stop()
        school.clock.advance(HOUR)
        school.start("serve")
        wait_until(lambda: "mail does not leave" in subjects(second), school)
        assert not school.mail.accepted
        school.mail.behave()
        wait_until(lambda: "SW-2026-0001" in subjects(school.mail), school)
        school.stop()


def test_evidence_that_cannot_be_written_would_hold_up_the_watch_in_silence(
    tmp_path: Path, sqlite_database: str
) -> None:
    """No alert leaves before its evidence is sealed, so somebody must hear why none comes."""
    with crash_school(tmp_path, sqlite_database, seed=5) as school:
        in_the_way = tmp_path / "evidence" / "items"
        in_the_way.parent.mkdir()
        in_the_way.write_text("a file where a folder should be")
        school.platforms["x"].mention("@fernhillprimary CRITICAL words", "stranger", school.clock.now())
        school.start("serve")
        wait_until(lambda: "Needs mending: judge fails" in subjects(school.mail), school)
        told = school.mail.accepted[-1].message.get_body(("plain",))
        assert told is not None
        assert "Evidence cannot be written to" in told.get_content()
        assert "SW-2026-0001" not in subjects(school.mail)
        in_the_way.unlink()
        wait_until(lambda: "SW-2026-0001" in subjects(school.mail), school)
        wait_until(lambda: "Working again: judge" in subjects(school.mail), school)
        school.stop()
        assert "Traceback" not in school.log_tail()
