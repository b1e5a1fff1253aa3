"""X's ids, which hold their time."""

import re
from datetime import UTC, datetime, timedelta

_EPOCH_MS = 1_288_834_974_657
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_ID = re.compile(r"[0-9]{1,19}", re.ASCII)


def is_id(value: object) -> bool:
    """Decimal digits in a string, as X's specification promises; never a JSON number."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def first_id_at(moment: datetime) -> int:
    """The smallest id that X gives at a moment: usable as since_id without any post of that time."""
    milliseconds = (moment - _UNIX) // timedelta(milliseconds=1)
    return max(1, (milliseconds - _EPOCH_MS) << 22)


def time_of(post_id: int) -> datetime:
    """When an id was given, to the millisecond (UTC)."""
    return _UNIX + timedelta(milliseconds=(post_id >> 22) + _EPOCH_MS)
