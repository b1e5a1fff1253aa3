"""The places where a process makes something durable, each counted, and one of them its last.

`os.fsync`, renames, removals, and every commit of a database. To die before the n-th of them is to die after
the one before it; what SQLite and PostgreSQL do inside a commit is theirs.
"""

import os
import signal
from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy.engine.default import DefaultDialect

_IN_OS = ("fsync", "replace", "rename", "unlink", "rmdir")


def die_before(number: int) -> None:
    """From now on this process dies, without a word, before its n-th such step."""
    steps = count(1)

    def counted(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any, **named: Any) -> Any:
            if next(steps) == number:
                os.kill(os.getpid(), signal.SIGKILL)
            return real(*given, **named)

        return step

    for name in _IN_OS:
        setattr(os, name, counted(getattr(os, name)))
    DefaultDialect.do_commit = counted(DefaultDialect.do_commit)  # type: ignore[method-assign]  # what is counted
