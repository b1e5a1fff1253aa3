"""What every check is handed: the settings, the clock, and how long it may take."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from config.schema import Settings
from connectors.interface import Plugin
from connectors.times import parse_http_date
from monitor.clock import Now
from monitor.evidence.machine_clock import UNKNOWN, MachineClock


@dataclass(frozen=True)
class Surroundings:
    settings: Settings
    now: Now = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    plugins: Mapping[str, Plugin]
    seconds: float
    """How long one check may take."""
    kernel_clock: Callable[[], MachineClock] = field(default=lambda: UNKNOWN, repr=False)
    offsets: dict[str, timedelta] = field(default_factory=dict)
    """How far this machine's clock is ahead of each host that told its time."""

    def note_time(self, host: str, date: str | None) -> None:
        """Remember what a `Date` header says of our own clock; whatever cannot be read says nothing."""
        told = parse_http_date(date)
        if told is not None:
            self.offsets[host] = self.now() - told
