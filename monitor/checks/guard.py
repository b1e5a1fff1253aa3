"""Runs checks side by side, each with its own end: one that fails or hangs never stops the others."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.checks.lines import CheckLine, failed


@dataclass(frozen=True)
class Check:
    subject: str
    run: Callable[[], Sequence[CheckLine]]


def run_guarded(checks: Sequence[Check], seconds: float) -> list[CheckLine]:
    """The lines of all checks, in their order; a check that takes longer than `seconds` says so."""
    deadline = time.monotonic() + seconds
    attempts = [_Attempt(check) for check in checks]
    return [line for attempt in attempts for line in attempt.lines_by(deadline, seconds)]


class _Attempt:
    def __init__(self, check: Check) -> None:
        self._check = check
        self._lines: Sequence[CheckLine] | None = None
        # A daemon thread, so that a check which hangs in the system cannot hold the program at its end.
        self._thread = threading.Thread(target=self._try, name=f"check {check.subject}", daemon=True)
        self._thread.start()

    def lines_by(self, deadline: float, seconds: float) -> Sequence[CheckLine]:
        self._thread.join(max(0.0, deadline - time.monotonic()))
        if self._lines is not None:
            return self._lines
        return [
            failed(
                self._check.subject,
                f"no answer within {seconds:g} seconds",
                "See whether the machine behind it is switched on and reachable from here.",
            )
        ]

    def _try(self) -> None:
        try:
            self._lines = self._check.run()
        except Exception as error:  # noqa: BLE001  whatever a check runs into, the other checks are still told
            # The text of an error that nobody foresaw may hold a secret, so only its kind is told.
            self._lines = [
                failed(
                    self._check.subject,
                    f"could not be tried ({type(error).__name__})",
                    "This is a fault of schoolwatch: report it with the line above.",
                )
            ]
