"""`demo`: the whole job on an invented school; no account and no network needed."""

import sys
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor.cli.shared import UserError, out, warn
from monitor.demo.runner import Shown, run_demo
from monitor.demo.stage import FolderInUse
from monitor.demo.summary import print_summary

FOLDER = Path("demo-school")


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo() -> None:
    """Watch an invented school for a moment; leaves everything under demo-school/."""
    try:
        shown = _with_progress() if sys.stderr.isatty() else _plainly()
    except FolderInUse as error:
        raise UserError(str(error)) from error
    if shown.failed:
        raise typer.Exit(1)


def _with_progress() -> Shown:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as progress:
        bar = progress.add_task("starting")

        def show(shown: Shown) -> None:
            progress.stop()
            print_summary(out(), shown)

        return run_demo(FOLDER, lambda what: progress.update(bar, description=what), show)


def _plainly() -> Shown:
    return run_demo(FOLDER, lambda what: warn(f"… {what}"), lambda shown: print_summary(out(), shown))
