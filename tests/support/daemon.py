"""The real service as a process of its own: `schoolwatch --config … run`, its log, and how it ends."""

import ctypes
import os
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
STARTS_WITHIN = 60.0
"""Generous: a start takes two seconds on a machine that does nothing else."""
_DROP_BOUNDING = 24
_OVERRIDING_RIGHTS = (1, 2)
"""CAP_DAC_OVERRIDE and CAP_DAC_READ_SEARCH: what lets root write into a read-only folder."""


class Daemon:
    """A context manager; what still runs at its end is killed, by its own process id."""

    def __init__(
        self, settings: Path, *, wrapper: Sequence[str] = (), command: str = "run", log: str = "log",
        like_anybody: bool = False,
    ) -> None:  # fmt: skip
        self._command = [*wrapper, str(PROGRAM), "--config", str(settings), command]
        self._log = settings.parent / log
        self._like_anybody = like_anybody

    def __enter__(self) -> Self:
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=_give_up_rights if self._like_anybody else None,
            )  # fmt: skip
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


def _give_up_rights() -> None:
    """Meet a read-only folder as an ordinary account does; for an ordinary account this changes nothing."""
    libc = ctypes.CDLL(None)
    for right in _OVERRIDING_RIGHTS:
        libc.prctl(_DROP_BOUNDING, right, 0, 0, 0)


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

    def alerts(self) -> int:
        """How many alerts about incidents arrived."""
        return sum("SW-" in str(one.message["Subject"]) for one in self.mail.accepted)


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
