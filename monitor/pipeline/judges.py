"""The judge of a site: its register, and the second opinion that its settings ask for."""

from classifiers.detoxify_adapter import DetoxifySettings
from classifiers.interface import Register
from classifiers.judge import EmbeddedJudge, load_judge
from config.schema import Settings
from monitor.pipeline.register import load_register
from monitor.site import Site


def site_judge(site: Site) -> EmbeddedJudge:
    """Raises ModelBroken when a shipped model cannot be loaded. A broken second opinion is logged."""
    return judge_for(load_register(site), site.settings)


def judge_for(register: Register, settings: Settings | None) -> EmbeddedJudge:
    return load_judge(register, detoxify=_detoxify(settings))


def _detoxify(settings: Settings | None) -> DetoxifySettings | None:
    wanted = settings.detoxify if settings else None
    if wanted is None:
        return None
    return DetoxifySettings(wanted.checkpoint, wanted.config_folder, wanted.sha256)
