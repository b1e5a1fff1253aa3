"""A danger flag beside a label, beside one that the school would rather not hear of, and alone."""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest

from classifiers.caution import Levels
from classifiers.interface import Comment, Judgement, Register
from classifiers.judge import MODELS, EmbeddedJudge
from classifiers.learning import Learned
from classifiers.linear import load
from classifiers.panel import Panel
from config.words import Caution, Flag, Label, Severity

SHIPPED = Panel(load(MODELS / "public_abuse.npz"), load(MODELS / "school.npz"))
TEXT = "bring a knife to the gate"


class Saying(Panel):
    """The shipped thresholds, and scores that the test gives."""

    def __init__(self, said: Mapping[str, float]) -> None:
        self.__dict__.update(SHIPPED.__dict__)
        self.said = said

    def scores(self, readings: object, found: object) -> npt.NDArray[np.float64]:
        return np.array([[self.said.get(head, 0.0) for head in self.heads]])


def threshold(head: str, level: Caution = Caution.BALANCED) -> float:
    return EmbeddedJudge(Register(), SHIPPED, levels=Levels.all(level)).thresholds[head]


def judged(said: Mapping[str, float], levels: Levels | None = None, offset: float = 0.0) -> Judgement:
    panel = Saying(said)
    learned = Learned(1, {Label.ABUSE.value: offset}, panel.described)
    judge = EmbeddedJudge(Register(), panel).with_learned(learned, levels or Levels())
    return judge.judge([Comment("1", TEXT)])[0]


@pytest.fixture
def threat() -> dict[str, float]:
    """An insult that is just one at the balanced level, with a threat that would not stand alone."""
    beside = threshold(Flag.THREAT) + 1e-6
    alone = EmbeddedJudge(Register(), SHIPPED).thresholds_alone[Flag.THREAT]
    assert beside < alone
    return {Label.ABUSE: threshold(Label.ABUSE) + 1e-6, Flag.THREAT: beside}


def test_a_threat_would_go_with_the_insults_that_a_school_asks_to_hear_less_of(
    threat: dict[str, float],
) -> None:
    assert Flag.THREAT in judged(threat).flags
    assert Flag.THREAT in judged(threat, Levels(abuse=Caution.QUIET)).flags


def test_a_threat_would_go_with_the_insults_that_people_dismissed(threat: dict[str, float]) -> None:
    found = judged(threat, offset=-1.5)
    assert not found.labels[Label.ABUSE]
    assert Flag.THREAT in found.flags
    assert found.severity is Severity.CRITICAL
    assert found.raises


def test_a_word_of_danger_alone_would_raise_an_alarm_at_every_fair(threat: dict[str, float]) -> None:
    assert not judged({Flag.THREAT: threat[Flag.THREAT]}).raises
    assert judged({Flag.THREAT: 0.99}).raises


@pytest.mark.parametrize("level", list(Caution))
def test_a_danger_flag_would_be_easier_to_raise_alone_than_beside_a_label(level: Caution) -> None:
    judge = EmbeddedJudge(Register(), SHIPPED, levels=Levels.all(level))
    assert all(judge.thresholds_alone[flag] >= judge.thresholds[flag] for flag in judge.thresholds_alone)
