"""The judge of a site: its register, and the second opinion that its settings ask for."""

import structlog

from classifiers.caution import BALANCED, Levels
from classifiers.detoxify_adapter import Checkpoint, Converted, DetoxifySettings
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
        log.warning(
            "learned_beside_other_models", version=learned.version, mend="schoolwatch judgement learn"
        )
    return judge


def judge_for(register: Register, settings: Settings | None, learned: Learned | None = None) -> EmbeddedJudge:
    """At the levels of the settings, with what was learned from decisions where it fits the models."""
    levels = levels_of(settings) if settings else BALANCED
    return load_judge(register, levels=levels, learned=learned, detoxify=second_opinion_of(settings))


def levels_of(settings: Settings) -> Levels:
    chosen = settings.judgement
    return Levels(chosen.abuse, chosen.defamation, chosen.pupil_information, chosen.danger)


def second_opinion_of(settings: Settings | None) -> DetoxifySettings | None:
    """Where the weights of a second opinion lie, when the settings name some."""
    wanted = settings.detoxify if settings else None
    if wanted is None:
        return None
    if wanted.onnx is not None:
        return DetoxifySettings(Converted(wanted.onnx, wanted.sha256 or ""))
    # The settings hold all three, or they would not have been read.
    assert wanted.checkpoint is not None
    assert wanted.config_folder is not None
    assert wanted.sha256 is not None
    return DetoxifySettings(Checkpoint(wanted.checkpoint, wanted.config_folder, wanted.sha256))
