"""Training the encoder, with torch and ONNX themselves: what is taught, from what start, and what is shipped."""

import copy
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.training import HERE, LETTERS, LIKE_MARKS, PUBLIC_VOCABULARY, make_public_weights, needs_training

from classifiers.encoder.model import Encoder, load_encoder, windows_of
from classifiers.encoder.pieces import SPECIAL, UNKNOWN, Pieces
from classifiers.encoder.wording import MARKS, Wording
from classifiers.training.contrast import contrast_school
from classifiers.training.data import PublicRow, School
from config.words import Flag, Label

if HERE:
    import torch
    from safetensors.torch import load_file
    from torch import nn

    from classifiers.training.data import HEADS
    from classifiers.training.encoder import starting_point, teacher
    from classifiers.training.encoder.graph import rounded, write_graph
    from classifiers.training.encoder.lessons import Lessons, public_lessons, school_lessons
    from classifiers.training.encoder.network import ATTENDING, HIDDEN, INNER, LAYERS, Network
    from classifiers.training.encoder.teaching import Course, answers, teach

pytestmark = [pytest.mark.training, needs_training]

WORDS = ("the", "head", "is", "a", "liar", "kind", "you", "are", "school", "##ing", "!", "?", ".", ",")
VOCABULARY = (
    *SPECIAL, *MARKS.values(), *LETTERS, *(f"##{letter}" for letter in LETTERS),
    *(word for word in WORDS if word not in LETTERS),
)  # fmt: skip
PIECES = Pieces(VOCABULARY)
KINDS = (Flag.INSULT, Flag.THREAT, Flag.HATE, Flag.SEXUAL)


@pytest.fixture(scope="module", autouse=True)
def _one_thread() -> Iterator[None]:
    """Sums over another number of threads round otherwise; the other tests keep what they had."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


# What is shipped says what was trained.


def some_network() -> "Network":
    """Random, but with attention that looks somewhere and no weight that could be left out unseen."""
    torch.manual_seed(3)
    network = Network(len(VOCABULARY), 4)
    with torch.no_grad():
        for name, weight in network.named_parameters():
            if name.endswith("bias"):
                weight.normal_(0, 0.2)
            elif "after_" in name:
                weight.uniform_(0.5, 1.5)
            elif ".ask." in name:
                weight.normal_(0, 0.06)
    return network


@pytest.fixture(scope="module")
def network() -> "Network":
    return some_network()


@pytest.fixture(scope="module")
def shipped(network: "Network", tmp_path_factory: pytest.TempPathFactory) -> Encoder:
    path = tmp_path_factory.mktemp("encoder") / "encoder.onnx"
    write_graph(network, path, {"version": "7", "heads": ["a", "b", "c", "d"], "vocabulary": VOCABULARY})
    return load_encoder(path)


def some_texts(count: int, seed: int = 4) -> list[Wording]:
    """Of all lengths that fit one window, half of them under a post."""
    dice = random.Random(seed)
    said = [*WORDS, *LETTERS, *MARKS.values(), "headless", "ß"]

    def some(most: int) -> str:
        return " ".join(dice.choices(said, k=dice.randint(0, most)))

    return [Wording(some(24), some(12) if place % 2 else "") for place in range(count)]


def in_eight_bits(network: "Network") -> "Network":
    """The same network in torch, its words and products rounded as `graph.py` promises to."""
    rounding = copy.deepcopy(network)

    def round_rows(_: object, given: tuple["torch.Tensor"]) -> "torch.Tensor":
        step = given[0].abs().amax(-1, keepdim=True).clamp(min=1e-12) / 127
        return torch.round(given[0] / step) * step

    def dequantised(weight: "torch.Tensor", axis: int) -> "torch.Tensor":
        numbers, scale = rounded(weight.numpy(), axis)
        return torch.from_numpy(numbers * scale)

    with torch.no_grad():
        rounding.words.weight.copy_(dequantised(rounding.words.weight, 1))
        for name, part in rounding.named_modules():
            if isinstance(part, nn.Linear) and name != "heads":
                part.weight.copy_(dequantised(part.weight, 1))
                part.register_forward_pre_hook(round_rows)
    return rounding


def test_the_shipped_encoder_would_say_something_else_than_the_one_trained(
    network: "Network", shipped: Encoder
) -> None:
    """Rounding to eight bits costs a little of the logits' spread, and nothing but rounding may cost any."""
    texts = [*some_texts(12), Wording("a " * 96, "b " * 24), Wording("", ""), Wording("", "the head")]
    windows = [windows_of(PIECES, text)[0] for text in texts]
    trained, found = answers(network, windows), shipped.logits(texts)
    spread = trained.std(axis=0)
    assert spread.min() > 0.05, "the texts would all be the same to it"
    # Noise weighs more in a network of random numbers than in a trained one.
    assert (np.abs(found - trained) / spread).mean() < 0.1
    assert (np.abs(found - trained) / spread).max() < 0.25
    rounding = np.abs(found - answers(in_eight_bits(network), windows)) / spread
    # A number that lies on the edge is rounded up by the one and down by the other. How many do depends on the
    # order in which a processor sums: on some, most texts have one and move by a few hundredths.
    assert (rounding.max(axis=1) < 0.05).mean() > 0.5
    assert rounding.mean() < 0.03


def test_the_shipped_encoder_would_forget_its_version_its_heads_or_its_words(shipped: Encoder) -> None:
    assert (shipped.version, shipped.heads) == ("7", ("a", "b", "c", "d"))
    assert len(shipped.sha256) == 64


def test_the_same_network_would_be_shipped_as_other_bytes(network: "Network", tmp_path: Path) -> None:
    header = {"version": "7", "heads": ["a", "b", "c", "d"], "vocabulary": VOCABULARY}
    for name in ("one", "two"):
        write_graph(network, tmp_path / name, header)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_a_comment_would_be_judged_by_what_stands_beside_it(shipped: Encoder) -> None:
    texts = [*some_texts(12, seed=9), Wording("", ""), Wording("the head is a liar ! " * 30, "a")]
    together = shipped.logits(texts)
    alone = np.concatenate([shipped.logits([text]) for text in texts])
    assert np.abs(together - alone).max() < 1e-4 * together.std()
    assert np.array_equal(shipped.logits(texts[::-1])[::-1].argmax(axis=0), together.argmax(axis=0))


def test_an_empty_comment_would_have_no_answer(network: "Network", shipped: Encoder) -> None:
    empty = shipped.logits([Wording("", ""), Wording("   ", " "), Wording("", "the head is kind")])
    assert np.isfinite(empty).all()
    assert np.array_equal(empty[0], empty[1])
    assert np.isfinite(answers(network, windows_of(PIECES, Wording("", "")))).all()


def test_a_post_would_be_read_as_if_it_were_the_comment(network: "Network", shipped: Encoder) -> None:
    said, under = Wording("a liar", "you are kind"), Wording("you are kind", "a liar")
    for found in (
        shipped.logits([said, under]),
        answers(network, [windows_of(PIECES, one)[0] for one in (said, under)]),
    ):
        assert np.abs(found[0] - found[1]).max() > 0.01


def test_a_column_of_nothing_would_become_a_column_of_no_numbers() -> None:
    weight = np.array([[0.0, 1.0, -3.0], [0.0, -0.5, 2.0]], dtype=np.float32)
    numbers, scale = rounded(weight, axis=0)
    assert numbers.dtype == np.int8
    assert np.abs(numbers * scale - weight).max() <= 3 / 127 / 2 + 1e-6
    assert (numbers[:, 0] == 0).all()


# What is taught.


def contrast_lines(count: int) -> School:
    """So many of our own lines, harmful and harmless, from all over the files."""
    whole = contrast_school()
    places = random.Random(2).sample(range(len(whole.comments)), count)
    return replace(
        whole,
        comments=tuple(whole.comments[place] for place in places),
        rows=tuple(whole.rows[place] for place in places),
    )


@pytest.fixture(scope="module")
def contrast() -> School:
    return contrast_lines(24)


@pytest.fixture(scope="module")
def lessons(contrast: School) -> "Lessons":
    return school_lessons(contrast, PIECES)


def untaught() -> "Network":
    torch.manual_seed(0)
    return Network(len(VOCABULARY), len(HEADS))


def loss(network: "Network", lessons: "Lessons") -> float:
    logits = answers(network, lessons.windows)
    each = np.logaddexp(0, logits) - logits * lessons.truth
    return float((each * lessons.weight).sum(axis=1).mean())


@pytest.fixture(scope="module")
def taught(lessons: "Lessons") -> tuple["Network", list[str]]:
    said: list[str] = []
    network = untaught()
    teach(network, lambda _: lessons, Course(rounds=2, rate=3e-4), said.append)
    return network, said


def test_an_encoder_would_learn_nothing_from_its_lessons(
    lessons: "Lessons", taught: tuple["Network", list[str]]
) -> None:
    network, said = taught
    assert loss(network, lessons) < 0.9 * loss(untaught(), lessons)
    assert [line.split(":")[0].strip() for line in said] == ["round 1 of 2", "round 2 of 2"]


def test_two_trainings_would_give_two_encoders(
    lessons: "Lessons", taught: tuple["Network", list[str]]
) -> None:
    """Whoever doubts a model trains it again, and must find the same one."""
    again = untaught()
    teach(again, lambda _: lessons, Course(rounds=2, rate=3e-4), lambda _: None)
    for name, weight in taught[0].state_dict().items():
        assert torch.equal(weight, again.state_dict()[name]), name


def test_another_seed_would_read_in_the_same_order(
    lessons: "Lessons", taught: tuple["Network", list[str]]
) -> None:
    other = untaught()
    teach(other, lambda _: lessons, Course(rounds=1, rate=3e-4, seed=1), lambda _: None)
    assert not torch.equal(other.heads.weight, taught[0].heads.weight)


def test_a_few_comments_would_bend_what_words_mean(taught: tuple["Network", list[str]]) -> None:
    assert torch.equal(taught[0].words.weight, untaught().words.weight)
    assert not torch.equal(taught[0].layers[0].ask.weight, untaught().layers[0].ask.weight)


def test_every_round_would_read_the_same_lines(lessons: "Lessons") -> None:
    asked: list[int] = []

    def of_round(number: int) -> "Lessons":
        asked.append(number)
        return lessons.some(4, np.random.default_rng(number))

    teach(untaught(), of_round, Course(rounds=3, rate=1e-4), lambda _: None)
    assert asked == [0, 1, 2]


def test_unknown_truth_would_be_learnt_as_a_no(lessons: "Lessons") -> None:
    """A head whose answers count for nothing stays as it began."""
    column = HEADS.index(Flag.SAFEGUARDING)
    weight = lessons.weight.copy()
    weight[:, column] = 0
    partial = replace(lessons.some(8, np.random.default_rng(0)), weight=weight[:8])
    network = untaught()
    teach(network, lambda _: partial, Course(rounds=3, rate=3e-4), lambda _: None)
    assert network.heads.bias[column] == 0
    assert (network.heads.bias[torch.arange(len(HEADS)) != column] != 0).all()


# What the lessons say.


def public(abuse: bool, source: str = "some_forum", *kinds: str) -> PublicRow:
    return PublicRow("you are a liar", abuse, source, "CC-BY-4.0", kinds)


def known(row: PublicRow) -> dict[str, tuple[bool, bool]]:
    """Of each head that the row speaks of: whether it is given."""
    lessons = public_lessons([row], PIECES)
    return {
        head: bool(truth)
        for head, truth, weight in zip(HEADS, lessons.truth[0], lessons.weight[0], strict=True)
        if weight > 0
    }


def test_a_public_row_would_be_taken_to_deny_what_nobody_looked_for() -> None:
    """A source that marks abuse has not looked for false allegations, or for a child at risk."""
    abuse = Label.ABUSE.value
    harmless = {abuse: False, **{kind.value: False for kind in KINDS}}
    assert known(public(False)) == harmless
    assert known(public(True)) == {abuse: True}
    assert known(public(True, "some_forum", "insult")) == {abuse: True, "insult": True}
    assert known(public(True, "some_forum", "hate", "sexual")) == {abuse: True, "hate": True, "sexual": True}


def test_a_source_that_marks_threats_would_not_teach_what_is_none() -> None:
    assert known(public(True, "edos"))["threat"] is False
    assert known(public(True, "edos", "threat"))["threat"] is True
    assert "threat" not in known(public(True, "some_forum", "insult"))


def test_a_kind_that_is_no_flag_of_ours_would_be_taught() -> None:
    assert known(public(True, "some_forum", "profanity", "safeguarding")) == {"abuse": True}


def test_truth_would_be_told_where_its_weight_is_nothing() -> None:
    rows = [public(True, "edos", "threat"), public(True), public(False)]
    lessons = public_lessons(rows, PIECES)
    assert (lessons.truth[lessons.weight == 0] == 0).all()


def test_a_schools_line_would_leave_a_head_out_or_tell_it_wrong(contrast: School, lessons: "Lessons") -> None:
    assert (lessons.weight > 0).all()
    for row, truth in zip(contrast.rows, lessons.truth, strict=True):
        given = {name for name, value in row["labels"].items() if value} | set(row["flags"])
        assert {head for head, told in zip(HEADS, truth, strict=True) if told} == given


def test_a_miss_of_danger_would_cost_no_more_than_any_other(lessons: "Lessons") -> None:
    weight = dict(zip(HEADS, lessons.weight[0].tolist(), strict=True))
    assert (
        min(weight[flag] for flag in ("threat", "safeguarding", "self_harm_encouragement")) > weight["insult"]
    )


def test_the_encoder_would_learn_names(contrast: School) -> None:
    """All it is given of people is a mark of their sort, so a name can teach it nothing."""
    marked = {PIECES.vocabulary.index(MARKS[kind]) for kind in ("staff", "pupil", "school")}
    named = replace(
        contrast, comments=tuple(replace(one, text="Mrs Threlkelding said it") for one in contrast.comments)
    )
    for window in school_lessons(named, PIECES).windows:
        assert marked & set(window.pieces)
        assert PIECES.numbers("threlkelding", 99)[0] not in window.pieces[:3]


def test_lessons_would_be_mixed_up_when_some_are_drawn_or_added(lessons: "Lessons") -> None:
    """Each line keeps its own answers; none is drawn twice in one round."""
    some = lessons.some(15, np.random.default_rng(1), counting=0.5)
    both = some + lessons
    assert (len(some), len(both), len(lessons.some(999, np.random.default_rng(1)))) == (
        15,
        15 + len(lessons),
        len(lessons),
    )
    places = [next(at for at, one in enumerate(lessons.windows) if one is window) for window in some.windows]
    assert len(set(places)) == 15
    assert np.array_equal(some.truth, lessons.truth[places])
    assert np.array_equal(some.weight, lessons.weight[places] * np.float32(0.5))
    assert np.array_equal(both.truth[15:], lessons.truth)
    assert both.windows[15:] == lessons.windows


# Where it starts.


@pytest.fixture(scope="module")
def public_weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_public_weights(tmp_path_factory.mktemp("weights") / "model")


@pytest.fixture
def start(public_weights: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, "torch.Tensor"]:
    """The public weights, found where the package would be."""
    monkeypatch.setattr(starting_point, "_folder", lambda: public_weights)
    return load_file(public_weights / "model.safetensors")


def test_the_words_would_not_be_those_that_people_use(start: object) -> None:
    """Marks and letters always, so that nothing is unknown; a word when it is said often enough."""
    found = starting_point.vocabulary(["the head is kind !"] * 7 + ["rarely"] * 6)
    assert found[: len(SPECIAL)] == SPECIAL
    assert found[len(SPECIAL) : len(SPECIAL) + len(MARKS)] == tuple(MARKS.values())
    kept = found[len(SPECIAL) + len(MARKS) :]
    assert set(kept) == {*LETTERS, *(f"##{letter}" for letter in LETTERS), "the", "head", "is", "kind", "!"}
    assert list(kept) == [piece for piece in PUBLIC_VOCABULARY if piece in kept], "their order would change"
    assert not {UNKNOWN} & {found[number] for number in Pieces(found).numbers("rarely thief", 99)}


def test_a_piece_would_begin_with_the_meaning_of_another(start: dict[str, "torch.Tensor"]) -> None:
    pieces = starting_point.vocabulary(["the head is kind"] * 7)
    words = start["embeddings.word_embeddings.weight"]
    network = starting_point.starting_network(pieces, 3)
    for number, piece in enumerate(pieces):
        if piece not in MARKS.values():
            same = torch.equal(network.words.weight[number], words[PUBLIC_VOCABULARY.index(piece)])
            assert same, piece


def test_a_mark_would_begin_as_noise(start: dict[str, "torch.Tensor"]) -> None:
    """A member of staff begins as what the encoder knows of a teacher."""
    pieces = starting_point.vocabulary([])
    rows = dict(zip(pieces, starting_point._rows(pieces).tolist(), strict=True))
    begins = {sort: PUBLIC_VOCABULARY[rows[mark]] for sort, mark in MARKS.items()}
    assert set(begins.values()) == set(LIKE_MARKS)
    assert (begins["staff"], begins["pupil"], begins["school"]) == ("teacher", "pupil", "school")
    assert (begins["picture"], begins["money"], begins["date_of_birth"]) == ("photo", "money", "birthday")


def by_torch_itself(
    start: dict[str, "torch.Tensor"], pieces: "torch.Tensor", context: "torch.Tensor"
) -> "torch.Tensor":
    """The public encoder as torch's own layers compute it."""
    words, places, sides = (
        start[f"embeddings.{name}_embeddings.weight"] for name in ("word", "position", "token_type")
    )
    norm = nn.LayerNorm(HIDDEN, eps=1e-12)
    norm.load_state_dict({kind: start[f"embeddings.LayerNorm.{kind}"] for kind in ("weight", "bias")})
    state = norm(words[pieces] + places[: pieces.shape[1]] + sides[context])
    theirs = {
        "self_attn.out_proj": "attention.output.dense", "norm1": "attention.output.LayerNorm",
        "linear1": "intermediate.dense", "linear2": "output.dense", "norm2": "output.LayerNorm",
    }  # fmt: skip
    for number in range(LAYERS):
        layer = nn.TransformerEncoderLayer(
            HIDDEN, ATTENDING, INNER, dropout=0, activation="gelu", layer_norm_eps=1e-12, batch_first=True
        )
        old = f"encoder.layer.{number}"
        weights = {}
        for kind in ("weight", "bias"):
            weights |= {f"{ours}.{kind}": start[f"{old}.{name}.{kind}"] for ours, name in theirs.items()}
            asked = [start[f"{old}.attention.self.{name}.{kind}"] for name in ("query", "key", "value")]
            weights[f"self_attn.in_proj_{kind}"] = torch.cat(asked)
        layer.load_state_dict(weights)
        state = layer(state)
    return state


def test_the_start_would_not_be_what_the_public_encoder_knows(start: dict[str, "torch.Tensor"]) -> None:
    """A layer mapped to another one's place would train on, and end worse without a word."""
    ours = starting_point.vocabulary([])
    network = starting_point.starting_network(ours, 3).eval()
    seen: list[torch.Tensor] = []
    network.layers[-1].register_forward_hook(lambda *found: seen.append(found[2]))
    pieces = torch.tensor([[2, 40, 41, 42, 3, 50, 3], [2, 60, 61, 62, 63, 64, 3]])
    context = torch.tensor([[0, 0, 0, 0, 0, 1, 1], [0] * 7])
    with torch.no_grad():
        network(pieces, context, torch.tensor([7, 7]))
        public = torch.tensor(
            [PUBLIC_VOCABULARY.index(starting_piece(ours, number)) for number in pieces.flatten()]
        )
        known = by_torch_itself(start, public.view(2, 7), context)
    assert torch.allclose(seen[0], known, atol=1e-4)


def starting_piece(ours: tuple[str, ...], number: "torch.Tensor") -> str:
    return PUBLIC_VOCABULARY[starting_point._rows(ours)[number]]


def test_training_without_the_public_weights_would_start_from_noise(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting_point, "PACKAGE", "a_package_that_is_not_there")
    with pytest.raises(SystemExit, match=r"run the training with \./run train"):
        starting_point.starting_network((), 1)


# The whole course.


def test_a_training_that_was_cut_off_would_begin_anew_or_end_otherwise(
    start: object, contrast: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teacher, "_THREADS", 1)
    rows = [public(place % 2 == 0, "edos", "insult") for place in range(8)]
    school = replace(contrast, name="a", comments=contrast.comments[:6], rows=contrast.rows[:6])
    beside = replace(contrast, comments=contrast.comments[6:10], rows=contrast.rows[6:10])
    said: list[str] = []
    path = teacher.Teacher(rows, beside, tmp_path, said.append).encoder_file([school], "9")
    whole, taught = path.read_bytes(), len(said)
    encoder = load_encoder(path)
    assert (encoder.version, encoder.heads) == ("9", HEADS)
    assert np.isfinite(encoder.logits([Wording("the head is kind", "")])).all()
    # All is there: nothing is taught again.
    assert (
        teacher.Teacher(rows, beside, tmp_path, said.append).encoder_file([school], "9").read_bytes() == whole
    )
    assert len(said) == taught + 1
    # The second course was cut off: it goes on from the first one's end, to the same encoder.
    path.unlink()
    (first,) = tmp_path.glob("first-*.pt")
    written = first.stat().st_mtime_ns
    assert (
        teacher.Teacher(rows, beside, tmp_path, said.append).encoder_file([school], "9").read_bytes() == whole
    )
    assert first.stat().st_mtime_ns == written
    assert len(list(tmp_path.iterdir())) == 2, "half a file would be left behind"


def test_an_encoder_of_other_lessons_would_be_taken_up_again(
    start: object, contrast: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A school's labels were mended, a release was counted up: yesterday's encoder is not today's."""
    asked: list[str] = []

    def untaught_yet(_: object, read: object, course: "Course") -> "Network":
        asked.append(str(course.rounds))
        return some_network()

    monkeypatch.setattr(teacher, "_THREADS", 1)
    monkeypatch.setattr(teacher, "teach", lambda *_: None)
    monkeypatch.setattr(teacher.Teacher, "_taught", untaught_yet)
    rows = [public(place % 2 == 0, "edos", "insult") for place in range(8)]
    school = replace(contrast, name="a", comments=contrast.comments[:6], rows=contrast.rows[:6])
    mended = replace(school, rows=contrast.rows[6:12])

    def file_of(
        one: School, version: str = "9", *, shipped: bool = False, teach: list[PublicRow] = rows
    ) -> Path:
        return teacher.Teacher(teach, contrast, tmp_path, lambda _: None).encoder_file(
            [one], version, shipped=shipped
        )

    found = [file_of(school), file_of(mended), file_of(school, "10"), file_of(school, shipped=True)]
    found.append(file_of(school, teach=rows[:4]))
    assert len(set(found)) == len(asked) == 5
    assert file_of(school) == found[0]
    assert len(asked) == 5
