"""How far this machine's clock can be trusted: what the kernel says of it, and what platforms' clocks say.

The kernel is asked by adjtimex(2) with no mode set, which only reads and needs no privilege.
"""

import ctypes
import ctypes.util
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from connectors.times import parse_http_date

NOTICEABLE = timedelta(seconds=5)
"""More than the one second to which hosts tell their time, and the way of the answer."""
_UNSYNCHRONISED = 0x0040  # STA_UNSYNC of linux/timex.h
_NANOSECONDS = 0x2000  # STA_NANO
_ERROR = 5  # TIME_ERROR: the clock is not synchronised


class _Timex(ctypes.Structure):
    """`struct timex` of adjtimex(2), as the C library of 64-bit Linux has it."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


@dataclass(frozen=True)
class MachineClock:
    """What the kernel says. `source` is `adjtimex`, or `unknown` where it cannot be asked."""

    source: str
    synced: bool | None
    offset_ms: int | None
    """What is still to be corrected."""
    max_error_ms: int | None
    """The kernel's bound of the error; it grows while nobody synchronises."""

    def document(self) -> dict[str, Any]:
        return asdict(self)


UNKNOWN = MachineClock("unknown", None, None, None)


def machine_clock() -> MachineClock:
    """A look that takes microseconds; never raises."""
    library = _c_library()
    if library is None:
        return UNKNOWN
    timex = _Timex()
    state: int = library.adjtimex(ctypes.byref(timex))
    if state < 0:
        return UNKNOWN
    in_a_millisecond = 1_000_000 if timex.status & _NANOSECONDS else 1_000
    return MachineClock(
        "adjtimex",
        synced=state != _ERROR and not timex.status & _UNSYNCHRONISED,
        offset_ms=int(timex.offset / in_a_millisecond),
        max_error_ms=timex.maxerror // 1_000,
    )


@cache
def _c_library() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux") or ctypes.sizeof(ctypes.c_long) != 8:
        return None
    try:
        library = ctypes.CDLL(None, use_errno=True)
        library.adjtimex.argtypes = [ctypes.POINTER(_Timex)]
    except (OSError, AttributeError):
        return None
    return library


def offset_to_host(fetched_at: datetime, date: str | None) -> timedelta | None:
    """Our clock less a host's by its `Date` header (RFC 9110 §6.6.1); positive when ours is ahead.

    True to a second and the way of the answer. None when the host told no time that can be read.
    """
    told = parse_http_date(date)
    return None if told is None else fetched_at - told
