"""`card ITEM --out FILE`: one page with an item's sealed words, always possible without any network."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.export.sheets import text_card
from alerts.export.writer import write_flushed
from monitor.cli.shared import UserError, login_name, say, site
from monitor.pipeline.sealing_up.cards import NoCard, card_facts, find_item
from monitor.store.evidence_door import EXPORTED, Access


def add_to(app: typer.Typer) -> None:
    app.command()(card)


def card(
    item: Annotated[
        str, typer.Argument(metavar="ITEM", help="Its number, platform:id, or its incident's reference.")
    ],
    out: Annotated[Path, typer.Option("--out", help="The PDF to write; must not exist yet.")],
    by: Annotated[str | None, typer.Option("--by", help="Who asks; your login name unless given.")] = None,
    reason: Annotated[
        str, typer.Option("--reason", help="What it is for; kept in the custody record.")
    ] = "a text card",
) -> None:
    """Draw the text card of a sealed item: words, author, place, times and hashes on one page."""
    if out.exists():
        raise UserError(f"--out {out}: this file exists already; choose another name")
    if not out.parent.is_dir():
        raise UserError(f"--out {out}: there is no folder {out.parent}")
    access = Access(
        actor=by or login_name(), role="command line", purpose=reason, authority="the school", action=EXPORTED
    )
    try:
        with site() as opened:
            with opened.database.read() as session:
                uid = find_item(session, opened.school_id, item)
            drawn = text_card(card_facts(opened, uid, access))
    except NoCard as no:
        raise UserError(str(no)) from no
    write_flushed(out, drawn)
    say(f"Wrote {out}")
