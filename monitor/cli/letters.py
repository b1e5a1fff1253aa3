"""`letters`: made from what the incident knows, approved, then sent or printed by a person."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from rich.markup import escape

from alerts.export.writer import write_flushed
from alerts.ladder.words import Override
from alerts.letters.filling import slots
from alerts.letters.kinds import RULES, LetterKind
from alerts.letters.mails import as_text
from config.schema import Role
from monitor.cli.letter_files import empty_file, filled_in
from monitor.cli.shared import JsonOption, UserError, login_name, out, print_records, say, site
from monitor.pipeline.letters import letter_forms, letter_keeping, letter_sending, letters
from monitor.pipeline.letters.letter_rows import LetterRefused, NoSuchLetter
from monitor.site import Site

letters_app = typer.Typer(
    help="Letters and forms: written, approved, sent or printed.", invoke_without_command=True
)
LetterId = Annotated[int, typer.Argument(metavar="ID", help="The number that `letters` shows.")]
By = Annotated[str | None, typer.Option("--by", help="Who does it; your login name unless given.")]
Named = Annotated[str, typer.Option("--by", help="Who does it, by name.")]
Sets = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="FIELD=VALUE", help="Fill in a field; again for the next line of a list."),
]
Answer = TypeVar("Answer")


def add_to(app: typer.Typer) -> None:
    app.add_typer(letters_app, name="letters")


@letters_app.callback()
def every_letter(
    context: typer.Context,
    as_json: JsonOption = False,
    sent: Annotated[bool, typer.Option("--sent", help="Every mail that left, newest first.")] = False,
) -> None:
    """Lists the letters; the commands below write them."""
    if context.invoked_subcommand is not None:
        return
    with site() as opened:
        if sent:
            columns: tuple[str, ...] = ("sent_at", "kind", "to", "subject", "reference", "letter")
            records = [asdict(one) for one in letter_keeping.sent_items(opened)]
        else:
            columns = ("id", "kind", "reference", "state", "approved_by", "sent_by", "sent_to", "sent_at")
            records = [asdict(one) | {"sent_to": list(one.sent_to)} for one in letter_keeping.listed(opened)]
    print_records(records, columns, as_json=as_json)


@letters_app.command()
def kinds(as_json: JsonOption = False) -> None:
    """Every letter and form: what it is for, and who approves it."""
    print_records(_kinds(), ("kind", "use", "approved_by"), as_json=as_json)


def _kinds() -> Iterator[dict[str, Any]]:
    for kind, rule in RULES.items():
        yield {
            "kind": kind.value,
            "use": f"{rule.title}: {rule.use}",
            "approved_by": ", ".join(role.shown_as for role in rule.approvers),
            "fields": [slot.name for slot in slots(kind)],
        }


@letters_app.command()
def new(
    kind: Annotated[LetterKind, typer.Argument(help="Which one; `letters kinds` lists them.")],
    reference: Annotated[str | None, typer.Argument(help="The incident, such as SW-2026-0001.")] = None,
    sets: Sets = None,
    by: By = None,
) -> None:
    """Make a draft. What the incident knows is filled in; what is left is listed."""
    who, changes = by or login_name(), _changes(sets)
    with site() as opened:
        number = _allowed(lambda: letters.new_letter(opened, kind, reference, who))
        if changes:
            _allowed(lambda: letters.edit(opened, number, changes, who))
        say(f"Letter {number}: {kind.shown_as}.")
        _say_lacking(_allowed(lambda: letters.show(opened, number)))


@letters_app.command()
def blank(
    kind: Annotated[LetterKind, typer.Argument(help="Which one; `letters kinds` lists them.")],
) -> None:
    """Print an empty file of a letter's fields, to fill in and hand to `edit --from`."""
    typer.echo(empty_file(kind), nl=False)


@letters_app.command()
def show(letter: LetterId, by: By = None) -> None:
    """The letter as it would leave, or what it still lacks. That somebody read it is on record."""
    with site() as opened:
        _print(opened, _allowed(lambda: letters.read(opened, letter, by or login_name())))


@letters_app.command()
def edit(
    letter: LetterId,
    sets: Sets = None,
    files: Annotated[
        list[str] | None, typer.Option("--set-file", metavar="FIELD=PATH", help="A field from a text file.")
    ] = None,
    filled: Annotated[
        Path | None, typer.Option("--from", exists=True, dir_okay=False, help="`letters blank`, filled in.")
    ] = None,
    by: By = None,
) -> None:
    """Fill in or change fields. An approved letter is a draft again after it. `FIELD=` empties a field."""
    changes = (filled_in(filled) if filled else {}) | _changes(sets) | _from_files(files)
    if not changes:
        raise UserError("nothing to change; say what with --set FIELD=VALUE")
    with site() as opened:
        _say_lacking(_allowed(lambda: letters.edit(opened, letter, changes, by or login_name())))


@letters_app.command()
def approve(
    letter: LetterId,
    by: Named,
    role: Annotated[Role, typer.Option("--role", help="In which role.")],
) -> None:
    """I have read it whole, and it may be sent. Refused while anything is missing, with a list of it."""
    with site() as opened:
        shown = _allowed(lambda: letters.approve(opened, letter, by, role))
    say(f"Letter {letter} is approved by {shown.head.approved_by}. It has not been sent.")


@letters_app.command()
def send(
    letter: LetterId,
    by: Named,
    to: Annotated[
        list[str] | None, typer.Option("--to", metavar="ADDRESS", help="To whom; may be repeated.")
    ] = None,
    override: Annotated[Override | None, typer.Option("--override", help="A listed exception.")] = None,
) -> None:
    """Send an approved letter from the school's mailbox; hand a form in to whoever decides it."""
    with site() as opened:
        shown = _allowed(lambda: letters.show(opened, letter))
        if shown.kind in letter_forms.FORMS and not to:
            roles = _allowed(lambda: letter_forms.hand_in(opened, letter, by))
            say(f"Form {letter} was handed in; told: {', '.join(roles)}.")
            return
        _allowed(lambda: letter_sending.send(opened, letter, to or [], by, override=override))
    say(f"Letter {letter} waits in the outbox; it counts as sent when the mail server has taken it.")


@letters_app.command("print")
def print_letter(
    letter: LetterId,
    out_file: Annotated[Path, typer.Option("--out", help="The PDF to write; must not exist yet.")],
    by: By = None,
) -> None:
    """Write an approved letter as a PDF, for the post or for the person whose letter it is."""
    _check_new(out_file)
    with site() as opened:
        write_flushed(out_file, _allowed(lambda: letters.printed(opened, letter, by or login_name())))
    say(f"Wrote {out_file}. When it has been handed over, say so on the task: schoolwatch tasks done ID")


@letters_app.command()
def void(
    letter: LetterId,
    reason: Annotated[str, typer.Option("--reason", help="Why; kept with the letter.")],
    by: By = None,
) -> None:
    """It is not to be sent. What a mail server has taken cannot be called back."""
    with site() as opened:
        _allowed(lambda: letters.void(opened, letter, by or login_name(), reason))
    say(f"Letter {letter} is void.")


@letters_app.command("block-list")
def block_list(
    out_file: Annotated[Path, typer.Option("--out", help="The text file; must not exist yet.")],
) -> None:
    """The addresses of approved inappropriate-content reports, for the web filter; nothing else of them."""
    _check_new(out_file)
    with site() as opened:
        addresses = letter_forms.block_list(opened)
    write_flushed(out_file, "".join(f"{address}\n" for address in addresses).encode())
    say(f"Wrote {out_file}: {len(addresses)} address(es).")


def _allowed(act: Callable[[], Answer]) -> Answer:
    try:
        return act()
    except (LetterRefused, NoSuchLetter) as refusal:
        raise UserError(str(refusal)) from refusal


def _changes(sets: list[str] | None) -> dict[str, list[str]]:
    changes: dict[str, list[str]] = {}
    for one in sets or []:
        name, is_there, value = one.partition("=")
        if not is_there:
            raise UserError(f"--set {one}: expected FIELD=VALUE")
        changes.setdefault(name.strip(), [])
        changes[name.strip()] += [value] if value.strip() else []
    return changes


def _from_files(files: list[str] | None) -> dict[str, list[str]]:
    changes: dict[str, list[str]] = {}
    for one in files or []:
        name, is_there, path = one.partition("=")
        if not is_there:
            raise UserError(f"--set-file {one}: expected FIELD=PATH")
        try:
            changes[name.strip()] = [Path(path).read_text(encoding="utf-8")]
        except (OSError, UnicodeDecodeError) as error:
            raise UserError(f"{path}: cannot be read as text ({error})") from error
    return changes


def _check_new(path: Path) -> None:
    if path.exists():
        raise UserError(f"--out {path}: this file exists already; choose another name")
    if not path.parent.is_dir():
        raise UserError(f"--out {path}: there is no folder {path.parent}")


def _print(opened: Site, shown: letters.Shown) -> None:
    say(f"Letter {shown.id}, {shown.kind.shown_as}: {shown.state}")
    if shown.note:
        say(shown.note)
    if shown.lacking:
        _print_form(shown)
        _say_lacking(shown)
    if shown.letter is None:
        return
    say()
    say(f"From: {shown.head.sender}")
    say(f"Subject: {shown.letter.title}")
    say()
    say(as_text(shown.letter, shown.head))
    for line in letters.notes_for_us(opened, shown):
        say(f"Not part of the letter: {line}")


def _print_form(shown: letters.Shown) -> None:
    for slot in slots(shown.kind):
        value: Any = shown.form
        for part in slot.name.split("."):
            value = value.get(part) if isinstance(value, dict) else None
        if value:
            out().print(f"  [bold]{escape(slot.name)}[/] {escape(str(value))}", soft_wrap=True)


def _say_lacking(shown: letters.Shown) -> None:
    if not shown.lacking:
        say("Nothing is missing. Read it with `letters show`, then have it approved.")
        return
    say("Still to fill in (--set FIELD=VALUE):")
    for fault in shown.lacking:
        hint = f" – {fault.slot.hint}" if fault.slot.hint else ""
        say(f"  {fault.slot.name}: {fault.slot.title}{hint} [{fault.what}]")
