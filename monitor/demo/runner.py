"""Runs the demo: fill the platforms, look twice, export, verify; everything stays in one folder."""

import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from alerts.export.verify import verify_export
from alerts.export.week import IsoWeek
from alerts.export.writer import ExportMade
from alerts.mail.sink import MailSink
from classifiers.register.readers import read_pupils, read_staff
from config.loading import load_settings
from connectors.loopback import LoopbackPlatform
from connectors.registry import plugins
from monitor.clock import utc_now
from monitor.demo import stage
from monitor.demo.story import SPACING, Line, Town, read_story
from monitor.evidence.bundle import faults_within
from monitor.evidence.verify import Verified, verify_store
from monitor.passes import one_pass
from monitor.pipeline.judgement import register
from monitor.pipeline.judgement.judges import site_judge
from monitor.pipeline.own_pages.consents import take_pupils
from monitor.pipeline.telling.mailing import send_next
from monitor.pipeline.telling.weekly import export_and_announce
from monitor.site import Site, open_site

PLATFORMS = ("facebook", "x")
ARRIVES_LATER = 12
"""So many comments arrive after the first look, and are told singly."""


@dataclass(frozen=True)
class Shown:
    """What the summary is made from."""

    folder: Path
    site: Site
    export: ExportMade
    verified: Verified
    export_faults: int
    seconds: float

    @property
    def failed(self) -> bool:
        return bool(self.verified.faults or self.export_faults)


def run_demo(folder: Path, tell: Callable[[str], None], show: Callable[[Shown], None]) -> Shown:
    """Raises FolderInUse when the folder is somebody else's. `show` is called while the site is open."""
    started = time.monotonic()
    stage.clear(folder)
    with ExitStack() as stack:
        tell("starting two platforms and a mail server on this machine")
        platforms = {name: stack.enter_context(plugins()[name].loopback(utc_now)) for name in PLATFORMS}
        sink = stack.enter_context(MailSink(folder / "mail"))
        settings = stage.set_up(folder, platforms, sink.port)
        site = open_site(load_settings(settings))
        stack.callback(site.close)
        export = _play(site, folder, platforms, tell)
        tell("verifying every byte")
        verified = verify_store(site.database, site.evidence, site.school_id)
        faults = verify_export(export.path, check_items=faults_within)
        shown = Shown(folder, site, export, verified, len(faults), time.monotonic() - started)
        show(shown)
        return shown


def _play(
    site: Site, folder: Path, platforms: dict[str, LoopbackPlatform], tell: Callable[[str], None]
) -> ExportMade:
    _import_register(site, folder)
    judge = site_judge(site)
    town, lines = Town(platforms), read_story()
    older, newer = lines[:-ARRIVES_LATER], lines[-ARRIVES_LATER:]
    _write(town, older, site.now() - timedelta(hours=1))
    tell("the first look at two old pages")
    one_pass(site, judge, PLATFORMS, tell)
    _write(town, newer, site.now())
    tell("a second look: new comments have arrived")
    one_pass(site, judge, PLATFORMS, tell)
    tell("making the weekly export")
    export = export_and_announce(site, IsoWeek.of(site.now()))
    while send_next(site):
        pass
    return export


def _import_register(site: Site, folder: Path) -> None:
    pupils = read_pupils(folder / "register" / "pupils.csv", site.token_key)
    staff = read_staff(folder / "register" / "staff.csv")
    with site.database.write() as session:
        register.replace_pupils(session, site.school_id, pupils.entries)
        take_pupils(session, site, pupils.entries, "schoolwatch demo")
        register.replace_staff(session, site.school_id, staff.entries)
        register.note_change(session, site)


def _write(town: Town, lines: list[Line], newest: datetime) -> None:
    """Put lines onto the platforms, oldest first, the last one at `newest`."""
    # Whole seconds: a platform's times have no more.
    last = newest.astimezone(UTC).replace(microsecond=0)
    spacing = min(SPACING, timedelta(days=5) / max(len(lines), 1))
    for number, line in enumerate(lines):
        town.write(line, last - (len(lines) - 1 - number) * spacing)
