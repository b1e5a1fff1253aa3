"""The real service as a process of its own: `schoolwatch --config … run`, its log, and how it ends."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from support.mail_server import RealMailServer
from support.school import write_settings

from connectors.loopback import LoopbackPlatform
from connectors.registry import plugins

PROGRAM = Path(sys.executable).with_name("schoolwatch")
_REFERENCE = re.compile(r"SW-\d{4}-\d{4}")
STARTS_WITHIN = 60.0
"""Generous: a start takes two seconds on a machine that does nothing else."""


class Daemon:
    """A context manager; what still runs at its end is killed, by its own process id."""

    def __init__(self, settings: Path, *, wrapper: Sequence[str] = (), log: str = "log") -> None:
        self._command = [*wrapper, str(PROGRAM), "--config", str(settings), "run"]
        self._log = settings.parent / log

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    def wait_until(self, what: Callable[[], object], seconds: float = STARTS_WITHIN) -> float:
        """Until something is so; answers how many seconds that took."""
        began = time.monotonic()
        while not what():
            passed = time.monotonic() - began
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log}"
            assert passed < seconds, f"not within {seconds} s:\n{self.log}"
            time.sleep(0.05)
        return time.monotonic() - began

    def wait_until_started(self) -> None:
        self.wait_until(lambda: '"event": "started"' in self.log)

    def kill(self) -> None:
        self.process.kill()
        assert self.process.wait(10) == -signal.SIGKILL

    def terminate(self) -> tuple[int, float]:
        """SIGTERM; the exit status, and after how many seconds it came."""
        began = time.monotonic()
        self.process.terminate()
        return self.process.wait(30), time.monotonic() - began

    def end(self) -> int:
        """The exit status of a process that ends by itself."""
        return self.process.wait(STARTS_WITHIN)


def like_anybody() -> list[str]:
    """A wrapper that meets a read-only folder as an ordinary account does: root may write everywhere."""
    return [] if os.geteuid() else ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]


@dataclass
class Town:
    """Platforms and a mail server on loopback, and a settings file that names them."""

    folder: Path
    platforms: dict[str, LoopbackPlatform]
    mail: RealMailServer
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.folder / "schoolwatch.toml"

    def write(self, database: str, more: str = "", *, every: str = "1s", **replaced: str) -> Path:
        write_settings(self.folder, database, self.platforms, self.mail.port, more)
        text = self.path.read_text().replace("watch = [", f'poll_every = "{every}"\nwatch = [')
        for old, new in replaced.items():
            assert f"{old} = " in text
            text = "\n".join(new if line.startswith(f"{old} = ") else line for line in text.splitlines())
        self.path.write_text(text)
        return self.path

    def threaten(self, name: str = "x", number: int = 1) -> None:
        """A comment that any judge raises; the words in capitals are for the plain one."""
        words = f"@fernhillprimary CRITICAL number {number}: I will kill you, I know where you live"
        self.platforms[name].mention(words, "A Stranger", datetime.now(UTC))

    def alerts(self) -> set[str]:
        """The incidents about which an alert arrived."""
        found = (_REFERENCE.search(str(one.message["Subject"])) for one in self.mail.accepted)
        return {one[0] for one in found if one}


@contextmanager
def town(folder: Path, *names: str) -> Iterator[Town]:
    with ExitStack() as stack:
        now = lambda: datetime.now(UTC)  # noqa: E731  the platforms show the real time, like the service
        platforms = {name: stack.enter_context(plugins()[name].loopback(now)) for name in names}
        yield Town(folder, platforms, stack.enter_context(RealMailServer()))


def unshared(mount_point: Path, size: str) -> list[str]:
    """A wrapper that gives a process a small disk of its own, which no other process sees."""
    mount_point.mkdir(parents=True, exist_ok=True)
    script = 'mount -t tmpfs -o size="$1" tmpfs "$2" && shift 2 && exec "$@"'
    rights = ["--map-root-user"] if os.geteuid() else []
    return ["unshare", *rights, "--mount", "sh", "-c", script, "sh", size, str(mount_point)]


def inside(daemon: Daemon, *command: str) -> "subprocess.CompletedProcess[str]":
    """Run something that sees the disk of a daemon that was started with `unshared`."""
    rights = ["--user", "--preserve-credentials"] if os.geteuid() else []
    enter = ["nsenter", *rights, "--mount", f"--target={daemon.process.pid}"]
    return subprocess.run([*enter, *command], capture_output=True, text=True, check=False)
