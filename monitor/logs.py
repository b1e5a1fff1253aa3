"""Logging: one event a line on stderr, ids only, never the words of a comment or a name."""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

from connectors.redaction import quieten_libraries


def write_logs_to_stderr(level: int = logging.WARNING) -> None:
    """For commands: only what went wrong. The daemon asks for INFO."""
    logging.basicConfig(
        level=level, stream=sys.stderr, format="%(levelname)s %(name)s %(message)s", force=True
    )
    for noisy in ("alembic", "apscheduler", "httpx"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # It writes whole tracebacks, which hold what was being stored; the service logs broken jobs itself.
    logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)
    quieten_libraries()
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_traceback,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _without_traceback(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """The kind of an exception and where it arose; its text could hold a comment's words."""
    given = event.pop("exc_info", None)
    error = given if isinstance(given, BaseException) else sys.exc_info()[1] if given else None
    if error is not None:
        event.setdefault("problem", type(error).__name__)
        event.update(_place(error))
    return event


def _place(error: BaseException) -> dict[str, str]:
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    if frame is None:
        return {}
    return {"where": f"{frame.tb_frame.f_code.co_filename.rsplit('/', 2)[-1]}:{frame.tb_lineno}"}
