"""`accounts`: the school's own accounts, as the head approved them. No password is ever asked for."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

import typer

from config.schema import Role
from monitor.cli.shared import JsonOption, UserError, login_name, print_records, say, site
from monitor.pipeline.own_pages import school_accounts
from monitor.pipeline.own_pages.school_accounts import AccountRefused, Described
from monitor.site import Site

accounts_app = typer.Typer(help="The school's own accounts and their approval.", invoke_without_command=True)
Platform = Annotated[str, typer.Argument(help="Such as facebook.")]
Handle = Annotated[str, typer.Argument(help="The account's handle or id, as in [[sources]].")]
By = Annotated[str | None, typer.Option("--by", help="Who says so; your login name unless given.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(accounts_app, name="accounts")


@accounts_app.callback()
def accounts(context: typer.Context, as_json: JsonOption = False) -> None:
    """The accounts on record, and what is to be mended about each."""
    if context.invoked_subcommand is not None:
        return
    with site() as opened:
        records = list(_records(opened))
    if as_json:
        print_records(records, (), as_json=True)
        return
    print_records(records, ("platform", "handle", "approved", "assessed"), as_json=False)
    for one in records:
        for remark in one["remarks"]:
            say(f"{one['platform']} {one['handle']}: {remark}")


def _records(opened: Site) -> list[dict[str, Any]]:
    return [
        {
            "platform": one.platform,
            "handle": one.handle,
            "approved": one.approved,
            "assessed": one.assessed,
            "administrators": list(one.administrators),
            "messages_off": one.messages_off,
            "password_changed_at": one.password_changed_at,
            "two_factor_decision": one.two_factor_decision,
            "remarks": list(school_accounts.remarks_of(opened, one)),
        }
        for one in school_accounts.standings(opened)
    ]


@accounts_app.command()
def add(
    platform: Platform,
    handle: Handle,
    purpose: Annotated[str, typer.Option("--purpose", help="What the account is for.")],
    owner: Annotated[str, typer.Option("--owner", help="Who answers for it, by role or name.")],
    administrator: Annotated[list[str], typer.Option("--administrator", help="A mail address; repeatable.")],
    by: By = None,
) -> None:
    """Write an account down, or change what is written. A change asks for the head's approval anew."""
    described = Described(platform, handle, purpose, owner, tuple(administrator))
    _do(lambda opened, who: school_accounts.describe(opened, described, by=who), by)
    say(f"Recorded {platform} {handle}. Next: its risk assessment, then the head's approval.")


@accounts_app.command()
def approve(
    platform: Platform,
    handle: Handle,
    role: Annotated[Role, typer.Option("--role", help="Whose approval it is: headteacher.")],
    by: By = None,
) -> None:
    """Record the head's approval; the account is read from then on."""
    _do(lambda opened, who: school_accounts.approve(opened, platform, handle, by=who, role=role), by)
    say(f"{platform} {handle} is approved.")


@accounts_app.command()
def record(
    platform: Platform,
    handle: Handle,
    messages_off: Annotated[bool | None, typer.Option("--messages-off/--messages-on")] = None,
    password_changed: Annotated[
        bool, typer.Option("--password-changed", help="It was changed today.")
    ] = False,
    password_is_complex: Annotated[bool | None, typer.Option("--complex/--not-complex")] = None,
    two_factor_decision: Annotated[
        str | None,
        typer.Option("--two-factor-decision", help="Who decided for two-factor sign-in, and when."),
    ] = None,
    by: By = None,
) -> None:
    """Record what was done to an account. Only that and when: never type a password here."""
    said = {
        "messages_off": messages_off,
        "password_is_complex": password_is_complex,
        "two_factor_decision": two_factor_decision,
    }
    facts = {name: value for name, value in said.items() if value is not None}

    def write(opened: Site, who: str) -> None:
        changed: dict[str, datetime] = {"password_changed_at": opened.now()} if password_changed else {}
        school_accounts.record(opened, platform, handle, facts | changed, by=who)

    if not facts and not password_changed:
        raise UserError(
            "say what was done: --password-changed, --messages-off, --complex or --two-factor-decision"
        )
    _do(write, by)
    say("Recorded.")


def _do(step: Callable[[Site, str], None], by: str | None) -> None:
    with site() as opened:
        try:
            step(opened, by or login_name())
        except AccountRefused as refusal:
            raise UserError(str(refusal)) from refusal
