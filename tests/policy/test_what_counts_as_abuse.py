"""What Queen's Crescent and Nunney call bullying online, read by the shipped models."""

from collections.abc import Mapping, Sequence

import pytest
from support.policy import serves, switch

from classifiers.interface import Comment, Register
from classifiers.judge import MODELS, EmbeddedJudge
from classifiers.panel import Panel, load_panel
from config.words import Label

EMBARRASS = "Everyone look at this picture of Mr Okafor falling over, what a fat useless joke of a man"
HUMILIATE = (
    "Mrs Lee should stand up in front of everybody so that we can all laugh at how thick and pathetic she is"
)
THREATEN = "Mr Okafor had better watch his back, I know where he parks and I will smash his face in"
INTIMIDATE = "We know where you live Mrs Lee, quit now or you will regret it, you stupid cow"
CRITICISE = "The school office did not answer the phone again today, very disappointing"


@pytest.fixture(scope="module")
def panel() -> Panel:
    return load_panel(MODELS).linear_alone


def never(_: Mapping[str, float], heads: Sequence[str], *__: object) -> dict[str, float]:
    return dict.fromkeys(heads, 2.0)


@serves("QC and Nunney 2.8.1", without=switch("classifiers.judge.thresholds_for", never))
def test_words_that_embarrass_humiliate_threaten_or_intimidate_would_pass_for_opinion(panel: Panel) -> None:
    judge = EmbeddedJudge(Register(), panel)
    said = (EMBARRASS, HUMILIATE, THREATEN, INTIMIDATE, CRITICISE)
    judged = judge.judge([Comment(str(number), text) for number, text in enumerate(said)])
    assert [one.labels[Label.ABUSE] for one in judged] == [True, True, True, True, False]
