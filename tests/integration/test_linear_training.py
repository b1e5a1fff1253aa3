"""Fitting the linear models and how opinions are weighed, with scikit-learn itself, on invented schools."""

import gzip
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.training import HERE, needs_training

from classifiers.encoder.wording import wording
from classifiers.hashing import hash_texts
from classifiers.interface import Comment, Pupil, Register, StaffMember
from classifiers.joined import Joined, linear_opinions
from classifiers.judge import MODELS
from classifiers.linear import load, pick_features
from classifiers.panel import Panel, opinions_of
from classifiers.pupil_information.identify import identify
from classifiers.reading import Reader
from classifiers.training.data import PublicRow, School, public_rows
from config.words import Caution

if HERE:
    from classifiers.features import HASH_SCALE
    from classifiers.training import fit, joining, matrices
    from classifiers.training.data import HEADS
    from classifiers.training.matrices import SCHOOL_BITS, ReadSchool, common_features, hashed, table

pytestmark = [pytest.mark.training, needs_training]

LINES = 60
FILLER = ("the", "fair", "on", "friday", "was", "lovely", "thank", "you", "all", "again", "cake", "stall")


def read_school(name: str, seed: int, own_word: str = "", lines: int = LINES) -> "ReadSchool":
    """Comments that each head's own word gives away, mostly; nine in twenty say nothing."""
    dice = np.random.default_rng(seed)
    texts, rows, features = [], [], []
    for number in range(lines):
        given = [HEADS[number % len(HEADS)]] if dice.random() < 0.55 else []
        told = [f"says{head}" for head in given if dice.random() < 0.9]
        words = [*dice.choice(FILLER, 5), *told, *([own_word] if own_word and given else [])]
        texts.append(" ".join(words))
        features.append({"length": len(words) / 10, "sure": float(bool(told))})
        rows.append(labelled(given))
    # Every head once in every school, as in real ones: scikit-learn fits nothing to a head that never occurs.
    for head in HEADS:
        texts.append(f"{FILLER[1]} says{head} {own_word}")
        features.append({"length": 0.2, "sure": 1.0})
        rows.append(labelled([head]))
    return ReadSchool(School(name, Register(), (), tuple(rows)), hash_texts(texts, SCHOOL_BITS), features)


def labelled(given: Sequence[str]) -> dict[str, object]:
    labels = {head: int(head in given) for head in HEADS[:3]}
    return {"labels": labels, "flags": [head for head in given if head not in labels]}


def lines_like(text: str, given: Sequence[str], count: int = 80) -> "ReadSchool":
    """Contrast lines that all say the same, and nothing else."""
    rows = tuple(labelled(given) for _ in range(count))
    return ReadSchool(
        School("contrast", Register(), (), rows), hash_texts([text] * count, SCHOOL_BITS), [{}] * count
    )


@pytest.fixture(scope="module")
def schools() -> list["ReadSchool"]:
    return [read_school("a", 1, "anchor"), read_school("b", 2), read_school("c", 3)]


@pytest.fixture(scope="module")
def contrast() -> "ReadSchool":
    """Our own lines: a word that no school says, always abuse."""
    return lines_like("zebracrossing", ["abuse"])


@pytest.fixture(scope="module")
def model(schools: list["ReadSchool"], contrast: "ReadSchool") -> "fit.LinearModel":
    return fit.fit_schools(schools, contrast, "5")


def as_rows(read: "ReadSchool", schools: Sequence["ReadSchool"]) -> "fit._Rows":
    return fit._rows(read, common_features([row for one in schools for row in one.features]))


def logits(model: "fit.LinearModel", texts: list[str]) -> np.ndarray:
    features = pick_features([{} for _ in texts], model.features)
    return model.logits(hash_texts(texts, SCHOOL_BITS), features)


def test_a_model_would_not_say_what_it_was_taught(model: "fit.LinearModel") -> None:
    found = logits(model, [*(f"the fair says{head}" for head in HEADS), "the fair"])
    for place, head in enumerate(HEADS):
        assert found[place, place] == found[:, place].max(), head
        assert found[place, place] > found[-1, place] + 1, head


def test_the_model_would_be_shipped_in_another_shape_than_it_is_read_in(model: "fit.LinearModel") -> None:
    heads = len(HEADS)
    assert (model.heads, model.bits, model.version) == (HEADS, SCHOOL_BITS, "5")
    assert model.features == ("length", "sure")
    assert model.weights.shape == (1 << SCHOOL_BITS, heads)
    assert model.dense.shape == (2, heads)
    assert model.calibration.shape == (2, heads)
    assert model.thresholds.shape == model.alone.shape == (len(Caution), heads)
    assert (model.calibration[0] > 0).all(), "a surer margin would make a head less likely"


def test_a_school_would_be_judged_by_other_sums_than_were_fitted(
    schools: list["ReadSchool"], model: "fit.LinearModel"
) -> None:
    """The judge sums whole numbers bucket by bucket; scikit-learn multiplies sparse tables."""
    read = schools[0]
    features = pick_features(read.features, model.features)
    words = hashed(read.buckets, SCHOOL_BITS) @ (model.weights * model.scale)
    expected = words + features @ model.dense + model.bias
    assert np.abs(model.margins(read.buckets, features) - expected).max() < 1e-3
    fitted = table(read, model.features)
    assert fitted.shape == (len(read.features), (1 << SCHOOL_BITS) + 2)
    assert np.allclose(fitted[:, : 1 << SCHOOL_BITS].toarray().sum(axis=1),
                       HASH_SCALE * hashed(read.buckets, SCHOOL_BITS).sum(axis=1).A1)  # fmt: skip


def test_two_fits_would_ship_two_models(
    schools: list["ReadSchool"], contrast: "ReadSchool", model: "fit.LinearModel"
) -> None:
    again = fit.fit_schools(schools, contrast, "5")
    for name in ("weights", "scale", "dense", "bias", "calibration", "thresholds", "alone"):
        assert np.array_equal(getattr(again, name), getattr(model, name)), name


# Contrast lines: in every fit, in no calibration.


def test_our_own_lines_would_teach_nothing(schools: list["ReadSchool"], model: "fit.LinearModel") -> None:
    without = fit.fit_schools(schools, lines_like("elsewhere", []), "5")
    said = ["zebracrossing", "the fair"]
    (with_it, plain), (without_it, other) = logits(model, said)[:, 0], logits(without, said)[:, 0]
    assert with_it - plain > without_it - other + 1


def test_our_own_lines_would_drown_the_schools(contrast: "ReadSchool", schools: list["ReadSchool"]) -> None:
    """Each counts for a fifth of a real comment: five to one against the same word, the school is believed."""
    harmless = lines_like("zebracrossing", [], count=40)
    parts = [as_rows(one, schools) for one in (*schools, harmless)]
    against = replace(as_rows(contrast, schools), weight=fit._CONTRAST_WEIGHT)
    coefficients, bias = fit._fit_heads([*parts, against])
    said = table(lines_like("zebracrossing", [], count=1), ("length", "sure")) @ coefficients + bias
    assert said[0, 0] < 0


def test_our_own_lines_would_shift_how_sure_the_judge_is(
    schools: list["ReadSchool"], contrast: "ReadSchool", model: "fit.LinearModel"
) -> None:
    """They are no sample of anything: calibrated on them too, every line would look likelier to be abuse.

    On comments of schools left out the mean score of a head is its true share, as a calibration promises.
    """
    rows = [as_rows(one, schools) for one in schools]
    beside = replace(as_rows(contrast, schools), weight=fit._CONTRAST_WEIGHT)
    margins = fit.leave_one_out(rows, beside)
    truth = np.concatenate([row.truth for row in rows])
    assert margins.shape == truth.shape == (3 * (LINES + len(HEADS)), len(HEADS))
    scores = 1 / (1 + np.exp(-(margins * model.calibration[0] + model.calibration[1])))
    assert np.abs(scores.mean(axis=0) - truth.mean(axis=0)).max() < 0.01
    assert np.allclose(model.thresholds, fit.level_thresholds(scores, truth), atol=1e-6)


def test_a_school_would_be_judged_for_its_thresholds_by_a_model_that_knows_it(
    schools: list["ReadSchool"], contrast: "ReadSchool"
) -> None:
    """Or the thresholds promise on new schools what holds only on old ones. Its labels turned round, no
    margin of its own comments moves; those of the other schools do."""
    rows = [as_rows(one, schools) for one in schools]
    turned = [replace(rows[0], truth=~rows[0].truth), *rows[1:]]
    beside = as_rows(contrast, schools)
    before, after = fit.leave_one_out(rows, beside), fit.leave_one_out(turned, beside)
    own = len(rows[0].truth)
    assert np.array_equal(before[:own], after[:own])
    assert np.abs(before[own:] - after[own:]).max() > 0.1


def test_a_feature_of_one_comment_would_be_learnt_by_heart() -> None:
    rows = [{"often": 1.0, "once": 1.0}, {"often": 0.5}, {"twice": 1.0, "often": 1.0}, {"twice": 1.0}]
    assert common_features(rows) == ("often",)
    assert common_features(rows, at_least=2) == ("often", "twice")


# Thresholds.


def some_scores(count: int = 800) -> tuple[np.ndarray, np.ndarray]:
    dice = np.random.default_rng(6)
    truth = np.zeros((count, len(HEADS)), dtype=bool)
    for row in range(count // 2):
        truth[row, dice.integers(0, len(HEADS))] = True
    return 1 / (1 + np.exp(-dice.normal(np.where(truth, 1.5, -2.0), 1.0))), truth


def test_the_thresholds_of_one_head_would_be_those_of_another() -> None:
    scores, truth = some_scores()
    thresholds = fit.level_thresholds(scores, truth)
    assert thresholds.shape == (len(Caution), len(HEADS))
    assert (np.diff(thresholds, axis=0) <= 0).all()
    turned = fit.level_thresholds(scores[:, ::-1], truth[:, ::-1])
    labels = [place for place, head in enumerate(HEADS) if head not in fit.DANGER]
    mirrored = [place for place in labels if HEADS[len(HEADS) - 1 - place] not in fit.DANGER]
    assert mirrored
    for place in mirrored:
        assert np.array_equal(turned[:, len(HEADS) - 1 - place], thresholds[:, place])


def test_a_flag_that_only_describes_would_be_held_back_like_danger() -> None:
    scores, truth = some_scores()
    thresholds = fit.level_thresholds(scores, truth)
    alone = fit.alone_thresholds(scores, truth, thresholds)
    danger = [HEADS.index(flag) for flag in fit.DANGER]
    others = [place for place in range(len(HEADS)) if place not in danger]
    assert np.array_equal(alone[:, others], thresholds[:, others])
    assert (alone[:, danger] >= thresholds[:, danger]).all()
    assert (alone[:, danger] > thresholds[:, danger]).any()


# The public model.


def test_the_public_model_would_not_know_an_insult_it_was_taught() -> None:
    dice = np.random.default_rng(8)
    rows = []
    for place in range(200):
        words = " ".join(dice.choice(FILLER, 6))
        rows.append(PublicRow(f"{words} muppet" if place % 2 else words, bool(place % 2), "s", "CC0", ()))
    model = fit.fit_public(rows, "5")
    nothing = np.zeros((2, 0), dtype=np.float32)
    insult, praise = model.margins(hash_texts(["what a muppet", "thank you all"], fit.PUBLIC_BITS), nothing)[
        :, 0
    ]
    assert insult > 0 > praise
    assert model.heads == ("public_abuse",)


def test_data_that_may_not_be_used_would_be_trained_on(tmp_path: Path) -> None:
    rows = [
        {"text": "x" * 900, "abuse": 1, "source": "open_forum", "lic": "CC-BY-4.0", "kind": ["insult"]},
        {"text": "b", "abuse": 0, "source": "open_forum", "lic": "unverified"},
        {"text": "c", "abuse": 0, "source": "Impermium_2012", "lic": "CC0"},
        {"text": "d", "abuse": 0, "source": "no_licence_told"},
    ]
    with gzip.open(tmp_path / "train.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    (kept,) = public_rows(tmp_path / "train.jsonl.gz")
    assert (kept.source, kept.abuse, kept.kinds, len(kept.text)) == ("open_forum", True, ("insult",), 600)


# How opinions are weighed.

OWN = {"encoder": 1.2, "school": 0.5, "public": 0.3}
"""What each opinion is worth to every head of the invented comments."""


def heard(count: int = 6000, seed: int = 12) -> "joining.Heard":
    """Truth drawn by a known rule from three opinions; one comment in three is harmless beyond doubt."""
    dice = np.random.default_rng(seed)
    loud = (dice.random(count) < 0.66)[:, None]
    encoder = dice.normal(np.where(loud, -1.0, -7.0), 2.0, (count, len(HEADS)))
    school = dice.normal(np.where(loud, -1.0, -7.0), 1.5, (count, len(HEADS)))
    public = dice.normal(np.where(loud[:, 0], 0.0, -5.0), 1.0)
    logit = OWN["encoder"] * encoder + OWN["school"] * school + OWN["public"] * public[:, None] - 0.7
    truth = dice.random(logit.shape) < 1 / (1 + np.exp(-logit))
    return joining.Heard(encoder, linear_opinions(school, public), truth)


@pytest.fixture(scope="module")
def said() -> "joining.Heard":
    return heard()


@pytest.fixture(scope="module")
def joined(said: "joining.Heard") -> Joined:
    return joining.fit_joined(said, HEADS, "5", {"school": "a", "encoder": "b"})


def test_an_opinion_would_weigh_other_than_it_is_worth(joined: Joined) -> None:
    assert joined.weights.shape == (3, len(HEADS))
    for row, worth in enumerate(OWN.values()):
        assert joined.weights[row].mean() == pytest.approx(worth, abs=0.08)
        assert np.abs(joined.weights[row] - worth).max() < 0.3
    assert joined.bias.mean() == pytest.approx(-0.7, abs=0.1)


def test_an_opinion_that_is_only_loud_would_be_believed(said: "joining.Heard") -> None:
    """Opinions are brought to one scale first: a penalty would else spare the one that shouts."""
    shouting = replace(said, linear=np.concatenate([said.linear[:, :-1], 50 * said.linear[:, -1:]], axis=1))
    fitted = joining.fit_joined(shouting, HEADS, "5", {})
    assert fitted.weights[2].mean() == pytest.approx(OWN["public"] / 50, rel=0.3)


def test_scores_of_new_schools_would_be_too_sure_or_too_shy(joined: Joined) -> None:
    new = heard(seed=13)
    scores = joined.scores(new.encoder, new.linear)
    assert np.abs(scores.mean(axis=0) - new.truth.mean(axis=0)).max() < 0.03
    sure = scores > 0.9
    assert new.truth[sure].mean() == pytest.approx(scores[sure].mean(), abs=0.03)


def test_the_weighing_would_be_of_another_shape_than_it_is_read_in(joined: Joined) -> None:
    heads = len(HEADS)
    assert (joined.heads, joined.version, joined.made_for) == (HEADS, "5", {"school": "a", "encoder": "b"})
    assert joined.bias.shape == (heads,)
    assert joined.thresholds.shape == joined.alone.shape == (len(Caution), heads)
    assert joined.noticed.shape == (heads + 2,)


def test_a_comment_somebody_must_look_at_would_be_settled_unread(
    said: "joining.Heard", joined: Joined
) -> None:
    """At most one in two hundred; and what is harmless beyond doubt does not cost the encoder's time."""
    wanted = said.truth.any(axis=1)
    read = np.zeros(len(wanted), dtype=bool)
    read[joined.unclear(said.linear)] = True
    assert (wanted & ~read).sum() <= 0.005 * wanted.sum() + 1
    assert (~read).mean() > 0.2


def test_the_encoder_would_move_the_thresholds_of_comments_it_never_reads(
    said: "joining.Heard", joined: Joined
) -> None:
    """Thresholds are chosen for what the judge will say, and of a settled comment it says the linear score."""
    settled = np.setdiff1d(np.arange(len(said.truth)), joined.unclear(said.linear))
    encoder = said.encoder.copy()
    encoder[settled] = 12.0
    shouting = joining._with_thresholds(joined, replace(said, encoder=encoder))
    assert np.array_equal(shouting.thresholds, joined.thresholds)
    assert np.array_equal(shouting.alone, joined.alone)
    read = joined.unclear(said.linear)
    encoder = said.encoder.copy()
    encoder[read] += 3.0
    heeded = joining._with_thresholds(joined, replace(said, encoder=encoder))
    assert not np.array_equal(heeded.thresholds, joined.thresholds)


def test_comments_of_two_schools_would_change_places(said: "joining.Heard") -> None:
    other = heard(count=10, seed=14)
    both = other + said
    for name in ("encoder", "linear", "truth"):
        assert np.array_equal(getattr(both, name)[:10], getattr(other, name))
        assert np.array_equal(getattr(both, name)[10:], getattr(said, name))


def test_a_school_left_out_would_be_weighed_by_other_words_than_the_judge_reads() -> None:
    """A school is read once: what is kept of it must give the opinions that the judge comes to."""
    texts = ("Mrs Hollin stole the raffle money", "Kofi in 4B has asthma", "", "lovely fair \U0001f600")
    pupils = (Pupil("p-1", "Kofi", "Kofi", "Winterslow", "4B", "Year 4"),)
    register = Register(
        "Fernhill", (), pupils, (StaffMember("s-1", "Mrs", "Odette", "Hollin", "Cook"),), b"k"
    )
    comments = tuple(Comment(str(place), text, "A post") for place, text in enumerate(texts))
    public, shipped = load(MODELS / "public_abuse.npz"), load(MODELS / "school.npz")
    read = matrices.read_school(School("a", register, comments, ()), public)
    reader = Reader(register)
    readings = [reader.read(comment) for comment in comments]
    found = [identify(reading, reader, register.token_key) for reading in readings]
    said = Panel(public, shipped).linear_opinions(readings, found)
    assert np.array_equal(opinions_of(shipped, read.buckets, read.features), said)
    assert read.wordings == tuple(map(wording, readings))
