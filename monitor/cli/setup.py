"""`init` and `check`: from nothing to settings that work."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from sqlalchemy.orm import Session

from classifiers.interface import Register
from config.schema import Source
from config.template import Answers, Contact, write_template
from monitor.checks import CheckLine, run_checks
from monitor.checks.accounts import Account
from monitor.checks.lines import failed, ok
from monitor.cli.shared import JsonOption, config_path, out, print_records, say, settings
from monitor.pipeline.judgement.absent_models import absent_models
from monitor.pipeline.judgement.judges import judge_for
from monitor.pipeline.own_pages.school_accounts import may_be_polled, remarks_of, standing_of
from monitor.pipeline.sealing_up.second_log import check_second_log
from monitor.pipeline.telling.unsent import unsent
from monitor.site import Site, open_site
from monitor.store import schema
from monitor.store.models import MailState
from monitor.store.stamps import Standing, standing


def add_to(app: typer.Typer) -> None:
    app.command()(init)
    app.command()(check)


def init(
    force: Annotated[bool, typer.Option("--force", help="Overwrite a file that is there.")] = False,
) -> None:
    """Write a commented schoolwatch.toml. On a terminal it asks for what only you know."""
    path = config_path() or Path("schoolwatch.toml")
    answers = _ask() if Console().is_terminal else Answers()
    write_template(path, answers, force=force)
    say(f"Wrote {path}. Fill in what is blank, then run: schoolwatch --config {path} check")


def _ask() -> Answers:
    say("A few questions; press Enter to leave one for later.\n")
    return Answers(
        school=_question("The school's name"),
        mail_host=_question("Its outgoing mail server"),
        mail_sender=_question("The address that schoolwatch writes from"),
        senior_manager=_contact("Senior manager who gets the alerts"),
        headteacher=_contact("Headteacher"),
        dsl=_contact("Designated safeguarding lead"),
        out_of_hours=_contact("Who is reached at night and at weekends"),
        holiday_cover=_contact("Who covers the holidays"),
    )


def _question(text: str) -> str:
    return str(typer.prompt(text, default="", show_default=False)).strip()


def _contact(what: str) -> Contact:
    name = _question(f"{what}: name")
    return Contact(name, _question(f"{what}: e-mail")) if name else Contact()


def check(as_json: JsonOption = False) -> None:
    """Try everything that the service needs, one line each, and say what to do."""
    lines = run_checks(
        settings(), database_probe=_database_probe, models_probe=_models_probe, outbox_probe=_outbox_probe,
        stamps_probe=_stamps_probe, second_log_probe=_second_log_probe, accounts_probe=_accounts_probe,
    )  # fmt: skip
    if as_json:
        print_records(
            ({"subject": line.subject, "state": str(line.state), "message": line.message, "mend": line.mend}
             for line in lines), (), as_json=True,
        )  # fmt: skip
    else:
        for line in lines:
            _print(line)
    if any(line.state == "failed" for line in lines):
        raise typer.Exit(1)


_MARKS = {"ok": "[green]ok     [/]", "warning": "[yellow]look   [/]", "failed": "[red]failed [/]"}


def _print(line: CheckLine) -> None:
    mend = f"\n        → {escape(line.mend)}" if line.mend and line.state != "ok" else ""
    words = f"{_MARKS[str(line.state)]} {escape(line.subject)}: {escape(line.message)}{mend}"
    out().print(words, soft_wrap=True)


def _database_probe() -> str:
    site = open_site(settings(), line_up=False)
    try:
        return f"at revision {schema.revision(site.database)}"
    finally:
        site.close()


def _outbox_probe() -> tuple[int, int]:
    site = open_site(settings(), line_up=False)
    try:
        with site.database.read() as session:
            mails = unsent(session, site.school_id)
        refused = sum(mail.state == MailState.FAILED for mail in mails)
        return len(mails) - refused, refused
    finally:
        site.close()


def _stamps_probe() -> dict[str, Standing]:
    site = open_site(settings(), line_up=False)
    try:
        with site.database.read() as session:
            names = [authority.name for authority in site.settings.evidence.authorities]
            return {name: standing(session, site.school_id, name) for name in names}
    finally:
        site.close()


def _accounts_probe() -> dict[str, Account]:
    site = open_site(settings(), line_up=False)
    try:
        with site.database.read() as session:
            return {one.name: account_of(session, site, one) for one in site.settings.sources}
    finally:
        site.close()


def account_of(session: Session, site: Site, source: Source) -> Account:
    """What the check says of the account of a source."""
    standing = standing_of(session, site, source)
    remarks = remarks_of(site, standing) if standing else ()
    return Account(may_be_polled(session, site, source), remarks)


def _second_log_probe() -> None:
    site = open_site(settings(), line_up=False)
    try:
        check_second_log(site)
    finally:
        site.close()


def _models_probe() -> list[CheckLine]:
    """Without the register: loading it would make a database that is not there yet."""
    found = settings()
    models = judge_for(Register(), found).models
    absent = absent_models(models, found)
    return [
        *(ok("models", f"{name} {version}") for name, version in models.items()),
        *(failed("models", one.words, one.mend) for one in absent),
    ]
