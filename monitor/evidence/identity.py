"""Names for what is kept: UUIDs of version 7, which begin with the time and so sort by it (RFC 9562 §5.7)."""

import secrets
from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def new_uid(now: datetime) -> str:
    """`now` is aware. 48 bits of milliseconds, then 74 random bits between version and variant."""
    milliseconds = (now - _EPOCH) // _MILLISECOND
    chance = secrets.randbits(74)
    high, low = chance >> 62, chance & (1 << 62) - 1
    digits = f"{milliseconds << 80 | 7 << 76 | high << 64 | 2 << 62 | low:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
