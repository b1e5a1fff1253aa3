"""`capture`: a picture of a page, or an item's media, because a named person asked for it."""

from typing import Annotated

import typer

from monitor.cli.shared import UserError, say, site, warn
from monitor.pipeline.sealing_up.capturing import Captured, CaptureRefused, Wish
from monitor.pipeline.sealing_up.capturing import capture as carry_out


def add_to(app: typer.Typer) -> None:
    app.command()(capture)


def capture(
    what: Annotated[str, typer.Argument(metavar="REF|ITEM", help="An incident, or the id of a sealed item.")],
    page: Annotated[bool, typer.Option("--page", help="The page, as a browser shows it.")] = False,
    media: Annotated[bool, typer.Option("--media", help="The item's own pictures and films.")] = False,
    by: Annotated[str, typer.Option("--by", help="Who asks for it, by name.")] = "",
    reason: Annotated[str, typer.Option("--reason", help="What it is needed for.")] = "",
) -> None:
    """Capture a page or media, after a person has ruled out an indecent image; refused otherwise."""
    with site() as opened:
        try:
            made = carry_out(opened, what, Wish(by, reason, page=page, media=media))
        except CaptureRefused as refusal:
            raise UserError(str(refusal)) from refusal
    for one in made:
        _tell(one)
    if not all(one.files for one in made):
        raise typer.Exit(1)


def _tell(one: Captured) -> None:
    if one.files:
        say(f"Item {one.item_uid}: capture {one.number} is sealed: {', '.join(sorted(one.files))}")
    for missed in one.missed:
        warn(f"Item {one.item_uid}: not captured: {missed}")
