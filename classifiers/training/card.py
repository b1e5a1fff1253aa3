"""The model card: what the models were trained on, how good they are, what they get wrong."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import mean

from classifiers.evaluation import Part, Report
from classifiers.measures import ENOUGH, mean_f1_interval
from classifiers.training.run import VERSION, Results
from config.words import Flag, Label

_INTRODUCTION = """# Model card

Written by `./run train` (see [training.md](training.md)); figures are of the models in `classifiers/models/`,
version {version}.

## What they are for

They put comments about a school in front of a person: possible **abuse**, possible **defamation**, possible
**pupil information**. A score is an estimate of what a careful senior manager would decide. It is never a
finding of fact or law, nothing is removed because of it, and no author is scored.

| file | bytes | what it is |
|---|---:|---|
{files}
| together | {total:,} | |

The linear models read every comment. What they find clearly harmless is settled; the rest is read once more
by the encoder, and `joined` weighs both. Where the encoder cannot run, the linear models judge alone and say
so. None of the files holds pickled code. The school model and the encoder read comments with the names of
people masked; the public model reads the words as they stand.
"""

_FAULTS = """## Known faults

- Contempt without a bad word, pile-ons that look harmless one by one, and veiled threats are missed oftener
  than plain ones.
- Quoted abuse and counter-speech are flagged oftener than other harmless talk.
- The public data confuse identity words with hate: `hatexplain` and `stormfront` over-represent them,
  `davidson` over-samples slurs, `olid` labels plain political lines offensive, `toxigen` is machine-written,
  `jigsaw_wiki` is Wikipedia talk. The contrast lines and the fairness pairs are there to hold against it.
- An allegation against somebody who is only meant ("he", "the new one") depends on the wording alone.
- A child who is not in the register is found by the shape of a name and by details only.
- The encoder's starting weights know English. Welsh and other languages are judged by register, patterns
  and what little the training lines hold of them.
- The labelled schools and the contrast lines are invented. Real pages differ; watch the dismissed alarms of
  the first weeks.
"""


def write_card(results: Results, path: Path) -> None:
    files = "\n".join(f"| `{name}` | {size:,} | {_WHAT[name]} |" for name, size in results.sizes.items())
    total = sum(results.sizes.values())
    parts = [
        _INTRODUCTION.format(version=VERSION, files=files, total=total),
        "\n".join(_data(results)),
        "\n".join(_results(results)),
        _FAULTS,
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")


_WHAT = {
    "public_abuse.npz": "linear: abusive or not, from public data only",
    "school.npz": "linear: a head for each label and each flag, from labelled school comments",
    "encoder.onnx": "a transformer of 6 layers and 384 numbers in eight bits, a head for each label and flag",
    "joined.npz": "how the opinions are weighed, the thresholds of the three levels, and what is clear",
}


def _data(results: Results) -> Iterator[str]:
    yield "## What they were trained on\n"
    yield "Public abuse data (rows used). Rows of unverified licence (`impermium`) are left out.\n"
    yield "| source | licence | rows |\n|---|---|---:|"
    for (source, licence), count in sorted(results.public_rows.items()):
        yield f"| {source} | {licence} | {count:,} |"
    yield "\nLabelled comments about invented schools, with registers of pupils and staff:\n"
    yield "| school | comments | used for |\n|---|---:|---|"
    for name, count in results.schools.items():
        use = (
            "validation only, never trained on"
            if name == "dev"
            else "training, and left out once for the results below"
        )
        yield f"| {name} | {count} | {use} |"
    yield f"| contrast lines | {results.contrast} | training (our own, see training.md) |"
    yield "\nThe encoder starts from MiniLM-L6 (sentence-transformers, Apache-2.0) and learns from a sample"
    yield "of the public rows before it learns from the schools.\n"


def _results(results: Results) -> Iterator[str]:
    yield "## Results\n"
    yield "Each school is judged with its register loaded by models that have seen none of its comments:"
    yield "schools of the training set by models fitted on the others, `dev` by the shipped ones.\n"
    reports = {**results.left_out, "dev": results.validation}
    yield from _table("F1", reports, lambda report, label: report.label(label).f1)
    yield from _intervals(reports)
    yield from _table("Precision", reports, lambda report, label: report.label(label).precision)
    yield from _table("Recall", reports, lambda report, label: report.label(label).recall)
    yield from _table(
        "Average precision", reports, lambda report, label: report.label(label).average_precision or 0.0
    )
    yield from _calibration(reports)
    yield from _alarms(reports)
    yield from _flags(reports)
    yield from _levels(results.validation)
    yield from _parts("platform", results.validation.platforms)
    yield from _parts("surface", results.validation.surfaces)
    yield from _alone(results)
    yield from _public(results)
    yield "### Fairness\n"
    yield f"```text\n{results.fairness.to_text()}\n```\n"


def _intervals(reports: dict[str, Report]) -> Iterator[str]:
    yield "Mean F1 over the schools with its 95 % interval (comments of each school resampled):\n"
    for label in Label:
        measures = [(report.label(label), report.comments) for report in reports.values()]
        low, high = mean_f1_interval(measures)
        yield f"- {label}: {mean(measure.f1 for measure, _ in measures):.3f} ({low:.3f} to {high:.3f})"
    yield ""


def _levels(report: Report) -> Iterator[str]:
    yield "### What each level finds and misses, on `dev`\n"
    yield "| | level | alarms per 1,000 | of them false | missed of 100 |\n|---|---|---:|---:|---:|"
    for at in report.levels:
        yield (
            f"| {at.measure.name} | {at.level} | {at.alarms:.0f} | {at.false_alarms:.0f} | {at.misses:.0f} |"
        )
    yield ""


def _parts(title: str, parts: Sequence[Part]) -> Iterator[str]:
    yield f"### F1 by {title}, on `dev`\n"
    yield f"| {title} | comments | {' | '.join(Label)} |\n|---|---:|{'---:|' * len(Label)}"
    for part in parts:
        figures = [
            f"{measure.f1:.3f}" if measure.positives >= ENOUGH else "too few" for measure in part.labels
        ]
        yield f"| {part.name} | {part.comments} | {' | '.join(figures)} |"
    yield ""


def _alone(results: Results) -> Iterator[str]:
    yield "### The linear models alone, on `dev`\n"
    yield "As where the encoder cannot run.\n"
    yield "| label | F1 |\n|---|---:|"
    yield from (f"| {label} | {results.alone.label(label).f1:.3f} |" for label in Label)
    hard, other = results.alone.alarms_hard, results.alone.alarms_other
    yield f"| false alarms, hard and other | {hard:.0f} and {other:.0f} |\n"


def _public(results: Results) -> Iterator[str]:
    yield "### The abuse score on public rows held out\n"
    yield "Area under the ROC curve; no register, no context.\n"
    yield "| rows | all models | the public model alone |\n|---|---:|---:|"
    for name, area in results.public_auc.items():
        yield f"| {name} | {area:.3f} | {results.public_auc_alone[name]:.3f} |"
    yield ""


def _table(title: str, reports: dict[str, Report], figure: Callable[[Report, Label], float]) -> Iterator[str]:
    yield f"### {title}\n"
    yield f"| label | {' | '.join(reports)} | mean |\n|---|{'---:|' * (len(reports) + 1)}"
    for label in Label:
        values = [figure(report, label) for report in reports.values()]
        yield f"| {label} | {' | '.join(f'{value:.3f}' for value in values)} | {mean(values):.3f} |"
    yield ""


def _calibration(reports: dict[str, Report]) -> Iterator[str]:
    yield "### Calibration\n"
    yield "A school's comments in order of their score, in ten groups of equally many, equal scores together."
    yield "Expected calibration error: the mean distance of a group's mean score and the share of it that"
    yield "carries the label, each group counting by its comments.\n"
    yield f"| label | {' | '.join(reports)} | mean |\n|---|{'---:|' * (len(reports) + 1)}"
    for label in Label:
        errors = [report.calibration[label].error for report in reports.values()]
        yield f"| {label} | {' | '.join(f'{error:.3f}' for error in errors)} | {mean(errors):.3f} |"
    yield "\nReliability on `dev`, group by group, mean score and share that carries the label:\n"
    for label, one in reports["dev"].calibration.items():
        yield f"- {label}: " + ", ".join(f"{group.score:.2f} {group.given:.2f}" for group in one.groups)
    yield ""


def _alarms(reports: dict[str, Report]) -> Iterator[str]:
    yield "### False alarms per 1,000 harmless comments, and people named\n"
    yield f"| | {' | '.join(reports)} |\n|---|{'---:|' * len(reports)}"
    rows: dict[str, Callable[[Report], str]] = {
        "written to trip a filter": lambda report: f"{report.alarms_hard:.0f}",
        "other harmless": lambda report: f"{report.alarms_other:.0f}",
        "pupils named: recall": lambda report: f"{report.pupils.recall:.3f}",
        "pupils named: precision": lambda report: f"{report.pupils.precision:.3f}",
        "staff named: recall": lambda report: f"{report.staff.recall:.3f}",
    }
    yield from (f"| {name} | {' | '.join(map(figure, reports.values()))} |" for name, figure in rows.items())
    yield ""


def _flags(reports: dict[str, Report]) -> Iterator[str]:
    yield "### Flags, pooled over the schools\n"
    yield "| flag | given | precision | recall |\n|---|---:|---:|---:|"
    for flag in Flag:
        measures = [report.flag(flag) for report in reports.values()]
        given, found, right = (
            sum(getattr(measure, name) for measure in measures) for name in ("positives", "found", "right")
        )
        yield f"| {flag} | {given} | {right / max(found, 1):.3f} | {right / max(given, 1):.3f} |"
    yield ""
