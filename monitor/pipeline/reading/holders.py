"""Who holds a lease: which kind of process, on which machine, under which number."""

import os
import socket

_DAEMON, _PASS = "service", "poll"


def daemon_holder() -> str:
    """The running service, as it stands in the table for a person to read."""
    return f"{_DAEMON} {_process()}"


def pass_holder() -> str:
    """One pass by hand or from cron."""
    return f"{_PASS} {_process()}"


def is_over(holder: str) -> bool:
    """Whether a lease outlived its holder. Only the one service of a database may ask.

    Another service's lease is: there is only one service at a time. A pass's is when its process is gone,
    which can be seen on this machine only; elsewhere the lease runs out by itself.
    """
    kind, _, process = holder.partition(" ")
    host, _, number = process.rpartition(":")
    if kind == _DAEMON:
        return True
    return kind == _PASS and host == socket.gethostname() and not _lives(int(number))


def _process() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def _lives(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
