"""`console`: serve the pages alone, in the foreground; `run` serves them beside its other work."""

import typer

from monitor.cli.shared import UserError, say, site
from monitor.console.serving import CannotServe, PageServer


def add_to(app: typer.Typer) -> None:
    app.command()(console)


def console() -> None:
    """Serve the pages that links lead to, until it is stopped with Ctrl-C."""
    with site() as opened:
        public_url = opened.settings.console.public_url
        if public_url is None:
            raise UserError("the settings name no console.public_url, so no link leads to a page; add one")
        try:
            server = PageServer(opened)
        except CannotServe as refusal:
            raise UserError(str(refusal)) from refusal
        say(f"Listening on {opened.settings.console.listen}; links begin with {public_url}.")
        server.serve()
