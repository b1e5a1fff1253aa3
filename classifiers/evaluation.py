"""How good the judge is on labelled comments, in figures that a manager can weigh.

Precision, recall, F1 and average precision for each label; precision, recall and F1 for each flag;
false alarms per 1,000 harmless comments, for those written to trip a filter and for the others.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from classifiers.interface import Comment, Judge, Judgement
from classifiers.jsonlines import BadLine, comment_from, read_object
from config.words import Flag, Label


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
class Measure:
    name: str
    positives: int
    found: int
    """How many the judge marked."""
    right: int
    average_precision: float | None = None
    """Area under the precision-recall steps; None for flags, which carry no score."""

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.positives if self.positives else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.positives) if self.found + self.positives else 0.0


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
    harmless: dict[str, int] = field(default_factory=dict)

    def label(self, label: Label) -> Measure:
        return next(measure for measure in self.labels if measure.name == label)

    def flag(self, flag: Flag) -> Measure:
        return next(measure for measure in self.flags if measure.name == flag)

    def to_json(self) -> dict[str, Any]:
        return {
            "comments": self.comments,
            "not_judged": self.not_judged,
            "labels": {measure.name: _measure_json(measure) for measure in self.labels},
            "flags": {measure.name: _measure_json(measure) for measure in self.flags},
            "pupils_named": _measure_json(self.pupils),
            "staff_named": _measure_json(self.staff),
            "false_alarms_per_1000_harmless": {
                "hard": round(self.alarms_hard, 1),
                "other": round(self.alarms_other, 1),
            },
            "harmless": self.harmless,
        }

    def to_text(self) -> str:
        """A plain table of at most 80 columns."""
        head = f"{'':24}{'given':>7}{'found':>7}{'precision':>11}{'recall':>8}{'F1':>7}{'avg. prec.':>12}"
        lines = [f"{self.comments} comments, {self.not_judged} not judged (no words)", "", head]
        for measures in (self.labels, self.flags, (self.pupils, self.staff)):
            lines += [*map(_line, measures), ""]
        lines.append("False alarms per 1,000 harmless comments:")
        lines.append(f"  written to trip a filter {self.alarms_hard:7.1f}   (of {self.harmless['hard']})")
        lines.append(f"  others                   {self.alarms_other:7.1f}   (of {self.harmless['other']})")
        return "\n".join(lines)


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
    )


def average_precision(scores: Sequence[float], truth: Sequence[bool]) -> float:
    """Mean of the precision at each right answer, best score first; equal scores count together."""
    positives = sum(truth)
    if not positives:
        return 0.0
    ordered = sorted(zip(scores, truth, strict=True), key=lambda pair: -pair[0])
    total = right = seen = 0.0
    for _, tied in itertools.groupby(ordered, key=lambda pair: pair[0]):
        given = [truth for _, truth in tied]
        seen, right = seen + len(given), right + sum(given)
        total += sum(given) * right / seen
    return total / positives


Pairs = Sequence[tuple[Labelled, Judgement]]


def _label_measure(label: Label, pairs: Pairs) -> Measure:
    truth = [label in row.labels for row, _ in pairs]
    found = [judgement.labels[label] for _, judgement in pairs]
    score = average_precision([judgement.scores[label] for _, judgement in pairs], truth)
    return Measure(label, sum(truth), sum(found), sum(map(_both, truth, found)), score)


def _flag_measure(flag: Flag, pairs: Pairs) -> Measure:
    truth = [flag in row.flags for row, _ in pairs]
    found = [flag in judgement.flags for _, judgement in pairs]
    return Measure(flag, sum(truth), sum(found), sum(map(_both, truth, found)))


def _both(one: bool, other: bool) -> bool:
    return one and other


def _named(name: str, pairs: Sequence[tuple[frozenset[str], set[str]]]) -> Measure:
    positives = sum(len(truth) for truth, _ in pairs)
    found = sum(len(given) for _, given in pairs)
    return Measure(name, positives, found, sum(len(truth & given) for truth, given in pairs))


def _alarms(pairs: Pairs) -> float:
    return 1000 * sum(judgement.raises for _, judgement in pairs) / len(pairs) if pairs else 0.0


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


def _measure_json(measure: Measure) -> dict[str, Any]:
    told: dict[str, Any] = {"given": measure.positives, "found": measure.found, "right": measure.right}
    told |= {name: round(getattr(measure, name), 4) for name in ("precision", "recall", "f1")}
    if measure.average_precision is not None:
        told["average_precision"] = round(measure.average_precision, 4)
    return told


def _line(measure: Measure) -> str:
    area = "" if measure.average_precision is None else f"{measure.average_precision:12.3f}"
    return (
        f"{measure.name:24}{measure.positives:7}{measure.found:7}{measure.precision:11.3f}"
        f"{measure.recall:8.3f}{measure.f1:7.3f}{area}"
    )
