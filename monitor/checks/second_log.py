"""The second log: does the log in the database continue what was copied?"""

from collections.abc import Callable
from functools import partial

from config.schema import Settings
from monitor.checks.asking import answer_of, database_missing
from monitor.checks.lines import CheckLine, failed, ok
from monitor.evidence.second_log import SecondLogUnusable
from monitor.pipeline.sealing_up.checkpointing import SET_BACK_MEND
from monitor.store.second_log import LogSetBack

SUBJECT = "second log"


def second_log_lines(settings: Settings, probe: Callable[[], None]) -> list[CheckLine]:
    """`probe` raises LogSetBack or SecondLogUnusable. A school without a second log gets no line."""
    folder = settings.evidence.second_log
    if folder is None or database_missing(settings):
        return []
    try:
        continues = answer_of(partial(_continues, probe), LogSetBack, SecondLogUnusable)
    except LogSetBack as error:
        return [failed(SUBJECT, str(error), SET_BACK_MEND)]
    except SecondLogUnusable as error:
        return [failed(SUBJECT, str(error), "Nothing is lost: what is missing is copied once it works.")]
    return [ok(SUBJECT, f"the log continues what stands in {folder}")] if continues else []


def _continues(probe: Callable[[], None]) -> bool:
    probe()
    return True
