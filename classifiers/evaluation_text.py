"""An evaluation as plain tables of at most 80 columns."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from classifiers.measures import ENOUGH
from config.words import Label

if TYPE_CHECKING:
    from classifiers.calibration import Calibration
    from classifiers.evaluation import AtLevel, Part, Report
    from classifiers.measures import Measure


def report_text(report: Report) -> str:
    return "\n".join(
        [
            f"{report.comments} comments, {report.not_judged} not judged (no words)",
            "",
            *_measures(report),
            *_certainty(report),
            *_alarms(report),
            *_calibration(report.calibration),
            *_levels(report.levels),
            *_parts("By platform", report.platforms),
            *_parts("By surface", report.surfaces),
        ]
    ).rstrip()


def _measures(report: Report) -> Iterator[str]:
    yield f"{'':24}{'given':>7}{'found':>7}{'precision':>11}{'recall':>8}{'F1':>7}{'avg. prec.':>12}"
    for measures in (report.labels, report.flags, (report.pupils, report.staff)):
        yield from (_line(measure) for measure in measures)
        yield ""


def _line(measure: Measure) -> str:
    area = "" if measure.average_precision is None else f"{measure.average_precision:12.3f}"
    return (
        f"{measure.name:24}{measure.positives:7}{measure.found:7}{measure.precision:11.3f}"
        f"{measure.recall:8.3f}{measure.f1:7.3f}{area}"
    )


def _certainty(report: Report) -> Iterator[str]:
    yield "How sure F1 is (95 of 100 such samples lie between):"
    for label in Label:
        low, high = report.interval(label)
        yield f"  {label:22}{report.label(label).f1:7.3f}   {low:.3f} to {high:.3f}"
    yield ""


def _alarms(report: Report) -> Iterator[str]:
    yield "False alarms per 1,000 harmless comments:"
    yield f"  written to trip a filter {report.alarms_hard:7.1f}   (of {report.harmless['hard']})"
    yield f"  others                   {report.alarms_other:7.1f}   (of {report.harmless['other']})"
    yield ""


def _calibration(each: Mapping[Label, Calibration]) -> Iterator[str]:
    """Nothing where nothing was judged."""
    if not any(one.groups for one in each.values()):
        return
    yield "How far scores are probabilities: comments in order of their score, in ten"
    yield "groups of equally many (equal scores together); the error is the mean distance"
    yield "of score and share given, over all comments:"
    for label, one in each.items():
        yield f"  {label:22}error{one.error:7.3f}"
        yield f"    {'mean score':12}{''.join(f'{group.score:6.2f}' for group in one.groups)}"
        yield f"    {'share given':12}{''.join(f'{group.given:6.2f}' for group in one.groups)}"
    yield ""


def _levels(levels: Sequence[AtLevel]) -> Iterator[str]:
    if not levels:
        return
    yield "What each level would do, on comments like these (* in force):"
    yield f"{'':37}{'':18}{'alarms':>8}{'of them':>8}{'misses':>8}"
    yield f"{'':37}{'precision':>10}{'recall':>8}{'/1,000':>8}{'false':>8}{'/100':>8}"
    for name, each in itertools.groupby(levels, key=lambda one: one.measure.name):
        for place, one in enumerate(each):
            yield f"{'' if place else name:25}{_level(one)}"
    yield ""


def _level(one: AtLevel) -> str:
    measure, mark = one.measure, "*" if one.in_force else " "
    recall = f"{measure.recall:8.3f}" if measure.positives else f"{'–':>8}"
    misses = f"{one.misses:8.1f}" if measure.positives else f"{'–':>8}"
    precision = f"{measure.precision:10.3f}" if measure.found else f"{'–':>10}"
    return f"{mark} {one.level:10}{precision}{recall}{one.alarms:8.1f}{one.false_alarms:8.1f}{misses}"


def _parts(title: str, parts: Sequence[Part]) -> Iterator[str]:
    yield f"{title} (F1 where at least {ENOUGH} are given):"
    yield f"{'':23}{'comments':>9}{'abuse':>14}{'defamation':>14}{'pupil inf.':>14}"
    yield f"{'':32}{'given    F1':>14}{'given    F1':>14}{'given    F1':>14}"
    for part in parts:
        each = "".join(_small(measure) for measure in part.labels)
        yield f"{part.name[:22]:23}{part.comments:9}{each}"
    yield ""


def _small(measure: Measure) -> str:
    shown = f"{measure.f1:6.2f}" if measure.positives >= ENOUGH else f"{'–':>6}"
    return f"{measure.positives:8}{shown}"
