"""`export`: a week or an incident as one zip, for whoever is to check it without us."""

from pathlib import Path
from typing import Annotated

import typer

from alerts.export.profiles import Profile
from alerts.export.week import IsoWeek
from alerts.export.writer import BOX, PROOF, ExportMade
from config.schema import Role
from monitor.cli.at_rest import ask_passphrase
from monitor.cli.shared import UserError, login_name, london, say, site, warn
from monitor.evidence.lock_keys import KeyUnusable, read_private, read_public
from monitor.evidence.lockbox import BoxUnreadable
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import ExportRefused, Order, Scope
from monitor.pipeline.exports.proving import give_up_unfinished, making
from monitor.pipeline.telling.weekly_readers import lanes_of
from monitor.site import Site

Week = Annotated[str | None, typer.Option("--week", help="Such as 2026-W47; this week if left out.")]
Incident = Annotated[
    str | None, typer.Option("--incident", help="All of one incident instead, such as SW-2026-0001.")
]
ProfileOption = Annotated[
    Profile,
    typer.Option(
        "--profile",
        help="police: everything of the lanes. host, person: the items of one incident. governors: masked.",
    ),
]
Reader = Annotated[
    Role, typer.Option("--reader", help="For whom: it holds what this role is told of, and counts the rest.")
]
At = Annotated[
    int | None,
    typer.Option("--at", min=1, help="The size of an earlier checkpoint: only what stood there then."),
]
ProducedBy = Annotated[
    str | None,
    typer.Option("--produced-by", help="Who produces the exhibits, which get numbers by initials."),
]
To = Annotated[
    Path | None,
    typer.Option("--to", help="The reader's public key (PEM, X25519): only they can open it then."),
]
UnlockKey = Annotated[
    Path | None, typer.Option("--key", help="The manager's or the recovery key: opens what is locked.")
]
Out = Annotated[Path, typer.Option("--out", help="The folder to write to.")]


def add_to(app: typer.Typer) -> None:
    app.command()(export)


def export(
    week: Week = None,
    incident: Incident = None,
    profile: ProfileOption = Profile.POLICE,
    reader: Reader = Role.SENIOR_MANAGER,
    at: At = None,
    produced_by: ProducedBy = None,
    to: To = None,
    key: UnlockKey = None,
    out: Out = Path(),
) -> None:
    """Write sealed items with proofs, tasks, custody and failures, as one zip that a stranger can check."""
    _may_read(reader)
    if week and incident:
        raise UserError("--week and --incident: give one of the two")
    with site() as opened:
        try:
            order = Order(
                _scope(opened, week, incident), out, reader, profile, at, produced_by, login_name(),
                read_public(to) if to else None,
                read_private(key, ask_passphrase("Passphrase: ")) if key else None,
            )  # fmt: skip
            _tell_given_up(opened)
            made = make_export(opened, order)
        except (BoxUnreadable, ExportRefused, KeyUnusable) as error:
            raise UserError(str(error)) from error
    _tell(made, locked=to is not None)


def _tell_given_up(opened: Site) -> None:
    with making(opened):
        for one in give_up_unfinished(opened):
            began = f"The export of {one.scope} that {one.made_by} began on {london(one.made_at)}"
            warn(f"{began} was cut short. What was written of it is erased; ask again if it is needed.")


def _may_read(reader: Role) -> None:
    if not lanes_of(reader):
        told = ", ".join(role for role in Role if lanes_of(role))
        raise UserError(f"--reader {reader}: nobody in this role is shown incidents; use one of {told}")


def _tell(made: ExportMade, *, locked: bool) -> None:
    proof = made.path.with_name(made.path.name.removesuffix(BOX) + PROOF)
    say(f"Wrote {made.path}\nSHA-256 {made.sha256}\nIts line in the log is proven in {proof.name}.")
    if locked:
        say("It is locked to the reader's key. They open it with:")
        say(f"schoolwatch evidence unbox {made.path.name} --key KEY --out NAME.zip")
    else:
        say(f"Check it with: schoolwatch evidence verify {made.path}")


def _scope(opened: Site, week: str | None, incident: str | None) -> Scope:
    if incident:
        return Scope(incident=incident)
    try:
        wanted = IsoWeek.parse(week) if week else IsoWeek.of(opened.now())
    except ValueError as error:
        raise UserError(f"--week {week}: {error}") from error
    if wanted.start > opened.now():
        raise UserError(f"--week {wanted}: this week has not begun")
    return Scope(week=wanted)
