"""Asking the database, where there is one: what is wrong with it is told in a line of its own."""

from collections.abc import Callable
from typing import TypeVar

from config.schema import Settings

Answer = TypeVar("Answer")


def database_missing(settings: Settings) -> bool:
    """Whether there is none yet: the first start makes it, and a check does not."""
    file = settings.store.sqlite_file()
    return file is not None and not file.exists()


def answer_of(probe: Callable[[], Answer], *told: type[Exception]) -> Answer | None:
    """What the database says; None when it cannot tell. Faults named in `told` are the caller's to say."""
    try:
        return probe()
    except told:
        raise
    except Exception:  # noqa: BLE001  whatever is wrong with the database stands in the line `database`
        return None
