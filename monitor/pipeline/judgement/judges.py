"""The judge of a site: its register, and the second opinion that its settings ask for."""

import structlog

from classifiers.caution import BALANCED, Levels
from classifiers.detoxify_adapter import Checkpoint, Converted, DetoxifySettings
from classifiers.interface import Register
from classifiers.judge import EmbeddedJudge, load_judge
from config.schema import Settings
from monitor.pipeline.judgement.absent_models import absent_models
from monitor.pipeline.judgement.learning import learned_of, standing, unlike, versions
from monitor.pipeline.judgement.register import load_register
from monitor.site import Site
from monitor.store.models import LearnedVersion

log = structlog.get_logger()


def site_judge(site: Site) -> EmbeddedJudge:
    """Raises ModelBroken when a linear model cannot be loaded. What else is absent is logged.

    What was learned is in force where it fits the models that judge now.
    """
    judge = judge_for(load_register(site), site.settings)
    stands = standing(versions(site), judge.shipped_models)
    if stands.set_aside is not None:
        _warn_of_set_aside(stands.set_aside, judge, site.settings)
    return judge.with_learned(learned_of(stands.in_force), judge.levels)


def _warn_of_set_aside(row: LearnedVersion, judge: EmbeddedJudge, settings: Settings) -> None:
    """While a model is missing, to learn anew would be the wrong mend: the version fits when it is back."""
    missing, others = unlike(row.models, judge.shipped_models)
    absent = absent_models(judge.shipped_models, settings)
    mend = absent[0].mend if absent else "schoolwatch judgement learn"
    log.warning("learned_set_aside", version=row.version, missing=missing, changed=others, mend=mend)


def judge_for(register: Register, settings: Settings | None) -> EmbeddedJudge:
    """At the levels of the settings, with nothing learned."""
    levels = levels_of(settings) if settings else BALANCED
    return load_judge(register, levels=levels, detoxify=second_opinion_of(settings))


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
