"""The judge of a running service: made anew when a register was imported or something was learned.

And when a model was missing or failed: what goes on without it judges worse, so it is tried again.
"""

import threading
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog

from classifiers.errors import ModelBroken
from classifiers.interface import Comment, Judgement
from classifiers.judge import EmbeddedJudge
from config.schema import Settings
from monitor.pipeline.judgement import learning, register
from monitor.pipeline.judgement.absent_models import Absent, absent_models, tell_of_absent, tell_of_present
from monitor.pipeline.judgement.judges import site_judge
from monitor.site import Site

TRIED_AGAIN_AFTER = timedelta(minutes=10)
"""Loading takes a second in which nothing is judged. As long must all models have judged to count as well."""
log = structlog.get_logger()


class WatchedJudge:
    """The judge, and which models were absent: when it was made, or for a comment since."""

    def __init__(self, judge: EmbeddedJudge, settings: Settings) -> None:
        self._judge = judge
        self._settings = settings
        self.absent = absent_models(judge.models, settings)

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        found = self._judge.judge(comments)
        for judgement in found:
            self.absent = self.absent or absent_models(judgement.models, self._settings)
        return found


class JudgeRoom:
    def __init__(self, site: Site) -> None:
        self._site = site
        self._lock = threading.Lock()
        self._made_from: tuple[datetime | None, int] | None = None
        self._made_at = site.now()
        self._judge: WatchedJudge | None = None
        self._told: tuple[Absent, ...] | None = None
        """Of which models it was said that they are absent; None before anything was said."""

    def judge(self) -> WatchedJudge:
        """The judge that knows today's register and decisions. ModelBroken when a linear model is broken."""
        changed = (register.changed_at(self._site), learning.newest_version(self._site))
        with self._lock:
            if self._judge is None or changed != self._made_from:
                self._judge = WatchedJudge(site_judge(self._site), self._site.settings)
                self._made_from, self._made_at = changed, self._site.now()
            elif self._judge.absent and self._is_old():
                self._judge, self._made_at = self._made_again(self._judge), self._site.now()
            self._tell(self._judge.absent)
            return self._judge

    def _made_again(self, judge: WatchedJudge) -> WatchedJudge:
        """In the middle of an update more may be missing than before; what is loaded judges on."""
        try:
            return WatchedJudge(site_judge(self._site), self._site.settings)
        except ModelBroken as broken:
            log.error("models_not_loaded_again", problem=str(broken))  # noqa: TRY400  the message says all
            return judge

    def _is_old(self) -> bool:
        # Either way: the clock may have been set back.
        return abs(self._site.now() - self._made_at) >= TRIED_AGAIN_AFTER

    def _tell(self, absent: tuple[Absent, ...]) -> None:
        """At once when a model is absent; that all are back only when it lasts, as some fail on a comment."""
        if absent == self._told:
            return
        if absent:
            tell_of_absent(self._site, absent)
        elif not self._is_old():
            return
        tell_of_present(self._site, absent)
        self._told = absent
