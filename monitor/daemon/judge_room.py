"""The judge of a running service: made anew when a register was imported or something was learned."""

import threading
from datetime import datetime

from classifiers.interface import Judge
from monitor.pipeline import learning, register
from monitor.pipeline.judges import site_judge
from monitor.site import Site


class JudgeRoom:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._made_from: tuple[datetime | None, int] | None = None
        self._judge: Judge | None = None

    def judge(self) -> Judge:
        """The judge that knows today's register and decisions. ModelBroken when a model cannot be loaded."""
        changed = (register.changed_at(self._site), learning.newest_version(self._site))
        with self._lock:
            if self._judge is None or changed != self._made_from:
                self._judge = site_judge(self._site)
                self._made_from = changed
            return self._judge
