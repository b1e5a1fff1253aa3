"""The second log: does the log in the database continue what was copied?"""

from collections.abc import Callable

from config.schema import Settings
from monitor.checks.lines import CheckLine, failed, ok
from monitor.evidence.second_log import SecondLogUnusable
from monitor.pipeline.sealing_up.checkpointing import SET_BACK_MEND
from monitor.store.second_log import LogSetBack

SUBJECT = "second log"


def second_log_lines(settings: Settings, probe: Callable[[], None]) -> list[CheckLine]:
    """`probe` raises LogSetBack or SecondLogUnusable. A school without a second log gets no line."""
    folder, file = settings.evidence.second_log, settings.store.sqlite_file()
    try:
        if folder is None or (file is not None and not file.exists()):
            return []
        probe()
    except LogSetBack as error:
        return [failed(SUBJECT, str(error), SET_BACK_MEND)]
    except SecondLogUnusable as error:
        return [failed(SUBJECT, str(error), "Nothing is lost: what is missing is copied once it works.")]
    except Exception:  # noqa: BLE001  whatever is wrong with the database stands in the line `database`
        return []
    return [ok(SUBJECT, f"the log continues what stands in {folder}")]
