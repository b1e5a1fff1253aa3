"""The model card: what the models were trained on, how good they are, what they get wrong."""

from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import mean

from classifiers.evaluation import Report
from classifiers.training.run import VERSION, Results
from config.words import Flag, Label

_INTRODUCTION = """# Model card

Written by `./run train` (see [training.md](training.md)); figures are of the models in `classifiers/models/`,
version {version}.

## What they are for

Linear models over hashed words and named features. They put comments about a school in front of a person:
possible **abuse**, possible **defamation**, possible **pupil information**. A score is an estimate of what a
careful senior manager would decide. It is never a finding of fact or law, nothing is removed because of it,
and no author is scored.

Two files are shipped, read without pickle, run with numpy alone:

| file | bytes | what it is |
|---|---:|---|
{files}

`public_abuse` gives its opinion to `school` as one feature among the others; it decides nothing alone.
"""

_FAULTS = """## Known faults

- Sarcasm and contempt without a bad word, pile-ons that look harmless one by one, and threats in veiled words
  are often missed.
- Quoted abuse and counter-speech are still flagged too often, as are jokes that use the words of crime.
- The public data confuse identity words with hate: `hatexplain` and `stormfront` over-represent them,
  `davidson` over-samples slurs, `olid` labels plain political lines offensive, `toxigen` is machine-written,
  `jigsaw_wiki` is Wikipedia talk.
- An allegation against somebody who is only meant ("he", "the new one") depends on the wording alone.
- A child who is not in the register is found by the shape of a name and by details only.
- Welsh and other languages are judged by register, patterns and spelling; the words themselves are mostly
  unknown to the models.
- A very long text is judged as a whole: a short remark in it weighs little.
- The labelled schools are invented. Real pages differ; watch the dismissed alarms of the first weeks.
"""


def write_card(results: Results, path: Path) -> None:
    files = "\n".join(
        f"| `{name}` | {size:,} | {_WHAT.get(name, '')} |" for name, size in results.sizes.items()
    )
    parts = [
        _INTRODUCTION.format(version=VERSION, files=files),
        "\n".join(_data(results)),
        "\n".join(_results(results)),
        _FAULTS,
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(parts), encoding="utf-8")


_WHAT = {
    "public_abuse.npz": "abusive or not, from public data only",
    "school.npz": "a head for each label and each flag, from labelled school comments",
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
    yield ""


def _results(results: Results) -> Iterator[str]:
    yield "## Results\n"
    yield "Each school is judged with its register loaded by models that have seen none of its comments:"
    yield "schools of the training set by models fitted on the others, `dev` by the shipped ones.\n"
    reports = {**results.left_out, "dev": results.validation}
    yield from _table("F1", reports, lambda report, label: report.label(label).f1)
    yield from _table(
        "Average precision", reports, lambda report, label: report.label(label).average_precision or 0.0
    )
    yield from _alarms(reports)
    yield from _flags(reports)
    yield "### The public model alone\n"
    yield "Area under the ROC curve on rows held out.\n"
    yield "| rows | area |\n|---|---:|"
    yield from (f"| {name} | {area:.3f} |" for name, area in results.public_auc.items())
    yield ""


def _table(title: str, reports: dict[str, Report], figure: Callable[[Report, Label], float]) -> Iterator[str]:
    yield f"### {title}\n"
    yield f"| label | {' | '.join(reports)} | mean |\n|---|{'---:|' * (len(reports) + 1)}"
    for label in Label:
        values = [figure(report, label) for report in reports.values()]
        yield f"| {label} | {' | '.join(f'{value:.3f}' for value in values)} | {mean(values):.3f} |"
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
