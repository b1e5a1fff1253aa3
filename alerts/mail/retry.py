"""When a mail that was not accepted is tried again. Pure: no clock, no network."""

from datetime import datetime, timedelta

_FIRST_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30))
LONGEST_PAUSE = timedelta(hours=1)


def next_attempt(attempts: int, permanent: bool, now: datetime) -> datetime | None:
    """When to try again after `attempts` attempts, the last of them at `now`; None when it would be no use.

    The short pauses at the start suit greylisting, which asks for another try after one to fifteen minutes.
    A transient failure is tried for ever, hourly: an alert that nobody got is not less true after five days
    (nothing seen is lost). A person or the outbox withdraws a mail; its age does not.
    """
    if attempts < 0:
        raise ValueError(f"attempts cannot be {attempts}: it counts the tries so far, 0 or more")
    if permanent:
        return None
    if attempts == 0:
        return now
    return now + (_FIRST_PAUSES[attempts - 1] if attempts <= len(_FIRST_PAUSES) else LONGEST_PAUSE)
