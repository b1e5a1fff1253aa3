"""Times as platforms write them. Whatever can be read in two ways is not read at all.

What a time means is decided here alone; the raw string is kept beside it (`Item.posted_at_raw`), so that a
reader can see what we were given. Libraries that guess have turned 1 July into 7 January.
"""

import re
from datetime import UTC, datetime

_ISO = re.compile(
    r"(?P<moment>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,9}))?"
    r"(?P<zone>Z|[+-](?:0\d|1[0-4]):?[0-5]\d)",
    re.ASCII,
)
_UNKNOWN_ZONE = re.compile(r"-00:?00")
_HTTP = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (?P<day>\d\d) (?P<month>[A-Z][a-z]{2}) (?P<year>\d{4}) "
    r"(?P<clock>\d\d:\d\d:\d\d) GMT",
    re.ASCII,
)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def parse_time(value: object) -> datetime | None:
    """`2026-07-16T12:00:00.5+01:00` as aware UTC; None for anything else, never a guess.

    Year first, a T between, seconds, and a zone: `Z`, `+01:00`, or without the colon as Graph writes it.
    `-00:00` says that the zone is not known (RFC 3339 §4.3), so it is no zone. No zone reaches further than
    14 hours. Digits beyond microseconds are cut off. There is no 24:00, no second 60 and no week date.
    """
    match = _ISO.fullmatch(value) if isinstance(value, str) else None
    if match is None or _UNKNOWN_ZONE.fullmatch(match["zone"]):
        return None
    fraction = (match["fraction"] or "").ljust(6, "0")[:6]
    try:
        return datetime.fromisoformat(f"{match['moment']}.{fraction}{match['zone']}").astimezone(UTC)
    except (ValueError, OverflowError):  # the 31st of February; the year 0000, or 0001 in another zone
        return None


def parse_http_date(value: object) -> datetime | None:
    """`Fri, 20 Nov 2026 18:00:00 GMT` (RFC 9110 §5.6.7) as aware UTC; None for anything else."""
    match = _HTTP.fullmatch(value) if isinstance(value, str) else None
    if match is None or match["month"] not in _MONTHS:
        return None
    month = _MONTHS.index(match["month"]) + 1
    return parse_time(f"{match['year']}-{month:02}-{match['day']}T{match['clock']}Z")
