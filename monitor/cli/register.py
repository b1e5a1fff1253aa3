"""`register import`: whom the school watches over."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from classifiers.register.readers import Consent, read_consents, read_pupils, read_staff
from monitor.cli.shared import UserError, say, site, warn
from monitor.pipeline import register
from monitor.site import Site

app_ = typer.Typer(help="The school's register of pupils and staff.", no_args_is_help=True)
File = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


def add_to(app: typer.Typer) -> None:
    app.add_typer(app_, name="register")


@app_.callback()
def about() -> None:
    """The school's register of pupils and staff."""


@app_.command("import")
def import_(pupils: File = None, staff: File = None, consents: File = None) -> None:
    """Replace a register by a CSV file. Nothing changes when a file has a fault."""
    if pupils is None and staff is None and consents is None:
        raise UserError("name at least one of --pupils, --staff, --consents")
    with site() as opened:
        said = _import(opened, pupils, staff, consents)
    for line in said:
        say(line)


def _import(opened: Site, pupils: Path | None, staff: Path | None, consents: Path | None) -> list[str]:
    """Read every file before anything is written, then write all in one transaction."""
    read_p = read_pupils(pupils, opened.token_key) if pupils else None
    read_s = read_staff(staff) if staff else None
    read_c = read_consents(consents) if consents else None
    for read in (read_p, read_s, read_c):
        for note in read.notes if read else ():
            warn(note)
    said = []
    with opened.database.write() as session:
        if read_p:
            register.replace_pupils(session, opened.school_id, read_p.entries)
            said.append(f"{len(read_p.entries)} pupils")
        if read_s:
            register.replace_staff(session, opened.school_id, read_s.entries)
            said.append(f"{len(read_s.entries)} staff")
        if read_c:
            said.append(_consents(session, opened, read_c.entries))
        register.note_change(session, opened)
    return [f"Imported {', '.join(said)}."]


def _consents(session: Session, opened: Site, entries: tuple[Consent, ...]) -> str:
    register.replace_consents(session, opened.school_id, entries)
    return f"{len(entries)} consents"
