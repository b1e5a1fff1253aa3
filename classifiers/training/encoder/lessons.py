"""Texts with what is known of them, as the encoder is taught."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from classifiers.encoder.model import Window, windows_of
from classifiers.encoder.pieces import Pieces
from classifiers.encoder.wording import Wording, plain_wording, wording
from classifiers.reading import Reader
from classifiers.training.data import HEADS, PublicRow, School
from config.words import Flag, Label

F32 = npt.NDArray[np.float32]
_KINDS = (Flag.INSULT, Flag.THREAT, Flag.HATE, Flag.SEXUAL)
"""Flags that a public source's kinds speak of."""
_TELL_THREATS = frozenset({"edos", "hatemojibuild", "jigsaw_wiki", "openai_mod"})
"""Sources that say of every abusive row whether it is a threat."""
_LABEL_WEIGHT = {Label.ABUSE: 3.0, Label.DEFAMATION: 3.0, Label.PUPIL_INFORMATION: 1.0}
_FLAG_WEIGHT = {
    Flag.THREAT: 2.0,
    Flag.SAFEGUARDING: 2.0,
    Flag.SELF_HARM_ENCOURAGEMENT: 2.0,
    Flag.INDECENT_IMAGE: 2.0,
}
"""A miss costs most here, and there are few to learn from."""
_WEIGHTS = np.array(
    [*(_LABEL_WEIGHT[label] for label in Label), *(_FLAG_WEIGHT.get(flag, 1.0) for flag in Flag)],
    dtype=np.float32,
)


@dataclass(frozen=True)
class Lessons:
    windows: list[Window]
    truth: F32
    """Texts x heads, 0 or 1."""
    weight: F32
    """Texts x heads: how much each answer counts; 0 where it is not known."""

    def __len__(self) -> int:
        return len(self.windows)

    def some(self, count: int, dice: np.random.Generator, counting: float = 1.0) -> "Lessons":
        """So many of them by lot, each counting so much more or less."""
        chosen = dice.choice(len(self), min(count, len(self)), replace=False)
        weight = self.weight[chosen] * np.float32(counting)
        return Lessons([self.windows[place] for place in chosen], self.truth[chosen], weight)

    def __add__(self, other: "Lessons") -> "Lessons":
        return Lessons(
            self.windows + other.windows,
            np.concatenate([self.truth, other.truth]),
            np.concatenate([self.weight, other.weight]),
        )


def school_lessons(school: School, pieces: Pieces) -> Lessons:
    reader = Reader(school.register)
    wordings = [wording(reader.read(comment)) for comment in school.comments]
    given = [
        {*(name for name, value in row["labels"].items() if value), *row["flags"]} for row in school.rows
    ]
    return _known(pieces, wordings, given)


def _known(pieces: Pieces, wordings: Sequence[Wording], given: Sequence[Collection[str]]) -> Lessons:
    """Of every head it is known whether it is among those given."""
    truth = [np.array([head in names for head in HEADS], dtype=np.float32) for names in given]
    return _lessons(pieces, wordings, truth, [_WEIGHTS] * len(truth))


def public_lessons(rows: Sequence[PublicRow], pieces: Pieces) -> Lessons:
    told = [_told(row) for row in rows]
    return _lessons(
        pieces,
        [plain_wording(row.text) for row in rows],
        [truth for truth, _ in told],
        [weight for _, weight in told],
    )


def _lessons(
    pieces: Pieces, wordings: Sequence[Wording], truth: Sequence[F32], weight: Sequence[F32]
) -> Lessons:
    # Of a long text the first window: what its labels rest on stands there more often than not.
    first = [windows_of(pieces, text)[0] for text in wordings]
    return Lessons(first, np.stack(truth), np.stack(weight))


def _told(row: PublicRow) -> tuple[F32, F32]:
    """Truth and weight: an abusive row tells of its own kinds alone, a harmless one of all."""
    truth, weight = np.zeros(len(HEADS), dtype=np.float32), np.zeros(len(HEADS), dtype=np.float32)
    truth[0], weight[0] = row.abuse, _WEIGHTS[0]
    for flag in _KINDS:
        place = HEADS.index(flag)
        named = flag.value in row.kinds
        if not row.abuse or named or (flag is Flag.THREAT and row.source in _TELL_THREATS):
            truth[place], weight[place] = named, _WEIGHTS[place]
    return truth, weight
