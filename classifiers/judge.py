"""The judge: reads each comment once, asks the models, and says why.

`load_judge` is the way in. The result is pure: the same batch gives the same answer, and a comment's
answer does not depend on the others in its batch.
"""

import copy
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.aim import aimed_at
from classifiers.caution import BALANCED, DANGER, Levels, floors_for, thresholds_for
from classifiers.detoxify_adapter import DetoxifySettings, SecondOpinion, load_second_opinion
from classifiers.errors import EncoderFailed
from classifiers.interface import Comment, Judgement, Register
from classifiers.learning import Learned, shifted
from classifiers.panel import Panel, load_panel
from classifiers.pupil_information.birthdays import with_birthdays
from classifiers.pupil_information.identify import Identified, identify, resolved
from classifiers.pupil_information.rules import is_only_staff_conduct, must_be_pupil_information
from classifiers.reading import Reader, Reading
from classifiers.reasons import conduct_reason, reasons_for
from classifiers.register.names import word_set
from classifiers.register.spoken_of import staff_spoken_of
from classifiers.severity import severity_of
from classifiers.signs import signs_of, speaks_of_a_picture
from config.words import Caution, Flag, Label, Severity

log = logging.getLogger(__name__)

MODELS = Path(__file__).parent / "models"
_BATCH = 256
SURE = 0.99
"""Score of what a rule decides, whatever the words are."""
_NOT_OF_OURSELVES = frozenset(DANGER)
"""Flags that stand alone in what others write. The school's own post needs a label beside them: it announces
winners and walking buses, and threatens nobody."""
_NEEDS_LABEL = frozenset(
    {Flag.INSULT, Flag.HATE, Flag.SEXUAL, Flag.HARASSMENT, Flag.STAFF_TARGET, Flag.PUPIL_TARGET}
)
"""Flags that describe abuse or an imputation: without either they would only raise false alarms. (A threat
stands alone: there a miss is worse than an alarm.)"""
_SAYS_LITTLE = word_set(
    """the and who that this these those they them their with from for are was were has have had you your not
    but all any she her his him its our ours out what when where why how which then than there here will"""
)
"""Words that a reason never points at by themselves: they may weigh, and tell a reader nothing."""
F64 = npt.NDArray[np.float64]


@dataclass(frozen=True)
class _Seen:
    reading: Reading
    found: list[Identified]
    """What the models are told of the people in it."""
    known: list[Identified]
    """The same with what dates of birth settle."""


class EmbeddedJudge:
    """Implements `classifiers.interface.Judge` with the models shipped in the package."""

    def __init__(
        self,
        register: Register,
        panel: Panel,
        *,
        levels: Levels = BALANCED,
        second: SecondOpinion | None = None,
    ) -> None:
        self._reader = Reader(register)
        self._token_key = register.token_key
        self._panel = panel
        self._second = second
        self._column = {head: place for place, head in enumerate(panel.heads)}
        self._learned: Learned | None = None
        self._set(levels)

    @property
    def shipped_models(self) -> dict[str, str]:
        """Name, version and SHA-256 of every model that speaks here."""
        told = self._panel.described
        if self._second is not None:
            told["detoxify"] = self._second.described
        return told

    @property
    def models(self) -> dict[str, str]:
        """The shipped models, and the version learned from this school's decisions where one is in force."""
        told = self.shipped_models
        return told if self._learned is None else told | {"learned": str(self._learned.version)}

    @property
    def learned(self) -> Learned | None:
        """What is in force of the school's own."""
        return self._learned

    @property
    def thresholds(self) -> Mapping[str, float]:
        """What a score has to reach; of a danger flag, beside a label."""
        return dict(self._thresholds)

    @property
    def thresholds_alone(self) -> Mapping[str, float]:
        """What a danger flag has to reach where nothing else speaks up."""
        return dict(self._alone)

    def at(self, level: Caution) -> "EmbeddedJudge":
        """The same judge with every label and the danger flags at one level, and what was learned."""
        return self.with_levels(Levels.all(level))

    def judge_at_every_level(self, comments: Sequence[Comment]) -> dict[Caution, list[Judgement]]:
        """What each level would say; the comments are read and scored once."""
        judges = {level: self.at(level) for level in Caution}
        told: dict[Caution, list[Judgement]] = {level: [] for level in Caution}
        for start in range(0, len(comments), _BATCH):
            seen = [self._see(comment) for comment in comments[start : start + _BATCH]]
            scores = self._scores(seen)
            for level, judge in judges.items():
                told[level] += [
                    judge._conclude(one, row) for one, row in zip(seen, scores.tolist(), strict=True)
                ]
        return told

    def with_levels(self, levels: Levels) -> "EmbeddedJudge":
        other = copy.copy(self)
        other._set(levels)
        return other

    def with_learned(self, learned: Learned | None, levels: Levels) -> "EmbeddedJudge":
        """The same judge at the given levels with another version in force, or none.

        A version counts only beside the models that it was learned with, and is set aside otherwise.
        """
        other = copy.copy(self)
        other._learned = learned if learned is not None and learned.models == self.shipped_models else None
        return other.with_levels(levels)

    def _set(self, levels: Levels) -> None:
        self.levels = levels
        self._thresholds = self._thresholds_at(levels)
        self._alone = self._alone_at(levels)
        shipped = thresholds_for(self._panel.thresholds, self._panel.heads, BALANCED)
        self._company = {label: min(shipped[label], self._thresholds[label]) for label in Label}

    def _alone_at(self, levels: Levels) -> dict[str, float]:
        """Never under the thresholds beside a label, and never lifted by what was learned."""
        alone = thresholds_for(self._panel.thresholds_alone, self._panel.heads, levels)
        if self._learned is not None:
            alone = shifted(alone, self._learned.offsets, alone)
        return {flag.value: max(alone[flag], self._thresholds[flag]) for flag in DANGER}

    def _thresholds_at(self, levels: Levels) -> dict[str, float]:
        heads, table = self._panel.heads, self._panel.thresholds
        thresholds = thresholds_for(table, heads, levels)
        if self._learned is not None:
            thresholds = shifted(thresholds, self._learned.offsets, floors_for(table, heads))
        # What a rule decides stands at every level.
        exposed = min(thresholds[Label.PUPIL_INFORMATION], SURE)
        return thresholds | {Label.PUPIL_INFORMATION.value: exposed}

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        """One judgement a comment, in order."""
        result: list[Judgement] = []
        for start in range(0, len(comments), _BATCH):
            result += self._judge_batch(comments[start : start + _BATCH])
        return result

    def _judge_batch(self, comments: Sequence[Comment]) -> Iterator[Judgement]:
        seen = [self._see(comment) for comment in comments]
        try:
            scores = self._scores(seen)
        except EncoderFailed as failed:
            log.error("the encoder failed (%s), the linear models judge these comments alone", failed)  # noqa: TRY400  the kind of error says all; a message may quote a comment
            yield from self._without_encoder()._judge_batch(comments)
            return
        models = self.models
        for one, row in zip(seen, scores.tolist(), strict=True):
            yield replace(self._conclude(one, row), models=models)

    def _without_encoder(self) -> "EmbeddedJudge":
        """For one batch: what was learned beside the encoder does not fit the linear models."""
        other = copy.copy(self)
        other._panel, other._learned = self._panel.linear_alone, None
        other._set(self.levels)
        return other

    def _see(self, comment: Comment) -> _Seen:
        reading = self._reader.read(comment)
        found = identify(reading, self._reader, self._token_key)
        index = self._reader.matcher.pupil_index
        return _Seen(reading, found, with_birthdays(found, reading, index, self._token_key))

    def _scores(self, seen: Sequence[_Seen]) -> F64:
        scores = self._panel.scores([one.reading for one in seen], [one.found for one in seen])
        return self._with_second_opinion(seen, scores)

    def _with_second_opinion(self, seen: Sequence[_Seen], scores: F64) -> F64:
        if self._second is not None:
            column = self._column[Label.ABUSE]
            texts = [one.reading.comment.text for one in seen]
            scores[:, column] = self._second.joined(texts, scores[:, column])
        return scores

    def _conclude(self, one: _Seen, row: Sequence[float]) -> Judgement:
        reading = one.reading
        if not reading.view.text.strip():
            return _not_judged(reading.comment)
        conduct = is_only_staff_conduct(reading, one.known)
        scores = self._label_scores(one, row, conduct=conduct)
        labels = {label: score >= self._thresholds[label] for label, score in scores.items()}
        given = [label for label in Label if labels[label]]
        in_company = any(scores[label] >= self._company[label] for label in Label)
        flags = self._flags(reading, row, given, in_company=in_company)
        severity = Severity.LOW if conduct else Severity.NONE
        if given or flags:
            severity = severity_of(set(given), set(flags), signs_of(reading, one.known))
        exposed = labels[Label.PUPIL_INFORMATION]
        reasons = reasons_for(reading, one.known, given, flags, partial(self._telling, reading))
        return Judgement(
            id=reading.comment.id,
            labels=labels,
            scores=scores,
            severity=severity,
            flags=tuple(flags),
            danger_scores={flag: row[self._column[flag]] for flag in DANGER},
            pupils=resolved(one.known) if exposed else (),
            staff=staff_spoken_of(
                reading,
                self._reader.matcher.staff_index.staff,
                aimed_at_staff=Flag.STAFF_TARGET in flags or labels[Label.DEFAMATION],
            ),
            reasons=(*reasons, *conduct_reason(reading)) if conduct else reasons,
            aimed_at=aimed_at(reading, given, flags),
        )

    def _label_scores(self, one: _Seen, row: Sequence[float], *, conduct: bool) -> dict[Label, float]:
        """What the models say of the labels, and what rules decide whatever they say."""
        scores = {label: row[self._column[label]] for label in Label}
        exposed = scores[Label.PUPIL_INFORMATION]
        if conduct:
            scores[Label.PUPIL_INFORMATION] = min(exposed, 1 - SURE)
        elif must_be_pupil_information(one.reading, one.known):
            scores[Label.PUPIL_INFORMATION] = max(exposed, SURE)
        return scores

    def _flags(
        self, reading: Reading, row: Sequence[float], given: Sequence[Label], *, in_company: bool
    ) -> list[Flag]:
        """Flags whose head passes its threshold; some say how a label is meant, and need one to stand.

        A danger flag is in company where a label is given, or would be at the balanced level as shipped: a
        school that wants to hear less of insults does not hear less of threats.
        """
        limits = self._thresholds if in_company else self._thresholds | self._alone
        passed = {flag for flag in Flag if row[self._column[flag]] >= limits[flag]}
        if Flag.INDECENT_IMAGE in passed and not speaks_of_a_picture(reading):
            passed.discard(Flag.INDECENT_IMAGE)
        if Label.ABUSE not in given and Label.DEFAMATION not in given:
            passed -= _NEEDS_LABEL
            passed -= _NOT_OF_OURSELVES if reading.comment.author == "school" else set()
        return [flag for flag in Flag if flag in passed]

    def _telling(self, reading: Reading, head: Label | Flag) -> str:
        """The word of the text that speaks most for a label or a flag; empty when there is none."""
        said = dict.fromkeys(reading.lower.split())
        words = [word for word in said if 2 < len(word) <= 40 and word not in _SAYS_LITTLE][:200]
        return self._panel.telling(words, head) if words else ""


def load_judge(
    register: Register,
    *,
    levels: Levels = BALANCED,
    detoxify: DetoxifySettings | None = None,
    models: Path = MODELS,
) -> EmbeddedJudge:
    """The judge for one school. `ModelBroken` when a shipped model is missing or damaged.

    `levels` chooses among the model's thresholds.

    A detoxify checkpoint that cannot be used is logged as an error and the embedded models go on alone;
    `judge.models` then has no entry `detoxify`.
    """
    second = load_second_opinion(detoxify) if detoxify is not None else None
    return EmbeddedJudge(register, load_panel(models), levels=levels, second=second)


def _not_judged(comment: Comment) -> Judgement:
    """No words: a picture only, or nothing that can be seen. Never to be shown as harmless."""
    return Judgement(
        id=comment.id,
        labels=dict.fromkeys(Label, False),
        scores=dict.fromkeys(Label, 0.0),
        severity=Severity.NONE,
        judged=False,
    )
