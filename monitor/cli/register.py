"""`register import`: whom the school watches over."""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy.orm import Session

from classifiers.register.consents import Origin, Statement
from classifiers.register.readers import Consent, read_consents, read_pupils, read_staff
from monitor.cli.shared import UserError, login_name, say, site, warn
from monitor.pipeline.judgement import register
from monitor.pipeline.own_pages.consents import Taken, take_list, take_pupils
from monitor.site import Site
from monitor.store import custody

app_ = typer.Typer(help="The school's register of pupils and staff.", no_args_is_help=True)
File = Annotated[Path | None, typer.Option(exists=True, dir_okay=False, readable=True)]


def add_to(app: typer.Typer) -> None:
    app.add_typer(app_, name="register")


@app_.callback()
def about() -> None:
    """The school's register of pupils and staff."""


@app_.command("import")
def import_(
    pupils: File = None,
    staff: File = None,
    consents: File = None,
    by: Annotated[str | None, typer.Option("--by", help="Who imports; your login if left out.")] = None,
) -> None:
    """Replace a register by a CSV file. Nothing changes when a file has a fault.

    Consents are kept in versions: what a list no longer holds ends today, and nothing is overwritten.
    """
    if pupils is None and staff is None and consents is None:
        raise UserError("name at least one of --pupils, --staff, --consents")
    with site() as opened:
        said = _import(opened, pupils, staff, consents, by or login_name())
    for line in said:
        say(line)


def _import(
    opened: Site, pupils: Path | None, staff: Path | None, consents: Path | None, by: str
) -> list[str]:
    """Read every file before anything is written, then write all in one transaction."""
    read_p = read_pupils(pupils, opened.token_key) if pupils else None
    read_s = read_staff(staff) if staff else None
    read_c = read_consents(consents) if consents else None
    for read in (read_p, read_s, read_c):
        for note in read.notes if read else ():
            warn(note)
    with opened.database.write() as session:
        told, taken = [], Taken()
        if read_p:
            register.replace_pupils(session, opened.school_id, read_p.entries)
            taken += take_pupils(session, opened, read_p.entries, by)
            told.append(f"{len(read_p.entries)} pupils")
        if read_s:
            register.replace_staff(session, opened.school_id, read_s.entries)
            told.append(f"{len(read_s.entries)} staff")
        if read_c:
            taken += take_list(session, opened, map(_statement, read_c.entries), Origin.IMPORT, by)
            told.append(f"{len(read_c.entries)} consents")
        register.note_change(session, opened)
        _note(session, opened, taken, by)
    return [f"Imported {', '.join(told)}.", *_of_consents(taken)]


def _statement(entry: Consent) -> Statement:
    return Statement(
        entry.pupil_id, 0, entry.channel, entry.medium, True, entry.valid_from, entry.valid_to,
        entry.document_ref, entry.given_by,
    )  # fmt: skip


def _note(session: Session, opened: Site, taken: Taken, by: str) -> None:
    if taken != Taken():
        custody.note(
            session, opened.school_id, opened.now(), "consents_imported", actor=by,
            added=taken.added, ended=taken.ended, stay_withdrawn=taken.stay_withdrawn,
        )  # fmt: skip


def _of_consents(taken: Taken) -> list[str]:
    lines = []
    if taken.ended:
        lines.append(
            f"{taken.ended} photo consents ended with this. `schoolwatch sweep` finds posts of those pupils."
        )
    if taken.stay_withdrawn:
        lines.append(
            f"{taken.stay_withdrawn} consents in the file begin before a withdrawal that is on record, "
            "and stay withdrawn. A new consent needs a date after it."
        )
    return lines
