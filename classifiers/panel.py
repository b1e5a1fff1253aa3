"""The models that judge, asked together: two linear ones always, the encoder where a comment is not clear.

The linear models read every comment in a fraction of a millisecond. What they find clearly harmless is
settled; for the rest the encoder reads the words in their order, and both opinions are weighed.
"""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.archive import MEND
from classifiers.encoder.model import Encoder, load_encoder
from classifiers.encoder.wording import Wording, plain_wording, wording
from classifiers.errors import EncoderFailed, ModelBroken
from classifiers.features import PUBLIC, with_public_opinion
from classifiers.hashing import Buckets, hash_texts
from classifiers.joined import Joined, linear_opinions, load_joined
from classifiers.linear import LinearModel, load, pick_features
from classifiers.odds import logistic
from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading

log = logging.getLogger(__name__)

F64 = npt.NDArray[np.float64]
SCHOOL, ENCODER, JOINED = "school", "encoder", "joined"
_TRIAL = "What time does the fair begin?"
_MOST_WORDS = 20_000
"""Words whose weights are remembered: people write the same ones again and again."""


class Panel:
    def __init__(
        self, public: LinearModel, school: LinearModel, second: tuple[Encoder, Joined] | None = None
    ) -> None:
        self._public = public
        self._school = school
        self._second = second
        self._weighed: dict[str, list[float]] = {}

    @property
    def heads(self) -> tuple[str, ...]:
        return self._school.heads

    @property
    def thresholds(self) -> npt.NDArray[np.float32]:
        """Levels x heads, or one row for all levels."""
        return self._school.thresholds if self._second is None else self._second[1].thresholds

    @property
    def thresholds_alone(self) -> npt.NDArray[np.float32]:
        """The same for a danger flag where no label is given."""
        return self._school.alone if self._second is None else self._second[1].alone

    @property
    def linear_alone(self) -> "Panel":
        """The same without the encoder, with the thresholds that the linear models have by themselves."""
        return Panel(self._public, self._school)

    @property
    def described(self) -> dict[str, str]:
        """Name, version and SHA-256 of every model that speaks."""
        models: dict[str, LinearModel | Encoder | Joined] = {PUBLIC: self._public, SCHOOL: self._school}
        if self._second is not None:
            models |= dict(zip((ENCODER, JOINED), self._second, strict=True))
        return {name: f"{model.version} sha256:{model.sha256}" for name, model in models.items()}

    def scores(self, readings: Sequence[Reading], found: Sequence[list[Identified]]) -> F64:
        """Calibrated probabilities, one row a comment and one column a head.

        `EncoderFailed` when the encoder cannot read a comment that it is asked about.
        """
        linear = self.linear_opinions(readings, found)
        scores = logistic(linear[:, :-1])
        if self._second is None:
            return scores
        encoder, joined = self._second
        unclear = joined.unclear(linear)
        if len(unclear):
            read = _read(encoder, [wording(readings[place]) for place in unclear.tolist()])
            scores[unclear] = joined.scores(read, linear[unclear])
        return scores

    def linear_opinions(self, readings: Sequence[Reading], found: Sequence[list[Identified]]) -> F64:
        """What the linear models say, as `joined.linear_opinions` lays it out."""
        rows = with_public_opinion(readings, found, self._public)
        return opinions_of(
            self._school, hash_texts([one.masked for one in readings], self._school.bits), rows
        )

    def telling(self, words: Sequence[str], head: str) -> str:
        """Of these words the one that speaks most for a head, to the linear model."""
        weighed = self._weighed = self._weighed if len(self._weighed) < _MOST_WORDS else {}
        if missing := [word for word in words if word not in weighed]:
            nothing = np.zeros((len(missing), len(self._school.features)), dtype=np.float32)
            margins = self._school.margins(hash_texts(missing, self._school.bits), nothing)
            weighed.update(zip(missing, margins.tolist(), strict=True))
        column = self.heads.index(head)
        return max(words, key=lambda word: weighed[word][column])


def opinions_of(school: LinearModel, buckets: Buckets, rows: Sequence[Mapping[str, float]]) -> F64:
    """The same of comments whose words are hashed and whose named numbers are known already."""
    public = np.array([row[PUBLIC] for row in rows])
    return linear_opinions(school.logits(buckets, pick_features(rows, school.features)), public)


def _read(encoder: Encoder, wordings: Sequence[Wording]) -> F64:
    try:
        return encoder.logits(wordings)
    except Exception as error:  # noqa: BLE001  whatever fails inside ONNX Runtime must not stop the judging
        # Only the kind of error: its message may quote a comment.
        raise EncoderFailed(type(error).__name__) from None


def load_panel(models: Path) -> Panel:
    """`ModelBroken` when a linear model is missing or damaged.

    An encoder that cannot be used is logged as an error and the linear models judge alone: worse, but they
    judge. `Panel.described` then does not name it, which every judgement carries.
    """
    public, school = load(models / f"{PUBLIC}.npz"), load(models / f"{SCHOOL}.npz")
    try:
        return Panel(public, school, _load_second(models, school))
    except ModelBroken as broken:
        log.error("the encoder is not used, the linear models judge alone: %s", broken)  # noqa: TRY400  the message says all; a traceback helps no technician
        return Panel(public, school)


def _load_second(models: Path, school: LinearModel) -> tuple[Encoder, Joined]:
    encoder = load_encoder(models / f"{ENCODER}.onnx")
    joined = load_joined(models / f"{JOINED}.npz")
    if joined.made_for != {SCHOOL: school.sha256, ENCODER: encoder.sha256}:
        raise ModelBroken(models / f"{JOINED}.npz", "was made for other models than those beside it", MEND)
    _try(encoder, models / f"{ENCODER}.onnx")
    return encoder, joined


def _try(encoder: Encoder, path: Path) -> None:
    """A model can load and still not run: better to know it now than at the first threat."""
    try:
        said = _read(encoder, [plain_wording(_TRIAL)])
    except EncoderFailed as failed:
        raise ModelBroken(path, f"the encoder was loaded and cannot read ({failed})", MEND) from failed
    if not np.isfinite(said).all():
        raise ModelBroken(path, "the encoder says nothing that can be used", MEND)
