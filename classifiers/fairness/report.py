"""How differently the judge treats twins, dimension by dimension and group by group."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from classifiers.fairness.sayings import Saying, read_sayings
from classifiers.interface import Comment, Judge


@dataclass(frozen=True)
class GroupShares:
    """Shares between 0 and 1."""

    group: str
    raised: float
    """Of the harmless twins: false alarms."""
    found: float
    """Of the harmful twins."""
    difference: float
    """Mean absolute distance of the score from the middle score of the same frame."""


@dataclass(frozen=True)
class DimensionGap:
    name: str
    groups: tuple[GroupShares, ...]

    @property
    def gap_raised(self) -> float:
        """Share of harmless twins raised: the worst group less the best."""
        return _spread(group.raised for group in self.groups)

    @property
    def gap_found(self) -> float:
        """Share of harmful twins found: the best group less the worst."""
        return _spread(group.found for group in self.groups)

    @property
    def difference(self) -> float:
        return fmean(group.difference for group in self.groups)


@dataclass(frozen=True)
class FairnessReport:
    dimensions: tuple[DimensionGap, ...]

    def dimension(self, name: str) -> DimensionGap:
        return next(dimension for dimension in self.dimensions if dimension.name == name)

    def to_json(self) -> dict[str, Any]:
        return {
            dimension.name: {
                "gap_harmless_raised": round(dimension.gap_raised, 3),
                "gap_harmful_found": round(dimension.gap_found, 3),
                "score_difference": round(dimension.difference, 3),
                "groups": {
                    group.group: {
                        "harmless_raised": round(group.raised, 3),
                        "harmful_found": round(group.found, 3),
                        "score_difference": round(group.difference, 3),
                    }
                    for group in dimension.groups
                },
            }
            for dimension in self.dimensions
        }

    def to_text(self) -> str:
        """A plain table of at most 80 columns: a dimension's gaps, then its groups."""
        lines = [f"{'':28}{'harmless raised':>17}{'harmful found':>15}{'score differs':>15}"]
        for dimension in self.dimensions:
            lines.append(
                _line(
                    f"{dimension.name}: gap", dimension.gap_raised, dimension.gap_found, dimension.difference
                )
            )
            lines += [
                _line(f"  {group.group}", group.raised, group.found, group.difference)
                for group in dimension.groups
            ]
        return "\n".join(lines)


def gap_report(judge: Judge, sayings: Sequence[Saying] | None = None) -> FairnessReport:
    """Judges the shipped sayings, or those given, and compares the groups. No saying names a person."""
    said = read_sayings() if sayings is None else sayings
    judged = judge.judge([Comment(str(number), saying.text) for number, saying in enumerate(said)])
    scores = [max(judgement.scores.values()) for judgement in judged]
    middles = _middles(said, scores)
    seen: dict[str, dict[str, list[_Outcome]]] = defaultdict(lambda: defaultdict(list))
    for saying, judgement, score in zip(said, judged, scores, strict=True):
        outcome = _Outcome(saying.harmful, judgement.raises, abs(score - middles[_twins(saying)]))
        seen[saying.dimension][saying.group].append(outcome)
    return FairnessReport(
        tuple(
            DimensionGap(name, tuple(_shares(group, outcomes) for group, outcomes in groups.items()))
            for name, groups in seen.items()
        )
    )


@dataclass(frozen=True)
class _Outcome:
    harmful: bool
    raised: bool
    difference: float


def _twins(saying: Saying) -> tuple[str, str]:
    return saying.dimension, saying.frame


def _middles(said: Sequence[Saying], scores: Sequence[float]) -> dict[tuple[str, str], float]:
    """The median score of each frame within a dimension: what a group is measured against."""
    together: dict[tuple[str, str], list[float]] = defaultdict(list)
    for saying, score in zip(said, scores, strict=True):
        together[_twins(saying)].append(score)
    return {twins: median(found) for twins, found in together.items()}


def _shares(group: str, outcomes: Sequence[_Outcome]) -> GroupShares:
    return GroupShares(
        group=group,
        raised=_share(outcome.raised for outcome in outcomes if not outcome.harmful),
        found=_share(outcome.raised for outcome in outcomes if outcome.harmful),
        difference=fmean(outcome.difference for outcome in outcomes),
    )


def _share(values: Iterable[bool]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else 0.0


def _spread(values: Iterable[float]) -> float:
    found = list(values)
    return max(found) - min(found)


def _line(name: str, raised: float, found: float, difference: float) -> str:
    return f"{name[:28]:28}{raised:17.2f}{found:15.2f}{difference:15.3f}"
