"""One line of `schoolwatch check`."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    """It works, but something that will be missed one day is not there."""
    FAILED = "failed"


@dataclass(frozen=True)
class CheckLine:
    subject: str
    """What was tried, e.g. `mail server` or `source facebook-page: token`."""
    state: State
    message: str
    """What was found. Holds no secret."""
    mend: str = ""
    """What to do; blank when nothing is to be done."""


def ok(subject: str, message: str) -> CheckLine:
    return CheckLine(subject, State.OK, message)


def warning(subject: str, message: str, mend: str) -> CheckLine:
    return CheckLine(subject, State.WARNING, message, mend)


def failed(subject: str, message: str, mend: str) -> CheckLine:
    return CheckLine(subject, State.FAILED, message, mend)


def worst(lines: Iterable[CheckLine]) -> State:
    """The worst state among the lines; the command ends with status 1 when it is FAILED."""
    order = list(State)
    return max((line.state for line in lines), key=order.index, default=State.OK)
