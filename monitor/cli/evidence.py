"""`evidence verify` and `export`: what can be shown, and that it is unchanged."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.export.verify import verify_export
from alerts.export.week import IsoWeek
from config.schema import Role
from monitor.cli.shared import JsonOption, UserError, login_name, print_records, say, site
from monitor.evidence.bundle import faults_within
from monitor.evidence.verify import verify_store
from monitor.pipeline.weekly import export_week
from monitor.pipeline.weekly_readers import lanes_of

evidence_app = typer.Typer(help="The sealed evidence.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(evidence_app, name="evidence")
    app.command()(export)


@evidence_app.callback()
def about() -> None:
    """The sealed evidence."""


@evidence_app.command()
def verify(
    path: Annotated[
        Path | None, typer.Argument(help="An export: its folder or zip. The store if left out.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look for any changed, missing or added byte; names each item that fails and why."""
    faults, summary = _verify_export(path) if path else _verify_store()
    if as_json:
        print_records(({"item": item, "why": why} for item, why in faults), (), as_json=True)
    else:
        for item, why in faults:
            say(f"FAILED  {item}: {why}")
        say(f"{len(faults)} faults. {summary}" if faults else f"Everything matches. {summary}")
    if faults:
        raise typer.Exit(1)


def _verify_store() -> tuple[list[tuple[str, str]], str]:
    with site() as opened:
        result = verify_store(opened.database, opened.evidence, opened.school_id)
    summary = f"{result.leaves} log lines, {result.evidence} sealed items, {result.held} held for 24 hours."
    return [(fault.item, fault.why) for fault in result.faults], summary


def _verify_export(path: Path) -> tuple[list[tuple[str, str]], str]:
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder")
    faults = verify_export(path, check_items=faults_within)
    return [(fault.name, fault.why) for fault in faults], f"Checked {path}."


def export(
    week: Annotated[
        str | None, typer.Option("--week", help="Such as 2026-W47; this week if left out.")
    ] = None,
    reader: Annotated[
        Role,
        typer.Option("--reader", help="For whom: it holds what this role is told of, and counts the rest."),
    ] = Role.SENIOR_MANAGER,
    out: Annotated[Path, typer.Option("--out", help="The folder to write to.")] = Path(),
) -> None:
    """Write the sealed items of a week, with tasks, custody and failures, as one zip."""
    if not lanes_of(reader):
        told = ", ".join(role for role in Role if lanes_of(role))
        raise UserError(f"--reader {reader}: nobody in this role is shown incidents; use one of {told}")
    with site() as opened:
        try:
            wanted = IsoWeek.parse(week) if week else IsoWeek.of(opened.now())
        except ValueError as error:
            raise UserError(f"--week {week}: {error}") from error
        if wanted.start > opened.now():
            raise UserError(f"--week {wanted}: this week has not begun")
        made = export_week(opened, wanted, out, reader, actor=login_name())
    say(f"Wrote {made.path}\nSHA-256 {made.sha256}")
