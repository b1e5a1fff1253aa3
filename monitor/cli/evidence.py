"""`evidence verify`: that what is kept, or an export of it, is unchanged."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.export.verify import Checked, check_export
from config.schema import Evidence
from monitor.cli import evidence_log
from monitor.cli.shared import JsonOption, UserError, print_records, say, site
from monitor.evidence.bundle import faults_within
from monitor.evidence.outside import NoCheckpoint, Witnessed, witnessed
from monitor.evidence.stamping.authority import pinned_roots
from monitor.evidence.stamping.errors import NotStamped
from monitor.evidence.stamping.stored import Pinned
from monitor.evidence.verify import verify_store
from monitor.evidence.verify_log import Outside

evidence_app = typer.Typer(help="The sealed evidence.", no_args_is_help=True)
Faults = list[tuple[str, str]]


def add_to(app: typer.Typer) -> None:
    app.add_typer(evidence_app, name="evidence")
    evidence_log.add_to(evidence_app)


@evidence_app.callback()
def about() -> None:
    """The sealed evidence."""


@evidence_app.command()
def verify(
    path: Annotated[
        Path | None, typer.Argument(help="An export: its folder or zip. The store if left out.")
    ] = None,
    since: Annotated[
        Path | None,
        typer.Option(
            "--since",
            help="An earlier checkpoint, or a mail that has one at its foot: shows that the log was not "
            "rewritten since.",
        ),
    ] = None,
    fingerprint: Annotated[
        str | None, typer.Option("--fingerprint", help="Of the log's key, as you know it from elsewhere.")
    ] = None,
    root: Annotated[
        list[str] | None,
        typer.Option(
            "--root",
            help="For an export: SHA-256 of a time-stamping authority's root certificate, as the authority "
            "itself gives it; once for each authority.",
        ),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Look for any changed, missing or added byte; names each item that fails and why."""
    earlier = _earlier(since)
    if path is None and root:
        raise UserError("--root goes with an export; the store is held against the roots of the settings")
    if path is None:
        faults, summary = _verify_store(earlier, fingerprint)
    else:
        faults, summary = _verify_export(path, earlier, fingerprint, root or [])
    if as_json:
        print_records(({"item": item, "why": why} for item, why in faults), (), as_json=True)
    else:
        for item, why in faults:
            say(f"FAILED  {item}: {why}")
        say(f"{len(faults)} faults. {summary}" if faults else f"Everything matches. {summary}")
    if faults:
        raise typer.Exit(1)


def _earlier(since: Path | None) -> Witnessed | None:
    try:
        return None if since is None else witnessed(since)
    except NoCheckpoint as error:
        raise UserError(f"--since: {error}") from error


def _roots(settings: Evidence) -> tuple[Pinned | None, Faults]:
    """The pinned roots of the authorities; a file that cannot be read is a fault and stops nothing else."""
    try:
        return pinned_roots(settings), []
    except NotStamped as error:
        return None, [("evidence.authorities", f"{error}. {error.mend}")]


def _verify_store(earlier: Witnessed | None, fingerprint: str | None) -> tuple[Faults, str]:
    with site() as opened:
        evidence = opened.settings.evidence
        roots, unread = _roots(evidence)
        outside = Outside(earlier, fingerprint, evidence.second_log, roots)
        result = verify_store(opened.database, opened.evidence, opened.school_id, outside)
    at_rest = f" Of these {', '.join(result.at_rest)}." if result.at_rest else ""
    summary = (
        f"{result.leaves} log lines, {result.checkpoints} signed checkpoints, "
        f"{result.evidence} sealed items, {result.held} held for 24 hours.{at_rest}\n"
        f"The log's key: {result.key or 'not signed yet'}"
    )
    for one in result.leftovers:
        summary += f"\nLeft half-written by a crash; no evidence, and removed at the next start: {one}"
    return [*unread, *((fault.item, fault.why) for fault in result.faults)], summary


def _verify_export(
    path: Path, earlier: Witnessed | None, fingerprint: str | None, roots: list[str]
) -> tuple[Faults, str]:
    if not path.exists():
        raise UserError(f"{path}: there is no such file or folder")
    since = earlier.checkpoint.body().encode() if earlier else b""
    checked = check_export(path, faults_within, fingerprint=fingerprint or "", since=since, roots=roots)
    return [(fault.name, fault.why) for fault in checked.faults], _seen(path, checked, fingerprint)


def _seen(path: Path, checked: Checked, fingerprint: str | None) -> str:
    own = "" if fingerprint else " Whose key it is was not checked: give --fingerprint."
    return "\n".join([f"Checked {path}.{own}", *(f"  {line}" for line in checked.found)])
