"""The time-stamping authorities: does each stamp, would we keep its stamp, and when did it last?"""

import secrets
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from config.schema import Settings, TimeAuthority
from monitor.checks.asking import answer_of, database_missing
from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.checks.surroundings import Surroundings
from monitor.evidence.stamping.asking import ask, new_request, outside_line
from monitor.evidence.stamping.authority import load_authority
from monitor.evidence.stamping.checking import Checked, checked
from monitor.evidence.stamping.errors import NotStamped
from monitor.evidence.stamping.revocation import Revocation, revocation_of
from monitor.store.stamps import Standing

StampsProbe = Callable[[], Mapping[str, Standing]]
_LONDON = ZoneInfo("Europe/London")
_TRIAL_BYTES = 32


def authority_lines(authority: TimeAuthority, around: Surroundings) -> list[CheckLine]:
    """Ask for a stamp of random bytes, and look at it as at any other. It is not kept."""
    subject = f"time authority {authority.name}"
    try:
        found, revocation = _tried(authority, around)
    except NotStamped as error:
        return [failed(subject, str(error), error.mend)]
    host = urlsplit(authority.url).hostname or authority.name
    around.offsets[host] = around.now() - found.token.gen_time
    told = f"stamps under policy {found.token.policy}, certificate until {found.ends_at:%-d %B %Y}"
    lines = [ok(subject, told)]
    if revocation.unknown is not None:
        lines.append(
            warning(
                f"{subject}: revocation",
                f"not known: {revocation.unknown}",
                "Have the hosts in brackets allowed; without them stamps are kept, but not what a court may "
                "ask for as well.",
            )
        )
    return lines


def _tried(authority: TimeAuthority, around: Surroundings) -> tuple[Checked, Revocation]:
    ours = load_authority(authority)
    line = outside_line(around.settings, around.now, around.seconds * 0.5, around.environment)
    trial = secrets.token_bytes(_TRIAL_BYTES)
    request = new_request(trial)
    end = time.monotonic() + around.seconds * 0.8
    found = checked(ask(ours, request, line), request, trial, ours)
    return found, revocation_of(found.chain, found.token.gen_time, line.ending(end))


def last_stamp_lines(settings: Settings, probe: StampsProbe | None) -> list[CheckLine]:
    """How many authorities there are, and when each last stamped (promise 8)."""
    authorities = settings.evidence.authorities
    if not authorities:
        return [
            warning(
                "time stamps",
                "no authority is named: the time of the evidence rests on this machine's clock and on mails",
                "Name two under [[evidence.authorities]]; docs/setup/timestamps.md says how.",
            )
        ]
    lines = []
    if len(authorities) == 1:
        mend = "Name a second one, run by somebody else; docs/setup/timestamps.md says how."
        lines.append(warning("time stamps", "one authority only: all rests on its word", mend))
    return lines + _standing_lines(settings, probe)


def _standing_lines(settings: Settings, probe: StampsProbe | None) -> list[CheckLine]:
    if probe is None or database_missing(settings):
        return []
    known = answer_of(probe) or {}
    return [_standing_line(name, found) for name, found in known.items()]


def _standing_line(name: str, found: Standing) -> CheckLine:
    subject = f"last stamp of {name}"
    last = _shown(found.last_success) if found.last_success else "never yet"
    if found.failing_since is not None:
        told = f"{last}; failing since {_shown(found.failing_since)}: {found.words}"
        return warning(subject, told, "See what the line about this authority says.")
    waits = f"; {found.waiting} to be asked for" if found.waiting else ""
    return ok(subject, last + waits)


def _shown(moment: datetime) -> str:
    return f"{moment.astimezone(_LONDON):%-d %B %Y %H:%M %Z}"
