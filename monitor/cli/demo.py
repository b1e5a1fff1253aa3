"""`demo`: the whole job on an invented school; no account and no network needed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from monitor.cli.shared import UserError, out, warn
from monitor.demo.runner import Shown, run_demo
from monitor.demo.stage import FolderInUse
from monitor.demo.summary import print_summary, save_picture

FOLDER = Path("demo-school")


def add_to(app: typer.Typer) -> None:
    app.command()(demo)


def demo(
    picture: Annotated[
        Path | None, typer.Option("--picture", help="Save the summary as an SVG too.", hidden=True)
    ] = None,
) -> None:
    """Watch an invented school for a moment; leaves everything under demo-school/."""

    def show(shown: Shown) -> None:
        print_summary(out(), shown)
        if picture is not None:
            save_picture(shown, picture)

    try:
        shown = _with_progress(show) if sys.stderr.isatty() else _plainly(show)
    except FolderInUse as error:
        raise UserError(str(error)) from error
    if shown.failed:
        raise typer.Exit(1)


Show = Callable[[Shown], None]


def _with_progress(show: Show) -> Shown:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, transient=True, console=Console(stderr=True)) as progress:
        bar = progress.add_task("starting")

        def show_alone(shown: Shown) -> None:
            progress.stop()
            show(shown)

        return run_demo(FOLDER, lambda what: progress.update(bar, description=what), show_alone)


def _plainly(show: Show) -> Shown:
    return run_demo(FOLDER, lambda what: warn(f"… {what}"), show)
