"""What tests of locking, holding and erasing share: a school with keys, closings, and a thief."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from sqlalchemy import select, text, update
from support.clock import SettableClock
from support.monitor_bench import rows, school_with
from support.school import TestSchool

from alerts.ladder import machine
from config.words import Outcome
from monitor.pipeline.boundaries import Boundary
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.store import custody
from monitor.store.models import Base, EvidenceItem, EvidenceState, Incident, OutgoingMail

MANAGER, RECOVERY = (X25519PrivateKey.from_private_bytes(bytes([number]) * 32) for number in (7, 8))
KEYS = """
[evidence]
manager_key = "manager.pub.pem"
recovery_key = "recovery.pub.pem"
"""


class Stopped(BaseException):
    """The process ends here, as a power cut would have it."""


@contextmanager
def locking_school(
    folder: Path, clock: SettableClock, database: str, *, keys: bool = True, more: str = ""
) -> Iterator[TestSchool]:
    """A school on X whose settings name both public keys."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, key in (("manager", MANAGER), ("recovery", RECOVERY)):
        public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (folder / f"{name}.pub.pem").write_bytes(public)
    with school_with(folder, clock, database, more=(KEYS if keys else "") + more) as school:
        school.first_look()
        yield school


def references(school: TestSchool) -> list[str]:
    return [incident.reference for incident in rows(school, Incident)]


def close(
    school: TestSchool, reference: str, note: str = "Nothing to do.", outcome: Outcome = Outcome.WITHDRAWN
) -> None:
    """A person closes an incident; `note` may quote what was written."""
    with school.site.database.write() as session:
        incident = _incident(session, school, reference)
        ladder = machine.close(read_ladder(incident), note, "A. Manager", school.clock.now(), outcome=outcome)
        write_ladder(session, incident, ladder)


def reopen(school: TestSchool, reference: str) -> None:
    """As when a re-check finds that it is there again."""
    with school.site.database.write() as session:
        incident = _incident(session, school, reference)
        ladder = read_ladder(incident)
        if ladder.closing is None:
            return
        closings = (*ladder.earlier_closings, ladder.closing)
        again = replace(ladder, closing=None, earlier_closings=closings, re_opened=ladder.re_opened + 1)
        write_ladder(session, incident, again)


def _incident(session: Any, school: TestSchool, reference: str) -> Incident:
    custody.first_in_line(session, school.site.school_id)
    query = select(Incident).filter_by(school_id=school.site.school_id, reference=reference)
    return session.scalars(query.with_for_update()).one()


def quote_in_mails(school: TestSchool, words: str) -> None:
    """Somebody's template put the words into the mails that were sent."""
    with school.site.database.write() as session:
        session.execute(update(OutgoingMail).values(text=OutgoingMail.text + words, html=words))


def states(school: TestSchool) -> list[str]:
    return [str(row.state) for row in rows(school, EvidenceItem)]


def evidence_files(school: TestSchool) -> dict[str, set[str]]:
    """Item → what stands in its folder."""
    folders = (school.site.evidence / "items").glob("*/*")
    return {folder.name: {path.name for path in folder.iterdir()} for folder in folders if folder.is_dir()}


def what_a_thief_reads(school: TestSchool) -> bytes:
    """Every byte on the stolen disk: the school's folder with the SQLite files, or every PostgreSQL row."""
    found = [path.read_bytes() for path in school.folder.rglob("*") if path.is_file()]
    found += [path.name.encode() for path in school.folder.rglob("*")]
    if not school.site.database.is_sqlite:
        with school.site.database.engine.connect() as connection:
            for table in Base.metadata.sorted_tables:
                found += [_flat(row) for row in connection.execute(text(f'SELECT * FROM "{table.name}"'))]
    return b"\0".join(found)


def _flat(row: Any) -> bytes:
    parts = (bytes(one) if isinstance(one, bytes | memoryview) else str(one).encode() for one in row)
    return b"\0".join(parts)


def stop_at(monkeypatch: Any, wanted: Boundary) -> None:
    def listener(boundary: Boundary) -> None:
        if boundary is wanted:
            raise Stopped(wanted)

    monkeypatch.setattr("monitor.pipeline.boundaries.listener", listener)


def go_on(monkeypatch: Any) -> None:
    monkeypatch.setattr("monitor.pipeline.boundaries.listener", lambda _: None)


LOCKED, OPEN, ERASED = (str(one) for one in (EvidenceState.LOCKED, EvidenceState.OPEN, EvidenceState.ERASED))
