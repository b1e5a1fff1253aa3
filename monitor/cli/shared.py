"""What every command needs: the settings it was pointed at, an open site, and ways to print."""

import getpass
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from alerts.clocks import in_repeated_hour
from config.loading import load_settings
from config.schema import Settings
from monitor.pipeline.own_pages import critical
from monitor.site import Site, open_site

LONDON = ZoneInfo("Europe/London")
PIPE_WIDTH = 100
JsonOption = Annotated[bool, typer.Option("--json", help="One JSON object a line instead of a table.")]


class UserError(Exception):
    """Something on the command line cannot be done; the text names it and the mend."""


_config: Path | None = None
_debug = False


def remember_config(
    config: Annotated[
        Path | None, typer.Option("--config", help="The settings file.", show_default="./schoolwatch.toml")
    ] = None,
    debug: Annotated[
        bool, typer.Option("--debug", help="Show a traceback where schoolwatch is at fault.", hidden=True)
    ] = False,
) -> None:
    """Watches what is said about a school, keeps evidence, raises takedown tasks."""
    global _config, _debug  # noqa: PLW0603  one command line, one settings file; every command asks `settings()`
    _config = config
    _debug = debug


def debugging() -> bool:
    return _debug or os.environ.get("SCHOOLWATCH_DEBUG") == "1"


def config_path() -> Path | None:
    return _config


def settings() -> Settings:
    return load_settings(_config)


@contextmanager
def site(*, polls: bool = False) -> Iterator[Site]:
    """The site, open. Only a command that polls lines the schedule up with the settings."""
    opened = open_site(settings(), line_up=polls)
    try:
        _warn_of_critical_incident(opened)
        yield opened
    finally:
        opened.close()


def _warn_of_critical_incident(opened: Site) -> None:
    """Said with every command while one is on, so that nobody posts as on any other day (Nunney 2.9)."""
    with opened.database.read() as session:
        row = critical.current(session, opened)
    if row is not None:
        warn(
            f"CRITICAL INCIDENT since {london(row.started_at)}: post nothing, answer nothing on social media."
        )


def login_name() -> str:
    """Who is at the keyboard, for the record."""
    try:
        return getpass.getuser()
    except (KeyError, OSError) as unknown:
        raise UserError("this account has no name; say who decides with --by NAME") from unknown


def out() -> Console:
    """Where results go. Made anew, because tests and pipes change what stdout is."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else PIPE_WIDTH)


def say(text: str = "") -> None:
    out().print(text, markup=False, soft_wrap=True)


def warn(text: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(text, markup=False)


def print_records(records: Iterable[dict[str, Any]], columns: Sequence[str], *, as_json: bool) -> None:
    """A JSON object a line, or a table of the named columns."""
    if as_json:
        for record in records:
            sys.stdout.write(json.dumps(record, default=_jsonable) + "\n")
        return
    rows = list(records)
    if not rows:
        say("Nothing yet.")
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        table.add_column(column.replace("_", " "), overflow="fold")
    for row in rows:
        table.add_row(*(escape(_shown(row[column])) for column in columns))
    out().print(table)


def _jsonable(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


def _shown(value: object) -> str:
    if isinstance(value, datetime):
        return london(value)
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "–" if value is None else str(value)


def london(moment: datetime) -> str:
    """How a time is shown to a person: day, date, hour in Europe/London.

    The hour that comes twice when the clocks go back has its zone, because the two are an hour apart.
    """
    zone = " %Z" if in_repeated_hour(moment) else ""
    return moment.astimezone(LONDON).strftime(f"%a %d %b %H:%M{zone}")
