"""`evidence unbox`: open an export that was locked to its reader. Needs no settings and no school."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.export.writer import write_whole
from monitor.cli.at_rest import ask_passphrase
from monitor.cli.evidence import evidence_app
from monitor.cli.shared import UserError, say
from monitor.evidence.lock_keys import KeyUnusable, read_private
from monitor.evidence.lockbox import BoxUnreadable, header_of, opened


def add_to(_: typer.Typer) -> None:
    evidence_app.command()(unbox)


def unbox(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The export: NAME.zip.box.")],
    key: Annotated[Path, typer.Option("--key", help="The private key (PEM, X25519) it was locked to.")],
    out: Annotated[Path, typer.Option("--out", help="The zip to write; must not exist yet.")],
) -> None:
    """Write the zip of an export that was made with --to. An empty passphrase is none."""
    if out.exists():
        raise UserError(f"--out {out}: this exists already; choose another name")
    try:
        box = file.read_bytes()
        name = header_of(box).aad
        files = opened(box, read_private(key, ask_passphrase("Passphrase: ")))
    except OSError as error:
        raise UserError(f"{file}: cannot be read ({error.strerror})") from error
    except (BoxUnreadable, KeyUnusable) as error:
        raise UserError(f"{file}: {error}") from error
    if [one.encode() for one in files] != [name]:
        raise UserError(f"{file}: this is a box of something else than an export")
    write_whole(out, files[name.decode()])
    say(f"Wrote {out} (made as {name.decode()})\nCheck it with: schoolwatch evidence verify {out}")
