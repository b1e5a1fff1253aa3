"""The command line: `schoolwatch --config PATH COMMAND`.

Exit status 0 done, 1 something failed and it said what, 2 wrong usage.
"""

import io
import sys

import typer
from rich.console import Console

from alerts.export.writer import ExportFailed
from classifiers.errors import ModelBroken, RegisterError
from config.mistakes import SettingsError
from config.secrets import SecretMissing
from connectors.errors import ConnectorError
from monitor.cli import (
    accounts,
    at_rest,
    capture,
    card,
    check_post,
    consent,
    console,
    correcting,
    critical,
    demo,
    evidence,
    export,
    incidents,
    intake,
    judgement,
    judging,
    letters,
    mail,
    models,
    occasions,
    own_page,
    queueing,
    records,
    register,
    report,
    routes,
    setup,
    sweep,
    unbox,
    watching,
    wishes,
)
from monitor.cli.faults import in_one_line
from monitor.cli.shared import UserError, debugging, remember_config
from monitor.daemon.instance import AnotherDaemon
from monitor.evidence.folder import EvidenceNotWritten
from monitor.logs import write_logs_to_stderr
from monitor.pipeline.judgement.judging import JudgementFails
from monitor.site_files import SiteUnusable
from monitor.store.database import DatabaseUnusable
from monitor.store.incidents import NoSuchIncident

EXPECTED = (
    AnotherDaemon,
    ConnectorError,
    DatabaseUnusable,
    EvidenceNotWritten,
    ExportFailed,
    JudgementFails,
    ModelBroken,
    NoSuchIncident,
    RegisterError,
    SecretMissing,
    SettingsError,
    SiteUnusable,
    UserError,
)
"""Faults whose text is made for the person at the keyboard."""

app = typer.Typer(
    name="schoolwatch",
    help="Watches what is said about a school, keeps evidence, raises takedown tasks.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.callback()(remember_config)
for commands in (
    setup,
    watching,
    records,
    wishes,
    incidents,
    occasions,
    correcting,
    queueing,
    own_page,
    intake,
    mail,
    register,
    report,
    accounts,
    critical,
    consent,
    check_post,
    sweep,
    letters,
    judging,
    judgement,
    models,
    evidence,
    export,
    capture,
    card,
    routes,
    console,
    at_rest,
    demo,
    unbox,
):
    commands.add_to(app)


def main() -> None:
    """Run a command; whatever goes wrong is said in words, not as a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A console that has no dash or arrow shows a question mark instead of a traceback.
            stream.reconfigure(errors="replace")
    write_logs_to_stderr()
    try:
        app()
    except EXPECTED as error:
        _stop(str(error))
    except KeyboardInterrupt:
        _stop("stopped")
    except BrokenPipeError:
        # The reader of our output (`| head`) has gone; nothing to say and nobody to say it to.
        sys.stderr.close()
        sys.exit(1)
    except OSError as error:
        _stop(f"{error.filename or 'the system'}: {error.strerror or error}")
    except Exception as error:
        if debugging():
            raise
        _stop(in_one_line(error))


def _stop(words: str) -> None:
    Console(stderr=True, highlight=False, soft_wrap=True).print(f"schoolwatch: {words}", markup=False)
    sys.exit(1)
