"""`mail`: what waits for another try or for the morning, what was refused for good, and what came back."""

from pathlib import Path
from typing import Annotated, Any

import typer

from alerts.mail.bounce import NotABounce
from monitor.cli.shared import JsonOption, UserError, login_name, print_records, say, site
from monitor.pipeline.telling.bounces import CameBack, NoSuchMail, note_bounce
from monitor.pipeline.telling.undelivered import role_of
from monitor.pipeline.telling.unsent import held, unsent
from monitor.site import Site
from monitor.store.models import OutgoingMail

group = typer.Typer(invoke_without_command=True, help="Mails that did not leave, are held, or came back.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(group, name="mail")


@group.callback()
def mail(
    context: typer.Context,
    as_json: JsonOption = False,
    show_held: Annotated[
        bool, typer.Option("--held", help="What waits for the end of the quiet hours or the daily mail.")
    ] = False,
) -> None:
    """Mails that were tried and did not leave, and why. What waits is tried again by itself."""
    if context.invoked_subcommand is not None:
        return
    columns = ("id", "kind", "recipient", "state", "attempts", "next_attempt_at", "last_error")
    held_columns = ("id", "kind", "recipient", "held_until", "created_at")
    with site() as opened, opened.database.read() as session:
        found = (held if show_held else unsent)(session, opened.school_id)
        records = (_record(opened, row) for row in found)
        print_records(records, held_columns if show_held else columns, as_json=as_json)


def _record(opened: Site, row: OutgoingMail) -> dict[str, Any]:
    return {
        "id": row.id,
        "kind": row.kind,
        "recipient": role_of(opened, row.recipient),
        "state": str(row.state),
        "attempts": row.attempts,
        "created_at": row.created_at,
        "next_attempt_at": row.next_attempt_at if row.state == "queued" else None,
        "last_error": row.last_error,
        "held_until": row.held_until,
        "channel": row.channel,
    }


@group.command()
def bounce(
    file: Annotated[Path, typer.Argument(help="The notice as a file (.eml), as it came.")],
    by: Annotated[str | None, typer.Option(help="Who hands it in; your login name if left out.")] = None,
) -> None:
    """Hand in a notice that a mail could not be delivered: the second contact is told what it said."""
    with site() as opened:
        try:
            came_back = note_bounce(opened, file.read_bytes(), by=by or login_name())
        except (NotABounce, NoSuchMail) as wrong:
            raise UserError(f"{file}: {wrong}") from wrong
    say(_said(came_back))


def _said(one: CameBack) -> str:
    what = f"Mail {one.mail_id}, the {one.kind} to the {one.role}"
    if one.outcome == "delayed":
        return f"{what}, is only delayed: the mail server still tries. Nothing was done."
    if one.outcome == "known":
        return f"{what}, is known to have failed. Nothing was done."
    mend = "Somebody else has been told what it asked. Correct the address in [[people]]."
    return f"{what}, came back: {one.words}\n{mend}"
