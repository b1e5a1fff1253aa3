"""`classify` and `evaluate`: the judgement by itself. Nothing is stored."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TextIO

import typer

from classifiers.evaluation import evaluate as measure
from classifiers.evaluation import read_labelled
from classifiers.fairness import gap_report
from classifiers.interface import Comment, Judge, Register
from classifiers.jsonlines import BadLine, judgement_to_json, read_comments
from config.mistakes import SettingsError
from monitor.cli.shared import JsonOption, UserError, config_path, say, settings, warn
from monitor.pipeline.judgement.judges import judge_for, site_judge
from monitor.site import open_site

BATCH = 256
_FAIRNESS = "The same said of different people, and in different English (shipped twins):"


def add_to(app: typer.Typer) -> None:
    app.command()(classify)
    app.command()(evaluate)


def classify(
    file: Annotated[
        Path | None, typer.Argument(help="JSON lines with id and text; stdin if left out.")
    ] = None,
) -> None:
    """Judge comments: JSON lines in, JSON lines out. A bad line is named and the rest goes on."""
    judge, bad = _judge(), False
    with _lines(file) as lines:
        for batch in _batches(read_comments(lines)):
            good = [row for _, row in batch if isinstance(row, Comment)]
            for row in (row for _, row in batch if isinstance(row, BadLine)):
                bad = True
                warn(f"{file or 'stdin'}: {row}")
            _write(judge, good)
    if bad:
        raise typer.Exit(1)


def _write(judge: Judge, comments: list[Comment]) -> None:
    for judgement in judge.judge(comments):
        sys.stdout.write(json.dumps(judgement_to_json(judgement)) + "\n")
    sys.stdout.flush()


def _batches(rows: Iterable[tuple[int, Comment | BadLine]]) -> Iterator[list[tuple[int, Comment | BadLine]]]:
    batch: list[tuple[int, Comment | BadLine]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    yield batch


def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled JSON lines.")], as_json: JsonOption = False
) -> None:
    """Measure the judgement on labelled comments: precision, recall, F1, false alarms."""
    with _lines(file) as lines:
        rows, bad = read_labelled(lines)
    for line in bad:
        warn(f"{file}: {line}")
    if not rows:
        raise UserError(f"{file}: no labelled comment in it; expected JSON lines with id, text and labels")
    judge = _judge()
    report, fairness = measure(judge, rows), gap_report(judge)
    if as_json:
        told = report.to_json() | {"fairness": fairness.to_json()}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        say(f"{report.to_text()}\n\n{_FAIRNESS}\n{fairness.to_text()}")
    if bad:
        raise typer.Exit(1)


def _judge() -> Judge:
    """With the imported register; without any settings, with none, and that is said."""
    try:
        found = settings()
    except SettingsError:
        if config_path() is not None or Path("schoolwatch.toml").exists():
            raise
        warn("No settings here, so no register is known: names are judged by their shape alone.")
        return judge_for(Register(), None)
    site = open_site(found, line_up=False)
    try:
        return site_judge(site)
    finally:
        site.close()


@contextmanager
def _lines(file: Path | None) -> Iterator[TextIO]:
    """The lines of a file or of stdin. Bytes that are no UTF-8 become U+FFFD, not an error of the rest."""
    if file is None:
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]  # always a TextIOWrapper here
        yield sys.stdin
        return
    try:
        with file.open(encoding="utf-8", errors="replace") as opened:
            yield opened
    except IsADirectoryError as error:
        raise UserError(f"{file}: is a folder; expected a file of JSON lines") from error
    except FileNotFoundError as error:
        raise UserError(f"{file}: there is no such file") from error
