"""Wrong codes from one place: counted in memory, forgotten soon. Each link has its own limit beside it."""

from collections import deque
from datetime import datetime, timedelta
from threading import Lock

from monitor.clock import Now

WINDOW = timedelta(minutes=15)
LIMIT = 10
_PLACES = 10_000
"""More at once are an attack; the oldest are forgotten, and the links still end by themselves."""


class Throttle:
    def __init__(self, now: Now) -> None:
        self._now = now
        self._wrong: dict[str, deque[datetime]] = {}
        self._lock = Lock()

    def is_closed_to(self, place: str) -> bool:
        with self._lock:
            return len(self._recent(place)) >= LIMIT

    def note_wrong(self, place: str) -> None:
        with self._lock:
            self._wrong.setdefault(place, deque(maxlen=LIMIT)).append(self._now())
            while len(self._wrong) > _PLACES:
                del self._wrong[next(iter(self._wrong))]

    def _recent(self, place: str) -> list[datetime]:
        since = self._now() - WINDOW
        return [at for at in self._wrong.get(place, ()) if at > since]
