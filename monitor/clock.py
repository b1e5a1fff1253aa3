"""The one place that asks the machine for the time. Everything else is handed a `Now`."""

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Answers aware UTC times."""


def utc_now() -> datetime:
    return datetime.now(UTC)
