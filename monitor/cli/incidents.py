"""`incidents`: every matter a person must look at; one of them whole; a ruling on its pictures."""

from collections.abc import Iterator
from typing import Annotated, Any

import typer
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from typer.core import TyperGroup

from config.words import CommunityRole
from monitor.cli.incident_view import show_incident
from monitor.cli.shared import JsonOption, UserError, login_name, print_records, say, site
from monitor.pipeline.incidents.calling import NoCallSheet, call_sheet_of
from monitor.pipeline.incidents.course import remover_of
from monitor.pipeline.incidents.decisions import NoSuchTask
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.recirculation import parent_references
from monitor.pipeline.sealing_up.pictures import Ruled, RulingRefused, rule_on_pictures
from monitor.store.models import Incident, Ruling

Reference = Annotated[str, typer.Argument(help="The incident, such as SW-2026-0001.")]


_TAKES_A_VALUE = frozenset({"--author-role", "--affected-role"})


class ReferenceOrCommand(TyperGroup):
    """`incidents SW-2026-0001` means `incidents show SW-2026-0001`."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        values = {place + 1 for place, one in enumerate(args) if one in _TAKES_A_VALUE}
        words = (one for place, one in enumerate(args) if place not in values)
        first = next((one for one in words if not one.startswith("-")), None)
        if first is not None and first not in self.commands:
            args = ["show", *args]
        return super().parse_args(ctx, args)


incidents_app = typer.Typer(cls=ReferenceOrCommand, invoke_without_command=True)


def add_to(app: typer.Typer) -> None:
    app.add_typer(incidents_app, name="incidents")


@incidents_app.callback()
def incidents(
    context: typer.Context,
    author_role: Annotated[
        CommunityRole | None, typer.Option("--author-role", help="Only what they wrote: staff, pupil …")
    ] = None,
    affected_role: Annotated[
        CommunityRole | None, typer.Option("--affected-role", help="Only what is about them.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Every matter that a person must look at; with a reference, one of them with its words and tasks."""
    if context.invoked_subcommand is not None:
        return
    with site() as opened, opened.database.read() as session:
        columns = ("reference", "severity", "lane", "state", "categories", "opened_at")
        wanted = {"author_role": author_role, "affected_role": affected_role}
        asked = {key: role for key, role in wanted.items() if role is not None}
        rows = (row for row in _records(session, opened.school_id) if asked.items() <= row.items())
        print_records(rows, columns, as_json=as_json)


def _records(session: Session, school_id: int) -> Iterator[dict[str, Any]]:
    query = (
        select(Incident)
        .filter_by(school_id=school_id)
        .options(selectinload(Incident.items))
        .order_by(Incident.id)
    )
    parents = parent_references(session, school_id)
    for incident in session.scalars(query):
        ladder = read_ladder(incident)
        yield {
            "reference": incident.reference,
            "severity": incident.severity,
            "lane": incident.lane,
            "state": incident.state,
            "categories": incident.categories,
            "items": [f"{item.platform}:{item.external_id}" for item in incident.items],
            "opened_at": incident.opened_at,
            "parent": parents.get(incident.id),
            "removed_by": remover_of(ladder),
            "author_role": ladder.matter.author_role,
            "affected_role": ladder.matter.affected_role,
        }


@incidents_app.command()
def show(
    reference: Reference,
    call_sheet: Annotated[
        bool, typer.Option("--call-sheet", help="Whom to ring about a possible indecent image; to print.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """One incident with its words and tasks; with --json, its line of the list."""
    with site() as opened:
        if as_json and not call_sheet:
            with opened.database.read() as session:
                one = [
                    row
                    for row in _records(session, opened.school_id)
                    if row["reference"] == reference.upper()
                ]
            print_records(one, (), as_json=True)
            return
        if not call_sheet:
            show_incident(opened, reference.upper())
            return
        try:
            say(call_sheet_of(opened, reference.upper(), actor=login_name()))
        except (NoCallSheet, NoSuchTask) as refusal:
            raise UserError(str(refusal)) from refusal


@incidents_app.command()
def picture(
    reference: Reference,
    ruled_out: Annotated[
        bool, typer.Option("--ruled-out", help="No picture here is an indecent image of a child.")
    ] = False,
    suspected: Annotated[
        bool, typer.Option("--suspected", help="One may be. Closes everything but the reference, at once.")
    ] = False,
    by: Annotated[str, typer.Option("--by", help="Who rules, by name.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why, without describing a picture.")] = "",
) -> None:
    """Record a person's ruling on the pictures of an incident. Never open a post in order to find out."""
    if ruled_out == suspected:
        raise UserError("say one of the two: --ruled-out or --suspected")
    ruling = Ruling.RULED_OUT if ruled_out else Ruling.SUSPECTED
    with site() as opened:
        try:
            ruled = rule_on_pictures(opened, reference.upper(), ruling, by=by, reason=reason)
        except (RulingRefused, NoSuchTask) as refusal:
            raise UserError(str(refusal)) from refusal
    for line in _told(ruled):
        say(line)


def _told(ruled: Ruled) -> Iterator[str]:
    if ruled.ruling is Ruling.RULED_OUT:
        yield f"{ruled.reference}: recorded for {ruled.items} item(s). What joins later is not ruled on."
        yield f"A named person may now ask for it: schoolwatch capture {ruled.reference} --page --by NAME …"
        return
    yield f"{ruled.reference} is in the indecent-image lane now. All but its reference is closed."
    yield "Do not open its address. Ring the head, the DSL, the LADO and the police now:"
    yield f"  schoolwatch incidents {ruled.reference} --call-sheet"
    if ruled.isolated:
        yield f"{ruled.isolated} capture(s) taken before stay untouched; the call sheet says where they lie."
