"""Named places between two durable steps.

A crash anywhere must lose nothing. The crash tests need to stop the process exactly here, so each
place says its name as it is passed; nothing listens in service.
"""

from collections.abc import Callable
from enum import StrEnum


class Boundary(StrEnum):
    BEFORE_FETCH = "before fetch"
    AFTER_FETCH = "after fetch"
    BEFORE_COMMIT = "before commit"
    AFTER_COMMIT = "after commit"
    BEFORE_PROMOTE = "before promote"
    AFTER_PROMOTE = "after promote"
    BEFORE_CHECKPOINT = "before checkpoint"
    AFTER_CHECKPOINT = "after checkpoint"
    BEFORE_SECOND_LOG = "before second log"
    AFTER_SECOND_LEAVES = "after second leaves"
    AFTER_SECOND_LOG = "after second log"
    AFTER_BOX = "after box"
    AFTER_LOCK = "after lock"
    AFTER_ERASURE = "after erasure"
    BEFORE_EXPORT = "before export"
    AFTER_EXPORT = "after export"
    AFTER_EXPORT_SEALED = "after export sealed"
    AFTER_EXPORT_PROOF = "after export proof"
    BEFORE_SEND = "before send"
    AFTER_SEND = "after send"
    BEFORE_MARK = "before mark"
    AFTER_MARK = "after mark"


def _nobody(_: Boundary) -> None:
    return


listener: Callable[[Boundary], None] = _nobody


def passing(boundary: Boundary) -> None:
    listener(boundary)
