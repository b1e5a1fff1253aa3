"""Our own clock beside those of the hosts that were reached: evidence is worth what its times are."""

from datetime import timedelta
from statistics import median

from monitor.checks.lines import CheckLine, failed, ok, warning
from monitor.checks.surroundings import Surroundings
from monitor.evidence.machine_clock import NOTICEABLE

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


def synchronised_line(around: Surroundings) -> CheckLine:
    """What the kernel says of the clock: a right time today is no promise for tomorrow."""
    kernel = around.kernel_clock()
    if kernel.synced is None:
        return ok("time synchronisation", "the system does not tell whether its clock is synchronised")
    if not kernel.synced:
        told = "the clock is not synchronised; every record says so, and nothing is left out because of it"
        return warning("time synchronisation", told, _MEND)
    error = kernel.max_error_ms
    return ok("time synchronisation", f"synchronised, wrong by no more than {error:,} ms")


def _words(seconds: float) -> str:
    if abs(seconds) < 1:
        return "right to the second"
    return f"{abs(seconds):,.0f} s {'ahead' if seconds > 0 else 'behind'}"
