"""A school whose service is killed again and again, while platforms and mail server misbehave and live on."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import inspect, select
from support.mail_server import RealMailServer
from support.running_clock import RunningClock
from support.school import write_settings

from config.words import Severity
from connectors.loopback import Fault, LoopbackPlatform
from connectors.registry import plugins
from monitor.pipeline.boundaries import Boundary
from monitor.store.database import Database
from monitor.store.models import Incident, Item, ItemState, MailState, OutgoingMail

SPEED = 60.0
"""A minute's interval or pause passes in a second."""
QUIET_WITHIN = 90.0
STILL_EDITABLE = timedelta(minutes=25)
PASSES_BY_ITSELF = (
    Fault.RATE_LIMITED_WITHOUT_RESET,
    Fault.SERVER_ERROR,
    Fault.BAD_GATEWAY_HTML,
    Fault.HTML_INSTEAD_OF_JSON,
    Fault.TRUNCATED_BODY,
    Fault.DROPPED_CONNECTION,
    Fault.REPEATED_PAGE,
    Fault.OUT_OF_ORDER,
    Fault.EMPTY_PAGE_WITH_NEXT,
)
_EACH_PAGE = (Boundary.BEFORE_FETCH, Boundary.AFTER_FETCH, Boundary.BEFORE_COMMIT, Boundary.AFTER_COMMIT)
RAISING = ("CRITICAL", "HIGH", "ABUSE", "PUPIL")


class Victim:
    """Starts lives of the service and says how they ended. A context manager."""

    def __init__(self, log: Path) -> None:
        self.log = log

    def __enter__(self) -> "Victim":
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("victim.py"))],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def start(self, settings: Path, clock: RunningClock, mode: str, *,
              boundary: Boundary | None = None, passing: int = 1, shift: Path | None = None,
              **more: object) -> int:  # fmt: skip
        told = self._ask(
            do="start", settings=str(settings), clock=clock.as_json(), mode=mode,
            boundary=boundary and str(boundary), passing=passing, log=str(self.log), shift=shift and str(shift),
            **more,
        )  # fmt: skip
        return int(told["pid"])

    def wait(self, seconds: float) -> int | None:
        """The exit status, negative for a signal; None when it still lives by then."""
        status = self._ask(do="wait", seconds=seconds)["status"]
        return None if status is None else int(status)

    def _ask(self, **order: Any) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@dataclass
class CrashSchool:
    path: Path
    clock: RunningClock
    platforms: dict[str, LoopbackPlatform]
    mail: RealMailServer
    victim: Victim
    database: Database
    rng: random.Random
    kills: Counter[str] = field(default_factory=Counter)
    _written: int = 0
    _posts: dict[str, list[str]] = field(default_factory=dict)
    _edited: set[str] = field(default_factory=set)
    _running: int = 0

    # -- a life ---------------------------------------------------------------------------------

    def kill_at(self, boundary: Boundary, mode: str) -> None:
        """One life that ends at a boundary; stirred again while the boundary was not passed."""
        for attempt in range(6):
            self.stir(calm=attempt > 2)
            # A pass reads a dozen pages, and mails a few times.
            furthest = 8 if boundary in _EACH_PAGE else 3
            passing = self.rng.randint(1, furthest) if attempt == 0 else 1
            self.start(mode, boundary, passing)
            status = self.victim.wait(15)
            if status is None:
                self.stop()
            self.clock.advance(timedelta(minutes=4))  # `poll` by hand waits for leases and claims to end
            if status == -signal.SIGKILL:
                self.kills[str(boundary)] += 1
                return
        raise AssertionError(f"{boundary} was never passed in six lives; log:\n{self.log_tail()}")

    def kill_after(self, seconds: float) -> None:
        """One life of the daemon that ends at any moment."""
        self.stir()
        self.start("serve")
        assert self.victim.wait(seconds) is None, f"it ended by itself; log:\n{self.log_tail()}"
        os.kill(self._running, signal.SIGKILL)
        assert self.victim.wait(10) == -signal.SIGKILL
        self.kills["at random"] += 1

    def start(self, mode: str, boundary: Boundary | None = None, passing: int = 1) -> None:
        self._running = self.victim.start(self.path, self.clock, mode, boundary=boundary, passing=passing)

    def stop(self) -> None:
        """The daemon that runs now is asked to stop, and does so in time with status 0."""
        os.kill(self._running, signal.SIGTERM)
        status = self.victim.wait(10)
        assert status == 0, f"a graceful stop ended with {status}; log:\n{self.log_tail()}"

    def calm_down(self) -> None:
        """Everything behaves; a last life runs until all is read, judged and mailed, and is stopped."""
        for platform in self.platforms.values():
            platform.behave()
        self.mail.behave()
        self.clock.advance(timedelta(minutes=30))  # the last late arrivals can be seen by then
        self.start("serve")
        give_up = time.monotonic() + QUIET_WITHIN
        while (why := self.unfinished()) and time.monotonic() < give_up:
            assert self.victim.wait(0.1) is None, f"it ended by itself; log:\n{self.log_tail()}"
        assert not why, f"not quiet after {QUIET_WITHIN} s: {why}; log:\n{self.log_tail()}"
        self.stop()

    def unfinished(self) -> str:
        """What is still under way, or "" when nothing is."""
        # In the order in which one leads to the next, so that nothing slips past between two looks.
        unread = self.written() - self.stored()
        with self.database.read() as session:
            waiting = session.scalars(select(Item.uid).where(Item.state == ItemState.WAITING)).all()
            incidents = session.scalars(select(Incident)).all()
            mails = session.scalars(select(OutgoingMail)).all()
        queued = [mail.id for mail in mails if mail.state == MailState.QUEUED]
        named = {
            "waiting": waiting,
            "queued": queued,
            "untold": untold(incidents, mails),
            "unread": list(unread),
        }
        return "; ".join(f"{what}: {list(which)[:5]}" for what, which in named.items() if which)

    # -- what happens on the platforms ----------------------------------------------------------

    def stir(self, *, calm: bool = False) -> None:
        """People write, edit and repeat themselves; platforms and mail server misbehave unless calm."""
        self.mail.behave()
        for name, platform in self.platforms.items():
            platform.behave()  # what the last life did not meet must not pile up
            self._write(name, platform)
            if not calm:
                for fault in self.rng.sample(PASSES_BY_ITSELF, self.rng.randint(0, 2)):
                    platform.misbehave(fault, times=self.rng.randint(1, 2))
        if calm:
            return
        self._edit_something()
        trouble = self.rng.random()
        if trouble < 0.2:
            self.mail.drop("message", times=1)
        elif trouble < 0.4:
            self.mail.refuse("rcpt", "451 4.3.2 try again later", times=1)
        elif trouble < 0.5:
            self.mail.drop("data", times=1)

    def _write(self, name: str, platform: LoopbackPlatform) -> None:
        now = self.clock.now()
        posts = self._posts.setdefault(name, [])
        if not posts or self.rng.random() < 0.1:
            posts.append(platform.own_post(f"News number {len(posts)}", now))
        for word in (self.rng.choice(RAISING), self.rng.choice(("harmless", *RAISING)), "harmless"):
            late = now + timedelta(minutes=self.rng.choice((0, 0, 0, 2, 20)))
            named = "@fernhillprimary " if self.rng.random() < 0.5 else ""
            if self.rng.random() < 0.5:
                # On X a comment that names the school is a mention as well, and served in both lists.
                platform.comment(posts[-1], named + self._words(word), "Ann Example", now, indexed_at=late)
            else:
                words = f"@fernhillprimary {self._words(word)}"
                platform.mention(words, "Ben Example", now, indexed_at=late)

    def _words(self, word: str) -> str:
        self._written += 1
        if self.rng.random() < 0.15:
            return f"{word} the same words by many people"
        return f"{word} number {self._written} about the playground"

    def _edit_something(self) -> None:
        """Only what was read before, once each: a wording that nobody was served cannot be stored."""
        young = self.clock.now() - STILL_EDITABLE
        read = {(platform, external_id) for platform, external_id, _ in self.stored()}
        for name, platform in self.platforms.items():
            editable = [
                one.external_id
                for one in platform.books()
                if (name, one.external_id) in read
                and one.external_id not in self._edited
                and one.posted_at > young
            ]
            if editable and self.rng.random() < 0.5:
                chosen = self.rng.choice(editable)
                self._edited.add(chosen)
                words = f"@fernhillprimary {self._words(self.rng.choice(('harmless', 'ABUSE')))}"
                platform.edit(chosen, words, self.clock.now())

    # -- what is compared -----------------------------------------------------------------------

    def written(self) -> Counter[tuple[str, str, str]]:
        """The platforms' own books: platform, id and words of every version."""
        return Counter(
            (name, one.external_id, one.text)
            for name, platform in self.platforms.items()
            for one in platform.books()
        )

    def stored(self) -> Counter[tuple[str, str, str]]:
        if not self.is_set_up():
            return Counter()
        with self.database.read() as session:
            rows = session.execute(select(Item.platform, Item.external_id, Item.text))
            return Counter((platform, external_id, text or "") for platform, external_id, text in rows)

    def is_set_up(self) -> bool:
        """Whether a life got far enough to make the tables."""
        return inspect(self.database.engine).has_table("items")

    def log_tail(self) -> str:
        text = self.victim.log.read_text(errors="replace") if self.victim.log.exists() else ""
        return text[-3000:]


def untold(incidents: Sequence[Incident], mails: Sequence[OutgoingMail]) -> list[str]:
    """The incidents about which there is no mail: a high one needs its own, of an old page a digest does."""
    singly = {mail.incident_id for mail in mails if mail.kind == "alert"}
    digests = " ".join(mail.text for mail in mails if mail.kind == "digest")
    in_digest = {
        one.id
        for one in incidents
        if one.first_pass and Severity(one.severity).rank < Severity.HIGH.rank and one.reference in digests
    }
    return [one.reference for one in incidents if one.id not in singly | in_digest]


_MORE = """
[evidence]
second_log = "second"
[alerts]
spike_incidents = 3
spike_within = "2m"
"""
"""Spikes are quickly there and quickly over, so that their mails are killed as well."""


@contextmanager
def crash_school(folder: Path, database: str, seed: int) -> Iterator[CrashSchool]:
    clock = RunningClock(datetime(2026, 11, 16, 12, 0, tzinfo=UTC), time.monotonic(), SPEED)
    with ExitStack() as stack:
        platforms = {
            name: stack.enter_context(plugins()[name].loopback(clock.now)) for name in ("x", "facebook")
        }
        for platform in platforms.values():
            platform.page_size = 10
        mail = stack.enter_context(RealMailServer())
        write_settings(folder, database, platforms, mail.port, _MORE)
        path = folder / "schoolwatch.toml"
        path.write_text(path.read_text().replace("watch = [", 'poll_every = "60s"\nwatch = ['))
        victim = stack.enter_context(Victim(folder / "log"))
        opened = Database(database)
        stack.callback(opened.close)
        yield CrashSchool(path, clock, platforms, mail, victim, opened, random.Random(seed))
