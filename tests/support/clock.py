"""A clock that a test sets and moves."""

from datetime import UTC, datetime, timedelta


class SettableClock:
    """Stands still until it is moved; answers aware UTC times like the product's own clock."""

    def __init__(self, start: datetime) -> None:
        self.set(start)

    def now(self) -> datetime:
        return self._now

    def set(self, moment: datetime) -> None:
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone")
        self._now = moment.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        self._now += by
