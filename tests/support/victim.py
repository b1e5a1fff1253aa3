"""A service that is to be killed: `python -I victim.py`, told by JSON lines what to run.

Everything is imported once; each life is a fork of it, with nothing open and nothing remembered, so that
a hundred starts do not cost a hundred times the imports. The platforms and the mail server live on in the
test's own process.

    {"do": "start", "settings": PATH, "clock": […], "mode": "pass" | "serve", "boundary": NAME or null,
     "passing": N, "log": PATH, "shift": PATH or null}          → {"pid": N}
                                                                  a mode may be an act of `durable_acts` too,
                                                                  with "told": {…} and "dies_before": N or null
    {"do": "wait", "seconds": S}                                → {"status": N}, negative for a signal, or null
"""

import json
import os
import signal
import sys
import time
from datetime import datetime, timedelta, tzinfo
from itertools import count
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))  # -I leaves out where `support` stands

import apscheduler.schedulers.base
from support.durable_acts import ACTS
from support.kill_points import die_before
from support.running_clock import RunningClock
from support.school import PlainJudge

import monitor.clock
from config.loading import load_settings
from monitor.clock import Now
from monitor.daemon.service import Service
from monitor.logs import write_logs_to_stderr
from monitor.passes import one_pass
from monitor.pipeline import boundaries
from monitor.site import open_site


def main() -> None:
    child = 0
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "start":
            child = fork(order)
            answer: dict[str, Any] = {"pid": child}
        else:
            answer = {"status": wait(child, order["seconds"])}
            child = child if answer["status"] is None else 0
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def fork(order: dict[str, Any]) -> int:
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        live(order)
        status = 0
    finally:
        sys.stderr.flush()
        os._exit(status)


def wait(child: int, seconds: float) -> int | None:
    give_up = time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > give_up:
            return None
        time.sleep(0.01)


def live(order: dict[str, Any]) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)
    write_logs_to_stderr(level=20)
    if order["boundary"]:
        boundaries.listener = killer(boundaries.Boundary(order["boundary"]), order["passing"])
    now = RunningClock.from_json(order["clock"]).now
    if order.get("shift"):
        now = set_machine_clock(Path(order["shift"]))
    site = open_site(load_settings(Path(order["settings"])), now)
    if order.get("dies_before"):
        die_before(order["dies_before"])
    if order["mode"] in ACTS:
        ACTS[order["mode"]](site, order["told"])
    elif order["mode"] == "serve":
        Service(site, PlainJudge).run()
    else:
        names = [source.name for source in site.settings.sources]
        one_pass(site, PlainJudge(), names, lambda _: None)


def set_machine_clock(shift: Path) -> Now:
    """From now on the wall clock of this process is off by the seconds that stand in a file."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:
            return datetime.now(tz) + timedelta(seconds=float(shift.read_text()))

    apscheduler.schedulers.base.datetime = Shifted
    monitor.clock.datetime = Shifted
    return monitor.clock.utc_now


def killer(wanted: boundaries.Boundary, passing: int) -> Any:
    """Dies without a word the n-th time that a boundary is passed."""
    passed = count(1)

    def listener(boundary: boundaries.Boundary) -> None:
        if boundary is wanted and next(passed) == passing:
            os.kill(os.getpid(), signal.SIGKILL)

    return listener


if __name__ == "__main__":
    main()
