"""`evidence keys`, `evidence unlock`, `hold`, `retention`, `erase`: what is locked, kept, and let go."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from getpass import getpass
from pathlib import Path
from typing import Annotated, Any

import typer

from config.schema import Role
from monitor.cli.evidence import evidence_app
from monitor.cli.shared import LONDON, JsonOption, UserError, login_name, print_records, say, site, warn
from monitor.evidence.lock_keys import (
    SHORTEST_PASSPHRASE,
    KeyUnusable,
    check_passphrase,
    read_private,
    read_public,
    write_new_pair,
)
from monitor.evidence.lockbox import BoxUnreadable, key_id
from monitor.pipeline.at_rest.erasing import ErasureRefused, Request, erase_on_request
from monitor.pipeline.at_rest.holds import HoldRefused, holds, release_hold, set_hold, today_in_london
from monitor.pipeline.at_rest.keeping import Kept, erase_due, erasures, plan
from monitor.pipeline.at_rest.locking import lock_due
from monitor.pipeline.at_rest.periods import periods
from monitor.pipeline.at_rest.unlocking import Opener, Unlocked, UnlockedItem, UnlockRefused, unlock
from monitor.pipeline.sealing_up.capture_locking import lock_captures, unlocked_captures
from monitor.site import Site

keys_app = typer.Typer(help="The keys that closed evidence is locked to.", no_args_is_help=True)
hold_app = typer.Typer(help="Legal holds: nothing of a held incident ends.", no_args_is_help=True)
By = Annotated[str | None, typer.Option("--by", help="Who does it; your login name unless given.")]
Reference = Annotated[str, typer.Argument(metavar="REF", help="The incident, such as SW-2026-0001.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the custody record.")]


def add_to(app: typer.Typer) -> None:
    evidence_app.add_typer(keys_app, name="keys")
    evidence_app.command("unlock")(unlock_command)
    app.add_typer(hold_app, name="hold")
    app.command()(retention)
    app.command()(erase)


# --- keys -------------------------------------------------------------------------------------------


@keys_app.callback()
def about_keys() -> None:
    """The keys that closed evidence is locked to."""


@keys_app.command("new")
def new_keys(
    out: Annotated[Path, typer.Option("--out", help="The private key's file; FILE.pub.pem goes beside it.")],
) -> None:
    """Make a pair of keys. Make two, on two sticks: the manager's, and one for recovery."""
    passphrase = ask_passphrase(f"Passphrase ({SHORTEST_PASSPHRASE} characters or more): ")
    with _in_words():
        check_passphrase(passphrase)
    if ask_passphrase("The same again: ") != passphrase:
        raise UserError("the two passphrases differ; nothing was written")
    with _in_words():
        public = write_new_pair(out, passphrase)
    say(f"{out}: the private key, under your passphrase. Nobody can make it again, and nobody knows the")
    say("  passphrase but you: write it down and lock it away. Move this file to a stick that the manager")
    say("  keeps, and take it off this machine; the recovery key goes to another place, such as the safe.")
    say(f"{public}: the public key. Copy it beside the settings and name it under [evidence]:")
    say(f'  manager_key = "{public.name}"   (or recovery_key for the second pair)')
    say(f"Key id {key_id(read_public(public))}")


def ask_passphrase(prompt: str) -> str:
    """Unseen from a terminal; from a script, one line of its standard input."""
    if sys.stdin.isatty():
        return getpass(prompt)
    line = sys.stdin.readline()
    if not line:
        raise UserError("no passphrase was given; expected it at the terminal, or a line on standard input")
    return line.rstrip("\n")


# --- unlock -----------------------------------------------------------------------------------------


def unlock_command(
    reference: Reference,
    key: Annotated[Path, typer.Option("--key", help="The private key: the manager's, or for recovery.")],
    by: Annotated[str, typer.Option("--by", help="Who unlocks it.")],
    reason: Reason,
    role: Annotated[Role, typer.Option("--role", help="In what role.")] = Role.SENIOR_MANAGER,
    out: Annotated[
        Path | None, typer.Option("--out", help="A folder that is not there yet: the sealed files go there.")
    ] = None,
) -> None:
    """Open locked evidence: shows its words, writes its files. An open incident's is put back for good."""
    if out is not None and out.exists():
        raise UserError(f"{out}: exists already and was left as it is; name another folder")
    if not key.exists():
        raise UserError(f"{key}: there is no such key; is the stick in the machine?")
    with _in_words():
        private = read_private(key, ask_passphrase("Passphrase: "))
    with site() as opened, _in_words():
        found = unlock(opened, reference.upper(), private, Opener(by, role, reason))
        captures = unlocked_captures(opened, found.reference, private, by=by, reason=reason) if out else {}
    for item in found.items:
        _show(item)
    if out is not None:
        _write_out(found, captures, out)
    _say_outcome(found, out)


def _say_outcome(found: Unlocked, out: Path | None) -> None:
    if found.restored:
        say(
            f"{found.reference} is open: its evidence stands in clear again until it has been closed 14 days."
        )
    else:
        say(f"{found.reference} is closed: its evidence stays locked; this look is in the custody record.")
    if out is not None:
        say(f"{out}: the sealed files, readable by this account alone. Delete the folder after use.")
    if any(item.faults for item in found.items):
        raise typer.Exit(1)


def _show(item: UnlockedItem) -> None:
    author = item.words["author_name"] or item.words["author_handle"] or "author not shown by the platform"
    say(f"{item.uid}  {author}  {item.url}")
    text = item.words["text"] or "(no words)"
    say(
        "  "
        + "".join(one if one.isprintable() or one == "\n" else "\N{REPLACEMENT CHARACTER}" for one in text)
    )
    for why in item.faults:
        warn(f"FAILED  {item.uid}: {why}")


def _write_out(found: Unlocked, captures: Mapping[str, Mapping[str, bytes]], out: Path) -> None:
    """Readable by its owner alone, whatever the umask is."""
    out.mkdir(mode=0o700, parents=True)
    for item in found.items:
        folder = out / item.uid
        folder.mkdir(mode=0o700)
        for name, content in {**item.files, **captures.get(item.uid, {})}.items():
            (folder / name).parent.mkdir(mode=0o700, exist_ok=True)
            (folder / name).touch(mode=0o600)
            (folder / name).write_bytes(content)


# --- hold -------------------------------------------------------------------------------------------


@hold_app.callback()
def about_holds() -> None:
    """Legal holds: nothing of a held incident ends, by itself or by hand."""


@hold_app.command("set")
def set_command(
    reference: Reference,
    reason: Reason,
    approved_by: Annotated[str, typer.Option("--approved-by", help="Who approved it.")],
    review: Annotated[
        datetime, typer.Option("--review", formats=["%Y-%m-%d"], help="When it is looked at again.")
    ],
    by: By = None,
) -> None:
    """Keep everything of an incident until the hold is released. Set again, it gets a new review date."""
    who = by or login_name()
    with site() as opened, _in_words():
        set_hold(opened, reference, reason=reason, approved_by=approved_by, by=who, review=review.date())
    say(f"{reference.upper()} is held until somebody releases it; review on {review.date()}.")


@hold_app.command("release")
def release_command(reference: Reference, reason: Reason, by: By = None) -> None:
    """End the hold; the incident's period goes on as if it had not been."""
    with site() as opened, _in_words():
        release_hold(opened, reference, reason, by or login_name())
    say(f"{reference.upper()} is no longer held.")


@hold_app.command("list")
def list_command(as_json: JsonOption = False) -> None:
    """Every hold with its reason and review date; open incidents are held by themselves."""
    with site() as opened, opened.database.read() as session:
        today = today_in_london(opened.now())
        records = [
            {
                "reference": one.reference,
                "reason": one.reason,
                "approved_by": one.approved_by,
                "set_at": one.set_at,
                "review_on": one.review_on.isoformat(),
                "overdue": one.overdue(today),
            }
            for one in holds(session, opened)
        ]
    columns = ("reference", "reason", "approved_by", "set_at", "review_on", "overdue")
    _print_dated(records, columns, as_json=as_json)


# --- retention and erasure --------------------------------------------------------------------------


def retention(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show; nothing is locked or erased.")
    ] = False,
    done: Annotated[
        bool, typer.Option("--done", help="List what was erased, by which rule and when.")
    ] = False,
    rules: Annotated[
        bool, typer.Option("--rules", help="List the periods and where each comes from.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Lock and let go what is due, and show what goes when and why. The daemon does the same every hour."""
    with site() as opened:
        if rules:
            _print_rules(opened, as_json=as_json)
            return
        if done:
            _print_done(opened, as_json=as_json)
            return
        told = None if dry_run else (lock_due(opened) + lock_captures(opened), erase_due(opened))
        _print_plan(opened, as_json=as_json)
    if told is not None and not as_json:
        say(f"Locked {told[0]} incidents and captures, let go {told[1]} things that were over.")


def _print_plan(opened: Site, *, as_json: bool) -> None:
    now = opened.now()
    records = [_planned(one, now) for one in plan(opened)]
    _print_dated(records, ("what", "ends_at", "rule", "period", "locked", "why_not_yet"), as_json=as_json)


def _planned(one: Kept, now: datetime) -> dict[str, Any]:
    waits = one.held or ("nothing ends it but a person" if one.ends_at is None else None)
    return {
        "what": one.subject,
        "kind": one.kind,
        "ends_at": one.ends_at,
        "due": one.due(now),
        "rule": one.period.name,
        "period": one.period.shown,
        "source": one.period.source,
        "locked": one.locked,
        "why_not_yet": waits,
    }


def _print_done(opened: Site, *, as_json: bool) -> None:
    with opened.database.read() as session:
        records = [
            {
                "id": row.id,
                "at": row.at,
                "kind": row.kind,
                "what": row.subject,
                "reference": row.reference,
                "rule": row.rule,
                "reason": row.reason,
                "by": row.by,
                "second": row.second,
            }
            for row in erasures(session, opened)
        ]
    _print_dated(records, ("id", "at", "kind", "what", "rule", "reason", "by", "second"), as_json=as_json)


def _print_dated(records: list[dict[str, Any]], columns: tuple[str, ...], *, as_json: bool) -> None:
    """As a table with the year: these times lie years apart."""
    for record in () if as_json else records:
        moments = {key: value for key, value in record.items() if isinstance(value, datetime)}
        record |= {key: f"{at.astimezone(LONDON):%d %b %Y %H:%M}" for key, at in moments.items()}
    print_records(records, columns, as_json=as_json)


def _print_rules(opened: Site, *, as_json: bool) -> None:
    records = [
        {
            "rule": one.name,
            "what": one.title,
            "period": one.shown,
            "counted_from": one.counted_from,
            "source": one.source,
            "confirmed": one.confirmed,
        }
        for one in periods(opened).values()
    ]
    print_records(records, ("rule", "what", "period", "counted_from", "source"), as_json=as_json)


def erase(
    item: Annotated[str, typer.Argument(metavar="ITEM", help="Its id here, or PLATFORM:ID.")],
    reason: Reason,
    by: Annotated[str, typer.Option("--by", help="Who erases it.")],
    second: Annotated[
        str | None, typer.Option("--second", help="Who agreed: needed before its period is over.")
    ] = None,
) -> None:
    """Erase one item for good (data protection request). Its lines in the log stay, and tell nothing."""
    with site() as opened, _in_words():
        uid = erase_on_request(opened, item, Request(reason, by, second))
    say(f"{uid} is erased. `schoolwatch retention --done` lists it.")


@contextmanager
def _in_words() -> Iterator[None]:
    """What was refused is said as a mistake of the command line."""
    try:
        yield
    except (BoxUnreadable, ErasureRefused, HoldRefused, KeyUnusable, UnlockRefused) as refused:
        raise UserError(str(refused)) from refused
