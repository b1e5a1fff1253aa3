"""`critical`: a critical incident at school (Nunney 2.9), and what it asks of everybody."""

from typing import Annotated

import typer

from monitor.cli.shared import UserError, login_name, london, say, site
from monitor.pipeline.own_pages import critical as mode

critical_app = typer.Typer(help="A critical incident at school (Nunney 2.9).", invoke_without_command=True)
By = Annotated[str | None, typer.Option("--by", help="Who decides; your login name unless given.")]

_TO_DO = (
    "Pause posts that are planned in the platforms' own schedulers, and post nothing new.",
    "Close comments under the newest own posts, where the platform lets you.",
    "Ask staff not to post: schoolwatch letters new makes the message, the head approves it.",
    "Journalists and parents are answered by one person, not on social media.",
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(critical_app, name="critical")


@critical_app.callback()
def critical(context: typer.Context) -> None:
    """Whether one is on, since when and by whose word."""
    if context.invoked_subcommand is not None:
        return
    with site() as opened, opened.database.read() as session:
        row = mode.current(session, opened)
        say(f"On since {london(row.started_at)}, started by {row.started_by}." if row else "None is on.")


@critical_app.command()
def start(
    reason: Annotated[
        str, typer.Option("--reason", help="What has happened, in a few words, without names.")
    ] = "",
    by: By = None,
) -> None:
    """Look every minute, and say on every screen that it is on."""
    with site() as opened:
        try:
            mode.start(opened, by=by or login_name(), reason=reason)
        except mode.CriticalRefused as refusal:
            raise UserError(str(refusal)) from refusal
    say("On. Every source is read each minute now. What a person has to do:")
    for number, words in enumerate(_TO_DO, start=1):
        say(f"  {number}. {words}")


@critical_app.command()
def end(by: By = None) -> None:
    """Back to the usual intervals."""
    with site() as opened:
        try:
            mode.end(opened, by=by or login_name())
        except mode.CriticalRefused as refusal:
            raise UserError(str(refusal)) from refusal
    say("Ended. Sources are read as the settings say.")
