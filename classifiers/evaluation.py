"""How good the judge is on labelled comments, in figures that a manager can weigh.

Precision, recall, F1 with its 95 % interval and average precision for each label; precision, recall and F1
for each flag; false alarms per 1,000 harmless comments, for those written to trip a filter and for the
others; how far scores can be read as probabilities; what each level of caution would find and miss; and the
labels by platform and by surface.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from classifiers.calibration import Calibration, calibration_of
from classifiers.caution import DANGER, Levels
from classifiers.evaluation_text import report_text
from classifiers.interface import Comment, Judge, Judgement
from classifiers.jsonlines import BadLine, comment_from, read_object
from classifiers.measures import ENOUGH, Measure, f1_interval, measure_of
from config.words import Caution, Flag, Label

ANYTHING = "anything"


@runtime_checkable
class LevelledJudge(Judge, Protocol):
    """A judge that can say what it would say at each level."""

    @property
    def levels(self) -> Levels: ...

    def judge_at_every_level(self, comments: Sequence[Comment]) -> Mapping[Caution, Sequence[Judgement]]:
        """One judgement a comment and level, in order."""


@dataclass(frozen=True)
class Labelled:
    comment: Comment
    labels: frozenset[Label]
    flags: frozenset[Flag]
    pupils: frozenset[str]
    staff: frozenset[str]
    hard: bool

    @property
    def harmless(self) -> bool:
        return not self.labels and not self.flags


@dataclass(frozen=True)
class AtLevel:
    """One label or danger flag, or `anything` that raises, at one level."""

    level: Caution
    in_force: bool
    measure: Measure
    comments: int

    @property
    def alarms(self) -> float:
        """Per 1,000 comments like those of the file."""
        return 1000 * self.measure.found / self.comments if self.comments else 0.0

    @property
    def false_alarms(self) -> float:
        return 1000 * self.measure.false / self.comments if self.comments else 0.0

    @property
    def misses(self) -> float:
        """Of 100 real ones."""
        return 100 * self.measure.missed / self.measure.positives if self.measure.positives else 0.0

    def to_json(self) -> dict[str, Any]:
        told = {"in_force": self.in_force, **self.measure.to_json()}
        told.pop("f1")
        rates = {"alarms": self.alarms, "false_alarms": self.false_alarms, "misses": self.misses}
        names = {
            "alarms": "alarms_per_1000",
            "false_alarms": "false_alarms_per_1000",
            "misses": "misses_per_100",
        }
        return told | {names[key]: round(rate, 1) for key, rate in rates.items()}


@dataclass(frozen=True)
class Part:
    """The labels on one platform or surface."""

    name: str
    comments: int
    labels: tuple[Measure, ...]

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"comments": self.comments}
        for measure in self.labels:
            shown = measure.to_json() if measure.positives >= ENOUGH else measure.to_json() | {"f1": None}
            told[measure.name] = {key: shown[key] for key in ("given", "found", "right", "f1")}
        return told


@dataclass(frozen=True)
class Report:
    comments: int
    not_judged: int
    labels: tuple[Measure, ...]
    flags: tuple[Measure, ...]
    pupils: Measure
    """Right pupils named, over the comments that carry ids."""
    staff: Measure
    alarms_hard: float
    """False alarms per 1,000 harmless comments that were written to trip a filter."""
    alarms_other: float
    """False alarms per 1,000 other harmless comments."""
    calibration: Mapping[Label, Calibration]
    """Over the comments that were judged."""
    harmless: dict[str, int] = field(default_factory=dict)
    levels: tuple[AtLevel, ...] = ()
    """Empty for a judge that has no levels."""
    platforms: tuple[Part, ...] = ()
    surfaces: tuple[Part, ...] = ()

    def label(self, label: Label) -> Measure:
        return next(measure for measure in self.labels if measure.name == label)

    def flag(self, flag: Flag) -> Measure:
        return next(measure for measure in self.flags if measure.name == flag)

    def interval(self, label: Label) -> tuple[float, float]:
        """Between which F1 lies with 95 % certainty, on comments like these."""
        return f1_interval(self.label(label), self.comments)

    def to_json(self) -> dict[str, Any]:
        return {
            "comments": self.comments,
            "not_judged": self.not_judged,
            "labels": {label.value: self._label_json(label) for label in Label},
            "flags": {measure.name: measure.to_json() for measure in self.flags},
            "pupils_named": self.pupils.to_json(),
            "staff_named": self.staff.to_json(),
            "false_alarms_per_1000_harmless": {
                "hard": round(self.alarms_hard, 1),
                "other": round(self.alarms_other, 1),
            },
            "harmless": self.harmless,
            "levels": self._levels_json(),
            "platforms": {part.name: part.to_json() for part in self.platforms},
            "surfaces": {part.name: part.to_json() for part in self.surfaces},
        }

    def _label_json(self, label: Label) -> dict[str, Any]:
        low, high = self.interval(label)
        added = {
            "f1_95": [round(low, 4), round(high, 4)],
            "calibration": self.calibration[label].to_json(),
        }
        return self.label(label).to_json() | added

    def _levels_json(self) -> dict[str, dict[str, Any]]:
        told: dict[str, dict[str, Any]] = {}
        for one in self.levels:
            told.setdefault(one.measure.name, {})[one.level.value] = one.to_json()
        return told

    def to_text(self) -> str:
        """Plain tables of at most 80 columns."""
        return report_text(self)


def read_labelled(lines: Iterable[str]) -> tuple[list[Labelled], list[BadLine]]:
    """Labelled comments of a file's lines, and the lines that cannot be used, by number."""
    rows: list[Labelled] = []
    bad: list[BadLine] = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            row = _labelled(number, line)
            if isinstance(row, BadLine):
                bad.append(row)
            else:
                rows.append(row)
    return rows, bad


def evaluate(judge: Judge, rows: Sequence[Labelled]) -> Report:
    """What `judge` makes of the rows; with what it would make of them at each level, if it has levels."""
    judged = judge.judge([row.comment for row in rows])
    pairs = list(zip(rows, judged, strict=True))
    hard = [pair for pair in pairs if pair[0].harmless and pair[0].hard]
    other = [pair for pair in pairs if pair[0].harmless and not pair[0].hard]
    return Report(
        comments=len(rows),
        not_judged=sum(not judgement.judged for judgement in judged),
        labels=tuple(_label_measure(label, pairs) for label in Label),
        flags=tuple(_flag_measure(flag, pairs) for flag in Flag),
        pupils=_named("pupils named", [(row.pupils, set(judgement.pupils)) for row, judgement in pairs]),
        staff=_named("staff named", [(row.staff, set(judgement.staff)) for row, judgement in pairs]),
        alarms_hard=_alarms(hard),
        alarms_other=_alarms(other),
        harmless={"hard": len(hard), "other": len(other)},
        calibration={label: _calibration(label, pairs) for label in Label},
        levels=_at_levels(judge, rows) if isinstance(judge, LevelledJudge) else (),
        platforms=_parts(pairs, [row.comment.platform for row in rows]),
        surfaces=_parts(pairs, [row.comment.surface for row in rows]),
    )


Pairs = Sequence[tuple[Labelled, Judgement]]


def _label_measure(label: Label, pairs: Pairs) -> Measure:
    truth = [label in row.labels for row, _ in pairs]
    found = [judgement.labels[label] for _, judgement in pairs]
    return measure_of(label, truth, found, [judgement.scores[label] for _, judgement in pairs])


def _calibration(label: Label, pairs: Pairs) -> Calibration:
    """Of what was judged: a picture without words has no score that means anything."""
    scored = [(judgement.scores[label], label in row.labels) for row, judgement in pairs if judgement.judged]
    return calibration_of([score for score, _ in scored], [given for _, given in scored])


def _flag_measure(flag: Flag, pairs: Pairs) -> Measure:
    truth = [flag in row.flags for row, _ in pairs]
    return measure_of(flag, truth, [flag in judgement.flags for _, judgement in pairs])


def _named(name: str, pairs: Sequence[tuple[frozenset[str], set[str]]]) -> Measure:
    positives = sum(len(truth) for truth, _ in pairs)
    found = sum(len(given) for _, given in pairs)
    return Measure(name, positives, found, sum(len(truth & given) for truth, given in pairs))


def _alarms(pairs: Pairs) -> float:
    return 1000 * sum(judgement.raises for _, judgement in pairs) / len(pairs) if pairs else 0.0


def _at_levels(judge: LevelledJudge, rows: Sequence[Labelled]) -> tuple[AtLevel, ...]:
    """Each label, each danger flag and `anything`, at each level."""
    judged = judge.judge_at_every_level([row.comment for row in rows])
    of_level = {level: list(zip(rows, judged[level], strict=True)) for level in Caution}
    found = [
        AtLevel(level, level is judge.levels.of(label), _label_measure(label, pairs), len(rows))
        for label in Label
        for level, pairs in of_level.items()
    ]
    found += [
        AtLevel(level, level is judge.levels.of(flag), _flag_measure(flag, pairs), len(rows))
        for flag in DANGER
        for level, pairs in of_level.items()
    ]
    return (*found, *(_anything(level, judge.levels, pairs) for level, pairs in of_level.items()))


def _anything(level: Caution, levels: Levels, pairs: Pairs) -> AtLevel:
    truth = [not row.harmless for row, _ in pairs]
    measure = measure_of(ANYTHING, truth, [judgement.raises for _, judgement in pairs])
    return AtLevel(level, levels == Levels.all(level), measure, len(pairs))


def _parts(pairs: Pairs, names: Sequence[str | None]) -> tuple[Part, ...]:
    """The labels in each group of comments; comments that name no group are one of their own."""
    groups: dict[str, list[tuple[Labelled, Judgement]]] = {}
    for pair, name in zip(pairs, names, strict=True):
        groups.setdefault(name or "not said", []).append(pair)
    return tuple(
        Part(name, len(group), tuple(_label_measure(label, group) for label in Label))
        for name, group in sorted(groups.items())
    )


def _labelled(number: int, line: str) -> Labelled | BadLine:
    row = read_object(number, line)
    comment = row if isinstance(row, BadLine) else comment_from(number, row)
    if isinstance(row, BadLine) or isinstance(comment, BadLine):
        return comment if isinstance(comment, BadLine) else BadLine(number, "cannot be read")
    if not isinstance(row.get("labels"), dict) or set(row["labels"]) != set(Label):
        return BadLine(number, f"labels must hold exactly {', '.join(Label)}")
    if any(value not in (0, 1) for value in row["labels"].values()):
        return BadLine(number, "each label is 0 or 1")
    for name in ("flags", "pupils", "staff"):
        if not _is_words(row.get(name, [])):
            return BadLine(number, f"{name} is not a list of words")
    if not set(row.get("flags", [])) <= set(Flag):
        return BadLine(number, f"flags holds something else than {', '.join(Flag)}")
    return Labelled(
        comment,
        frozenset(label for label in Label if row["labels"][label]),
        frozenset(map(Flag, row.get("flags", ()))),
        frozenset(row.get("pupils", ())),
        frozenset(row.get("staff", ())),
        bool(row.get("hard", False)),
    )


def _is_words(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)
