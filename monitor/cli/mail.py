"""`mail`: what waits for another try, and what was refused for good."""

from collections.abc import Iterator
from typing import Any

import typer
from sqlalchemy.orm import Session

from monitor.cli.shared import JsonOption, print_records, site
from monitor.pipeline.undelivered import role_of
from monitor.pipeline.unsent import unsent
from monitor.site import Site


def add_to(app: typer.Typer) -> None:
    app.command()(mail)


def mail(as_json: JsonOption = False) -> None:
    """Mails that were tried and did not leave, and why. What waits is tried again by itself."""
    columns = ("id", "kind", "recipient", "state", "attempts", "next_attempt_at", "last_error")
    with site() as opened, opened.database.read() as session:
        print_records(_records(session, opened), columns, as_json=as_json)


def _records(session: Session, opened: Site) -> Iterator[dict[str, Any]]:
    for row in unsent(session, opened.school_id):
        yield {
            "id": row.id,
            "kind": row.kind,
            "recipient": role_of(opened, row.recipient),
            "state": str(row.state),
            "attempts": row.attempts,
            "created_at": row.created_at,
            "next_attempt_at": row.next_attempt_at if row.state == "queued" else None,
            "last_error": row.last_error,
        }
