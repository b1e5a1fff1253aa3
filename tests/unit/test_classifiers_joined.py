"""How the two opinions are weighed: the file comes back whole, and says which comments must be read again."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from classifiers.archive import write_archive
from classifiers.errors import ModelBroken
from classifiers.joined import FORMAT, Joined, bounded, linear_opinions, load_joined, save_joined

HEADS = ("one", "two", "three")
FIELDS = ("weights", "bias", "thresholds", "alone", "noticed")
FINITE = st.floats(-40, 40)


def some_joined() -> Joined:
    dice = np.random.default_rng(5)
    shapes = {"weights": (3, 3), "bias": (3,), "thresholds": (3, 3), "alone": (3, 3), "noticed": (5,)}
    arrays = {name: dice.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}
    return Joined("2", HEADS, {"school": "a" * 64, "encoder": "b" * 64}, **arrays)


JOINED = some_joined()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    save_joined(JOINED, tmp_path / "joined.npz")
    return tmp_path / "joined.npz"


def test_the_weighing_would_come_back_as_another_one(path: Path) -> None:
    read = load_joined(path)
    assert (read.version, read.heads, read.made_for) == (JOINED.version, JOINED.heads, JOINED.made_for)
    for name in FIELDS:
        assert np.array_equal(getattr(read, name), getattr(JOINED, name)), name
    assert len(read.sha256) == 64


def test_the_same_weighing_would_get_another_hash_on_another_day(path: Path, tmp_path: Path) -> None:
    turned = dict(reversed(JOINED.made_for.items()))
    save_joined(dataclasses.replace(JOINED, made_for=turned), tmp_path / "again.npz")
    assert (tmp_path / "again.npz").read_bytes() == path.read_bytes()


@pytest.mark.parametrize("damage", ["gone", "empty", "half", "text"])
def test_a_damaged_weighing_would_judge_or_leave_a_technician_helpless(path: Path, damage: str) -> None:
    content = path.read_bytes()
    path.unlink()
    if damage != "gone":
        path.write_bytes({"empty": b"", "half": content[: len(content) // 2], "text": b"<html>"}[damage])
    with pytest.raises(ModelBroken) as caught:
        load_joined(path)
    assert caught.value.place == str(path)
    assert "./run train" in caught.value.mend


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("shape", [(), (3,), (5,), (2, 3), (3, 2), (6, 3), (7, 3), (3, 3), (1, 3, 3)])
def test_a_weighing_of_another_shape_would_be_taken(path: Path, field: str, shape: tuple[int, ...]) -> None:
    """One row too few would weigh every head by what was learnt of another."""
    if shape == getattr(JOINED, field).shape:
        load_joined(path)
        return
    save_joined(dataclasses.replace(JOINED, **{field: np.zeros(shape, dtype=np.float32)}), path)
    with pytest.raises(ModelBroken, match=r"joined\.npz: the model is damaged"):
        load_joined(path)


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_number_that_is_none_would_silence_a_head(path: Path, field: str, number: float) -> None:
    broken = getattr(JOINED, field).copy()
    broken.flat[0] = number
    save_joined(dataclasses.replace(JOINED, **{field: broken}), path)
    with pytest.raises(ModelBroken):
        load_joined(path)


@pytest.mark.parametrize("left_out", [*FIELDS, "heads", "version", "made_for"])
def test_a_weighing_without_a_part_would_be_taken(path: Path, left_out: str) -> None:
    header = {"format": FORMAT, "version": "2", "heads": HEADS, "made_for": {}}
    arrays = {name: getattr(JOINED, name) for name in FIELDS if name != left_out}
    write_archive(path, {name: value for name, value in header.items() if name != left_out}, arrays)
    with pytest.raises(ModelBroken):
        load_joined(path)


def test_a_weighing_of_a_later_release_would_be_taken(path: Path) -> None:
    header = {"format": FORMAT + 1, "version": "9", "heads": HEADS, "made_for": {}}
    write_archive(path, header, {name: getattr(JOINED, name) for name in FIELDS})
    with pytest.raises(ModelBroken):
        load_joined(path)


@given(
    arrays_of.arrays(np.float64, (4, 3), elements=FINITE),
    arrays_of.arrays(np.float64, (4, 4), elements=FINITE),
)
def test_the_opinions_would_be_weighed_by_another_rule_than_the_logistic(
    encoder: np.ndarray, linear: np.ndarray
) -> None:
    """Summed the slow way, one comment and one head after another: its own opinions, and the public model's."""
    scores = JOINED.scores(encoder, linear)
    assert scores.shape == (4, 3)
    for row in range(4):
        for head in range(3):
            said = (min(max(encoder[row][head], -12), 12), linear[row][head], linear[row][3])
            logit = sum(opinion * float(JOINED.weights[place][head]) for place, opinion in enumerate(said))
            logit += float(JOINED.bias[head])
            assert scores[row, head] == pytest.approx(
                1 / (1 + np.exp(-min(max(logit, -30), 30))), rel=1e-3, abs=1e-12
            )


@given(arrays_of.arrays(np.float64, st.tuples(st.integers(0, 8), st.just(4)), elements=FINITE))
def test_a_comment_that_is_not_clear_would_go_unread(linear: np.ndarray) -> None:
    """The encoder reads every comment at or above the line, and no other."""
    weights, offset = JOINED.noticed[:-1], JOINED.noticed[-1]
    wanted = [place for place, row in enumerate(linear) if float(row @ weights + offset) >= 0]
    assert JOINED.unclear(linear).tolist() == wanted


def test_a_comment_on_the_line_itself_would_go_unread() -> None:
    on_the_line = dataclasses.replace(JOINED, noticed=np.array([1, 0, 0, 0, -2], dtype=np.float32))
    linear = np.array([[2.0, 0, 0, 0], [1.999, 0, 0, 0]])
    assert on_the_line.unclear(linear).tolist() == [0]


@given(
    arrays_of.arrays(np.float64, (2, 3), elements=st.floats(-1e6, 1e6)),
    arrays_of.arrays(np.float64, (2, 3), elements=st.floats(-1e6, 1e6)),
    arrays_of.arrays(np.float64, 2, elements=FINITE),
)
def test_one_opinion_that_is_beside_itself_would_shout_the_others_down(
    encoder: np.ndarray, school: np.ndarray, public: np.ndarray
) -> None:
    """Encoder, school model, public margin, in this order; no logit of a head counts for more than 12."""
    linear = linear_opinions(school, public)
    assert np.array_equal(bounded(encoder), np.clip(encoder, -12, 12))
    assert np.array_equal(linear[:, :3], np.clip(school, -12, 12))
    assert np.array_equal(linear[:, 3], public)
