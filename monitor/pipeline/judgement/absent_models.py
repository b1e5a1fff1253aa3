"""Models that ought to judge and do not: named with the mend, and told to whoever runs the service."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from classifiers.panel import ENCODER
from config.schema import Settings
from monitor.pipeline.telling.operator_alerts import Trouble, all_clear, tell_operators
from monitor.site import Site

MODEL_MISSING = "model_missing"
SECOND_OPINION = "second opinion"


@dataclass(frozen=True)
class Absent:
    name: str
    words: str
    mend: str


_ENCODER = Absent(
    ENCODER,
    "The encoder does not judge: encoder.onnx or joined.npz is missing, damaged or fails. The linear models "
    "judge alone: they miss more, and raise more false alarms.",
    "Install schoolwatch again; its models come with it. The log says what is wrong, and `schoolwatch models "
    "show` which file is not loaded.",
)
_SECOND_OPINION = Absent(
    SECOND_OPINION,
    "The second opinion of [detoxify] cannot be loaded: see schoolwatch models check. The embedded models "
    "judge alone.",
    "Mend what `schoolwatch models check` names, or take [detoxify] out of the settings.",
)


def absent_models(models: Collection[str], settings: Settings | None) -> tuple[Absent, ...]:
    """Of the models that the package ships and the settings ask for, those that are not in `models`.

    `models` holds names as `EmbeddedJudge.models` does, or those of a judgement.
    """
    asked_for = settings is not None and settings.detoxify is not None
    encoder = () if ENCODER in models else (_ENCODER,)
    return (*encoder, _SECOND_OPINION) if asked_for and "detoxify" not in models else encoder


def tell_of_absent(site: Site, absent: Iterable[Absent]) -> None:
    """One alert a model, once, however often this is called while it is open."""
    with site.database.write() as session:
        for one in absent:
            tell_operators(session, site, Trouble(MODEL_MISSING, one.name, one.words, one.mend))


def tell_of_present(site: Site, absent: Collection[Absent]) -> None:
    """Close the alerts about models that are not absent (any more)."""
    with site.database.write() as session:
        for one in (_ENCODER, _SECOND_OPINION):
            if one not in absent:
                all_clear(session, site, MODEL_MISSING, one.name, "Comments are judged with it again.")
