"""`occasions`: separate times at which one account wrote about one person, as dates and references."""

from collections.abc import Iterable, Iterator
from typing import Annotated, Any

import typer

from alerts.occasions import EXPLAINED, Occasion
from monitor.cli.incident_course import when
from monitor.cli.incidents import Reference, ReferenceOrCommand
from monitor.cli.shared import JsonOption, UserError, login_name, print_records, say, site
from monitor.pipeline.incidents.occasions import (
    NoReview,
    all_occasions,
    note_views,
    occasions_of,
    review_views,
)
from monitor.site import Site
from monitor.store.incidents import incident_called

occasions_app = typer.Typer(cls=ReferenceOrCommand, invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(occasions_app, name="occasions")


@occasions_app.callback()
def occasions(context: typer.Context, as_json: JsonOption = False) -> None:
    """Separate occasions on which one account wrote about one person; with a reference, of that incident."""
    if context.invoked_subcommand is None:
        _print(None, as_json=as_json)


@occasions_app.command()
def show(reference: Reference, as_json: JsonOption = False) -> None:
    """The occasions of the accounts that wrote in one incident."""
    _print(reference.upper(), as_json=as_json)


def _print(reference: str | None, *, as_json: bool) -> None:
    with site() as opened:
        found = _found(opened, reference)
    columns = ("account", "person", "when", "references")
    print_records(_records(found), columns, as_json=as_json)
    if found and not as_json:
        say()
        say(EXPLAINED)


def _found(opened: Site, reference: str | None) -> tuple[Occasion, ...]:
    """That they are shown is counted in the same transaction."""
    with opened.database.write() as session:
        if reference is None:
            found = all_occasions(session, opened)
        else:
            incident = incident_called(session, opened.school_id, reference)
            found = occasions_of(session, opened, incident)
        note_views(session, opened, found, login_name())
        return found


def _records(found: Iterable[Occasion]) -> Iterator[dict[str, Any]]:
    for one in found:
        yield {
            "account": one.shown_as,
            "person": one.person,
            "began_at": one.began_at,
            "ended_at": one.ended_at,
            "time_known": one.time_known,
            "when": when(one),
            "posts": one.posts,
            "references": list(one.references),
        }


@occasions_app.command()
def review(
    reference: Reference,
    by: Annotated[str, typer.Option("--by", help="Who reviewed it, by name: the data protection officer.")],
    note: Annotated[str, typer.Option("--note", help="Why it is right to look on, or what changes.")],
) -> None:
    """Record the data protection officer's word on many looks at one account."""
    with site() as opened:
        try:
            views = review_views(opened, reference.upper(), by=by, note=note)
        except NoReview as nothing:
            raise UserError(str(nothing)) from nothing
    say(f"{reference.upper()}: recorded that {by} reviewed {views} looks at one account.")
