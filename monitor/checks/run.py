"""All checks of `schoolwatch check`, run side by side and told in a fixed order."""

import os
from collections.abc import Callable, Mapping, Sequence
from functools import partial

from sqlalchemy.engine import Engine

from config.schema import Settings
from connectors.interface import Plugin
from connectors.registry import plugins as registered_plugins
from monitor.checks.accounts import Probe as AccountsProbe
from monitor.checks.accounts import account_lines
from monitor.checks.at_rest import locking_lines
from monitor.checks.clock import clock_line, synchronised_line
from monitor.checks.guard import Check, run_guarded
from monitor.checks.lines import CheckLine, failed
from monitor.checks.mail import mail_lines, unsent_lines
from monitor.checks.pictures import capture_lines, numbers_lines
from monitor.checks.reach import addresses, allow_lines, bundle_lines, reach_lines
from monitor.checks.second_log import second_log_lines
from monitor.checks.secrets import secret_file_lines
from monitor.checks.settings import alarm_lines, people_lines, review_lines, settings_lines
from monitor.checks.sources import source_lines
from monitor.checks.stamps import StampsProbe, authority_lines, last_stamp_lines
from monitor.checks.storage import database_lines, folder_lines, folders
from monitor.checks.surroundings import Surroundings
from monitor.clock import Now, utc_now
from monitor.evidence.machine_clock import UNKNOWN, machine_clock

LONGEST_SECONDS = 10.0
"""How long one check may take; all run at the same time."""


def run_checks(
    settings: Settings,
    *,
    now: Now = utc_now,
    engine: Engine | None = None,
    database_probe: Callable[[], str] | None = None,
    models_probe: Callable[[], Sequence[CheckLine]] | None = None,
    outbox_probe: Callable[[], tuple[int, int]] | None = None,
    stamps_probe: StampsProbe | None = None,
    second_log_probe: Callable[[], None] | None = None,
    accounts_probe: AccountsProbe | None = None,
    plugins: Mapping[str, Plugin] | None = None,
    environment: Mapping[str, str] = os.environ,
    seconds: float = LONGEST_SECONDS,
) -> list[CheckLine]:
    """Try everything that the settings name; never raises. Nothing is sent, made or changed.

    `database_probe` answers the revision of the database's tables, `models_probe` one line for each
    model that judges or should; both may raise, and the first line of their error's text is told.
    `outbox_probe` answers how many mails wait for another try, and how many were refused for good;
    `stamps_probe` how stamping by each authority goes; `second_log_probe` raises when the log does not
    continue its copy.
    """
    known, broken = _known(plugins)
    kernel = machine_clock if now is utc_now else lambda: UNKNOWN  # it knows nothing of another clock
    around = Surroundings(settings, now, environment, known, seconds, kernel)
    checks = [
        *_of_the_settings(around),
        *_of_storage(around, engine, database_probe),
        *_of_mail(around),
        *([Check("mails", partial(unsent_lines, settings, outbox_probe))] if outbox_probe else []),
        *_of_platforms(around),
        *([Check("accounts", partial(account_lines, settings, accounts_probe))] if accounts_probe else []),
        *_of_time(around, stamps_probe),
        *(
            [Check("second log", partial(second_log_lines, settings, second_log_probe))]
            if second_log_probe
            else []
        ),
        *([Check("models", partial(_model_lines, models_probe))] if models_probe else []),
    ]
    return [*broken, *run_guarded(checks, seconds), clock_line(around), synchronised_line(around)]


def _known(plugins: Mapping[str, Plugin] | None) -> tuple[Mapping[str, Plugin], list[CheckLine]]:
    try:
        return (registered_plugins() if plugins is None else plugins), []
    except Exception as error:  # noqa: BLE001  a connector from elsewhere may fail in any way while it is loaded
        told = f"cannot be loaded ({type(error).__name__})"
        return {}, [failed("connectors", told, "Take out the package of a connector that was added last.")]


def _of_the_settings(around: Surroundings) -> list[Check]:
    return [
        Check("settings", partial(settings_lines, around.settings)),
        Check("secret files", partial(secret_file_lines, around.settings)),
        Check("locked evidence", partial(locking_lines, around.settings)),
        Check("people", partial(people_lines, around.settings)),
        Check("reviews", partial(review_lines, around.settings, around.now)),
        Check("alarm channels", partial(alarm_lines, around.settings, around.environment)),
        Check("call sheet", partial(numbers_lines, around.settings)),
        Check("captures", partial(capture_lines, around.settings)),
    ]


def _of_storage(around: Surroundings, engine: Engine | None, probe: Callable[[], str] | None) -> list[Check]:
    database = partial(database_lines, around.settings, around.environment, engine, probe)
    disks = [
        Check(f"disk ({key})", partial(folder_lines, key, folder))
        for key, folder in folders(around.settings).items()
    ]
    return [Check("database", database), *disks]


def _of_mail(around: Surroundings) -> list[Check]:
    mail = around.settings.mail
    servers = {"mail server": mail, **({"second mail server": mail.second} if mail.second else {})}
    return [
        Check(subject, partial(mail_lines, server, subject, around)) for subject, server in servers.items()
    ]


def _of_platforms(around: Surroundings) -> list[Check]:
    return [
        Check("certificates", partial(bundle_lines, around)),
        Check("hosts to allow", partial(allow_lines, around)),
        *(Check(f"way to {address}", partial(reach_lines, address, around)) for address in addresses(around)),
        *(
            Check(f"source {source.name}", partial(source_lines, source, around))
            for source in around.settings.sources
        ),
    ]


def _of_time(around: Surroundings, probe: StampsProbe | None) -> list[Check]:
    wanted = around.settings.evidence.authorities
    return [
        Check("time stamps", partial(last_stamp_lines, around.settings, probe)),
        *(Check(f"time authority {one.name}", partial(authority_lines, one, around)) for one in wanted),
    ]


def _model_lines(probe: Callable[[], Sequence[CheckLine]]) -> list[CheckLine]:
    try:
        return list(probe())
    except Exception as error:  # noqa: BLE001  a damaged model file can raise anything, and must be told
        told = next(iter(str(error).splitlines()), "") or type(error).__name__
        return [failed("models", told, "Install schoolwatch again; its models come with it.")]
