"""A clock that runs, faster than the wall's if wanted, and shows the same time in every process that has it."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass
class RunningClock:
    """Counts from `start` since `began`, a `time.monotonic()` value, which is one clock for the whole machine."""

    start: datetime
    began: float
    speed: float = 1.0

    def now(self) -> datetime:
        return self.start + timedelta(seconds=(time.monotonic() - self.began) * self.speed)

    def advance(self, by: timedelta) -> None:
        """Set it forward. A process that was told of this clock before does not hear of it."""
        self.start += by

    def as_json(self) -> list[object]:
        return [self.start.isoformat(), self.began, self.speed]

    @classmethod
    def from_json(cls, told: list[object]) -> "RunningClock":
        start, began, speed = told
        return cls(datetime.fromisoformat(str(start)), float(str(began)), float(str(speed)))
