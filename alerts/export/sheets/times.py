"""Times on paper: UK time with its zone, and UTC beside it. Both to the second; the record has the rest."""

from datetime import UTC, datetime

from alerts.clocks import LONDON, in_repeated_hour

# Spelt out here, so that no machine's language changes a sheet's bytes.
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def uk(at: datetime) -> str:
    """`Sunday 25 October 2026, 01:30:00 BST`. Raises ValueError for a time without a zone."""
    if at.tzinfo is None:
        raise ValueError(f"{at} has no time zone: it names no instant")
    local = at.astimezone(LONDON)
    day = f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {local.year}"
    return f"{day}, {local:%H:%M:%S} {local.tzname()}"


def utc(at: datetime) -> str:
    """`2026-10-25 00:30:00 UTC`."""
    return f"{at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=' ', timespec='seconds')} UTC"


def twice_that_night(at: datetime) -> str:
    """Which of the two, for the hour that UK clocks show twice when they go back; else empty."""
    if not in_repeated_hour(at):
        return ""
    local = at.astimezone(LONDON)
    which = "second" if local.fold else "first"
    return f"the {which} {local:%H:%M} of that night: the clocks went back"


def both(at: datetime | None, *, none: str = "not known") -> str:
    """One line: UK time, UTC in brackets, and which of two hours it was."""
    if at is None:
        return none
    twice = twice_that_night(at)
    return f"{uk(at)} ({utc(at)}{'; ' + twice if twice else ''})"


def short(at: datetime) -> str:
    """For narrow columns: `25 Oct 2026 01:30:00 BST`."""
    local = at.astimezone(LONDON)
    return f"{local.day} {_MONTHS[local.month - 1][:3]} {local.year} {local:%H:%M:%S} {local.tzname()}"
