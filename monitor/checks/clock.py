"""Our own clock beside those of the hosts that were reached: evidence is worth what its times are."""

from datetime import timedelta
from statistics import median

from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.checks.surroundings import Surroundings

NOTICEABLE = timedelta(seconds=5)
"""More than the one second to which hosts tell their time, and the way of the answer."""
TOO_FAR = timedelta(seconds=60)
_MEND = "Switch time synchronisation on (timedatectl set-ntp true) and allow NTP through the firewall."


def clock_line(around: Surroundings) -> CheckLine:
    """Compares with the middle one of all hosts, so that a single wrong clock out there decides nothing."""
    if not around.offsets:
        mend = "Run this check again once a platform can be reached."
        return warning("clock", "no host told its time, so it could not be compared", mend)
    seconds = median(offset.total_seconds() for offset in around.offsets.values())
    told = f"{_words(seconds)}, compared with {', '.join(sorted(around.offsets))}"
    if abs(seconds) > TOO_FAR.total_seconds():
        return failed("clock", told, _MEND)
    return warning("clock", told, _MEND) if abs(seconds) > NOTICEABLE.total_seconds() else ok("clock", told)


def _words(seconds: float) -> str:
    if abs(seconds) < 1:
        return "right to the second"
    return f"{abs(seconds):,.0f} s {'ahead' if seconds > 0 else 'behind'}"
