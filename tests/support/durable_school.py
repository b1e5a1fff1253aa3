"""A school in which every act that writes evidence is possible, and what must hold whenever one was cut short."""

import json
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from support.at_rest import MANAGER, close, locking_school, references, reopen
from support.authority import time_authority
from support.clock import SettableClock
from support.crash_school import Victim
from support.durable_acts import ACTS, Told
from support.media_host import media_host, picture
from support.monitor_bench import rows, say
from support.running_clock import RunningClock
from support.school import TestSchool

from alerts.export.verify import check_export
from config.loading import load_settings
from monitor.daemon.service import clear_leftovers
from monitor.evidence.bundle import faults_within
from monitor.evidence.folder import read_item
from monitor.evidence.lockbox import BOX, opened
from monitor.evidence.verify import verify_store
from monitor.evidence.verify_log import Outside
from monitor.pipeline.at_rest.keeping import keep_at_rest
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.at_rest.retention import erase_what_is_due
from monitor.pipeline.exports.proving import finish_exports
from monitor.pipeline.sealing_up.pictures import rule_on_pictures
from monitor.pipeline.sealing_up.second_log import keep_second_log
from monitor.pipeline.sealing_up.stamping import stamp_due
from monitor.site import Site, open_site
from monitor.store.models import (
    EvidenceItem,
    EvidenceState,
    Export,
    ExportState,
    Incident,
    Item,
    ItemState,
    Leaf,
    Ruling,
)

WORDS = ("ABUSE of gnus", "ABUSE of emus", "ABUSE of newts", "ABUSE of stoats", "ABUSE of toads")
UNREAD = 2
KILLED = -signal.SIGKILL
_LATER = timedelta(minutes=65)
"""By then every lease and claim of the life before has ended, and a capture is given up."""


@dataclass
class DurableSchool:
    folder: Path
    now: datetime
    told: Told
    records: dict[str, bytes]
    """Item → its record as it was sealed."""
    leaves: list[str]

    @property
    def site(self) -> Site:
        return open_site(
            load_settings(self.folder / "schoolwatch.toml"), SettableClock(self.now + _LATER).now
        )

    def copy(self, folder: Path) -> "DurableSchool":
        shutil.copytree(self.folder, folder)
        (folder / "database-url").write_text(f"sqlite:///{folder / 'schoolwatch.db'}")
        return DurableSchool(folder, self.now, self.told, self.records, self.leaves)

    def start(self, victim: Victim, act: str, dies_before: int | None) -> None:
        clock = RunningClock(self.now, 0.0, 0.0)
        victim.start(self.folder / "schoolwatch.toml", clock, act, told=self.told, dies_before=dies_before)

    def faults_after(self, act: str) -> list[str]:
        """What is wrong once the service has started again and the act was done to its end."""
        site = self.site
        try:
            clear_leftovers(site)
            ACTS[act](site, self.told)
            for step in (keep_at_rest, erase_what_is_due, finish_exports, stamp_due, keep_second_log):
                step(site)
            return [*self._of_the_store(site), *self._of_items(site), *self._of_exports(site)]
        finally:
            site.close()

    def _of_the_store(self, site: Site) -> Iterator[str]:
        outside = Outside(second_log=site.settings.evidence.second_log)
        found = verify_store(site.database, site.evidence, site.school_id, outside)
        yield from (f"{fault.item}: {fault.why}" for fault in found.faults)
        with site.database.read() as session:
            leaves = list(session.scalars(select(Leaf.body).order_by(Leaf.seq)))
            waiting = session.scalars(select(Item.uid).where(Item.state == ItemState.WAITING)).all()
        if leaves[: len(self.leaves)] != self.leaves:
            yield "the log does not begin with the lines that it had: a fork"
        yield from (f"{uid} was never judged" for uid in waiting)
        yield from (f"{path} was left over" for path in self.folder.rglob("*.part"))

    def _of_items(self, site: Site) -> Iterator[str]:
        with site.database.read() as session:
            states = {row.item_uid: row.state for row in session.scalars(select(EvidenceItem))}
            comments = session.scalars(select(Item.external_id)).all()
        if len(comments) != len(set(comments)):
            yield "a comment is stored twice"
        for uid, record in self.records.items():
            if states.get(uid) == EvidenceState.ERASED and uid == self.told["erase"]:
                continue
            files = read_item(site.evidence, uid)
            files = opened(files[BOX], MANAGER, uid.encode()) if BOX in files else files
            if files.get("record.json") != record:
                yield f"the sealed item {uid} is missing"

    def _of_exports(self, site: Site) -> Iterator[str]:
        with site.database.read() as session:
            made = list(session.scalars(select(Export)))
        for row in made:
            if row.state in (ExportState.WRITTEN, ExportState.SEALED):
                found = check_export(Path(row.path), faults_within)
                yield from (f"{row.scope}: {fault.name} {fault.why}" for fault in found.faults)
        zips = {str(path) for path in self.folder.rglob("*.zip")}
        yield from (f"{path} was left over" for path in zips - {row.path for row in made})


@contextmanager
def durable_school(folder: Path, database: str) -> Iterator[DurableSchool]:
    """Its platform, mail server, media host and stamping authority live as long as the context."""
    folder.mkdir(parents=True, exist_ok=True)
    clock = SettableClock(datetime.now(UTC) - timedelta(days=15, minutes=70))  # stamps have the real time
    with ExitStack() as stack:
        authority = stack.enter_context(time_authority(folder.parent / "tsa"))
        host = stack.enter_context(media_host(folder.parent, "pbs.twimg.example"))
        more = f'second_log = "second"\n{authority.settings("tsa-one")}'
        school = stack.enter_context(locking_school(folder, clock, database, more=more))
        told = _with_a_past(school)
        told |= {"names": list(host.names), "port": host.port, "ca": str(host.ca)}
        host.shows(_picture_of(school, told["capture"]), picture())
        keep_second_log(school.site)
        school.site.database.forget_erased()
        yield DurableSchool(
            folder, clock.now(), told, _records(school), [one.body for one in rows(school, Leaf)]
        )


def _with_a_past(school: TestSchool) -> Told:
    """One incident to capture, one that is locked and open again, one to erase, one to lock, one to export."""
    for number, words in enumerate(WORDS):
        school.x.mention(f"@fernhillprimary {words}", f"u{number}", school.clock.now(), image=True)
    say(school)
    taken, again, to_erase, to_lock, to_export = references(school)
    rule_on_pictures(school.site, taken, Ruling.RULED_OUT, by="A. Manager", reason="it is the gate")
    close(school, again)
    school.clock.advance(timedelta(days=15))
    lock_due(school.site)
    reopen(school, again)
    for reference in (to_erase, to_lock):
        close(school, reference)
    with school.site.database.write() as session:
        incident = session.scalars(select(Incident).where(Incident.reference == to_lock)).one()
        incident.closed_at = school.clock.now() - timedelta(days=15)
        erased = session.scalars(select(Incident).where(Incident.reference == to_erase)).one().items[0].uid
    for number in range(UNREAD):
        school.x.mention(f"@fernhillprimary ABUSE number {number} of voles", f"v{number}", school.clock.now())
    return {"capture": taken, "unlock": again, "erase": erased, "export": to_export}


def _picture_of(school: TestSchool, reference: str) -> str:
    with school.site.database.read() as session:
        uid = session.scalars(select(Incident).where(Incident.reference == reference)).one().items[0].uid
    raw = json.loads(read_item(school.site.evidence, uid)["raw.json"])
    return str(raw["includes"]["media"][0]["url"]).removeprefix("https://")


def _records(school: TestSchool) -> dict[str, bytes]:
    found = {
        row.item_uid: read_item(school.site.evidence, row.item_uid) for row in rows(school, EvidenceItem)
    }
    return {
        uid: (opened(files[BOX], MANAGER, uid.encode()) if BOX in files else files)["record.json"]
        for uid, files in found.items()
    }
