"""`incidents hide | unhide | delete`: on the school's own page, one decision each."""

from typing import Annotated

import typer

from alerts.ladder.state import LadderRefused
from monitor.cli.incidents import Reference, incidents_app
from monitor.cli.shared import UserError, login_name, say, site
from monitor.pipeline.incidents.decisions import NoSuchTask
from monitor.pipeline.own_pages.own_page import Acted, ActRefused, Wanted, act_next, decide_act
from monitor.store.models import ActKind, ActState

By = Annotated[str | None, typer.Option("--by", help="Who decides; your login name unless given.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept with the decision.")]


def add_to(_: typer.Typer) -> None:
    """Below `incidents`, which is on the command line already."""
    for command in (hide, unhide, delete):
        incidents_app.command()(command)


def hide(reference: Reference, reason: Reason = "", by: By = None) -> None:
    """Hide it on our page. It can be undone, and the evidence is sealed already."""
    _act(reference, ActKind.HIDE, by, reason)


def unhide(reference: Reference, reason: Reason = "", by: By = None) -> None:
    """Show again what was hidden. It is in public from then on."""
    _act(reference, ActKind.UNHIDE, by, reason)


def delete(reference: Reference, reason: Reason = "", by: By = None) -> None:
    """Delete on our page what was hidden before. This cannot be undone."""
    _act(reference, ActKind.DELETE, by, reason)


def _act(reference: str, kind: ActKind, by: str | None, reason: str) -> None:
    with site() as opened:
        try:
            numbers = decide_act(opened, reference.upper(), Wanted(kind, by or login_name(), reason))
        except (ActRefused, LadderRefused, NoSuchTask) as refusal:
            hint = " Give it with --reason." if not reason else ""
            raise UserError(f"{refusal}{hint}") from refusal
        while (acted := act_next(opened, numbers)) is not None:
            _say(reference.upper(), acted)


_DONE = {
    ActKind.HIDE: "hidden on our page",
    ActKind.UNHIDE: "shown again; close the incident if nothing more is to be done",
    ActKind.DELETE: "deleted on our page",
}


def _say(reference: str, acted: Acted) -> None:
    if acted.state is ActState.DONE:
        say(f"{reference}: {_DONE[acted.kind]}.")
        if acted.kind is ActKind.HIDE:
            say(f"Mind: {acted.when_hidden}")
    elif acted.state is ActState.PLANNED:
        say(f"{reference}: not answered yet ({acted.words}); the service tries again by itself.")
    else:
        raise UserError(f"{reference}: the platform did not do it ({acted.words}); see its open tasks")
