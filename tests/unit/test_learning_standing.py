"""Which version of what was learned is in force, whatever came and went: models, lessons, second thoughts."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from monitor.pipeline.judgement.learning import LEARNED, learned_of, standing, unlike
from monitor.store.models import LearnedVersion

NOW = {"school": "2 sha256:aa", "encoder": "2 sha256:bb"}
HALF = {"school": "2 sha256:aa"}
OLD = {"school": "1 sha256:cc", "encoder": "1 sha256:dd"}
KINDS = st.tuples(st.sampled_from([NOW, HALF, OLD, {}]), st.sampled_from([{}, {"abuse": -0.5}]))


def versions(kinds: Sequence[tuple[dict[str, str], dict[str, float]]]) -> list[LearnedVersion]:
    """A version without models is one that forgets, and holds nothing."""
    return [
        LearnedVersion(version=number, origin=LEARNED, models=models, offsets=offsets if models else {})
        for number, (models, offsets) in enumerate(kinds, start=1)
    ]


@given(st.lists(KINDS, max_size=8))
def test_corrections_that_do_not_fit_or_were_forgotten_would_bend_the_judge(
    kinds: list[tuple[dict[str, str], dict[str, float]]],
) -> None:
    rows = versions(kinds)
    found = standing(rows, NOW)
    forgotten = max((row.version for row in rows if not row.models), default=0)
    fitting = [row for row in rows if row.models == NOW and row.version > forgotten]
    assert found.in_force is (fitting[-1] if fitting else None)
    newer = fitting[-1].version if fitting else forgotten
    aside = [row for row in rows if row.version > newer and row.models != NOW and row.offsets]
    assert found.set_aside is (aside[-1] if aside else None)


def test_a_lesson_that_agrees_with_the_models_would_be_taken_for_corrections() -> None:
    agreeing = versions([(NOW, {"abuse": -0.5}), (NOW, {})])
    assert standing(agreeing, NOW).in_force is agreeing[1]
    assert learned_of(agreeing[1]) is None
    assert learned_of(None) is None


def test_a_technician_would_not_hear_which_model_is_missing() -> None:
    assert unlike(NOW, HALF) == (["encoder"], [])
    assert unlike(HALF, NOW) == ([], ["encoder"])
    assert unlike(OLD, NOW) == ([], ["encoder", "school"])
