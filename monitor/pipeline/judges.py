"""The judge of a site: its register, and the second opinion that its settings ask for."""

import structlog

from classifiers.caution import BALANCED, Levels
from classifiers.detoxify_adapter import DetoxifySettings
from classifiers.interface import Register
from classifiers.judge import EmbeddedJudge, load_judge
from classifiers.learning import Learned
from config.schema import Settings
from monitor.pipeline.learning import newest_learned
from monitor.pipeline.register import load_register
from monitor.site import Site

log = structlog.get_logger()


def site_judge(site: Site) -> EmbeddedJudge:
    """Raises ModelBroken when a shipped model cannot be loaded. A broken second opinion is logged."""
    learned = newest_learned(site)
    judge = judge_for(load_register(site), site.settings, learned)
    if learned is not None and judge.learned is None:
        log.warning("learned_beside_other_models", version=learned.version, mend="schoolwatch judgement learn")
    return judge


def judge_for(
    register: Register, settings: Settings | None, learned: Learned | None = None
) -> EmbeddedJudge:
    """At the levels of the settings, with what was learned from decisions where it fits the models."""
    levels = levels_of(settings) if settings else BALANCED
    return load_judge(register, levels=levels, learned=learned, detoxify=_detoxify(settings))


def levels_of(settings: Settings) -> Levels:
    chosen = settings.judgement
    return Levels(chosen.abuse, chosen.defamation, chosen.pupil_information, chosen.danger)


def _detoxify(settings: Settings | None) -> DetoxifySettings | None:
    wanted = settings.detoxify if settings else None
    if wanted is None:
        return None
    return DetoxifySettings(wanted.checkpoint, wanted.config_folder, wanted.sha256)
