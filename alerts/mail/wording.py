"""The words of our own that stand in mail: for lanes, severities and categories, and how times are shown.

Only words from here, numbers, times and what the ladder asks ever reach a mail, so that no pupil's name and
no word of a post can slip into one (Huntington 4.2).
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from alerts.clocks import in_repeated_hour
from config.words import Flag, Label, Lane, Severity

LONDON = ZoneInfo("Europe/London")

DO_NOT_REPLY = "Do not reply or share: do not answer the post, and do not pass on the post or this e-mail."
"""Stands in every alert (NEU 8.1)."""

LANES = {
    Lane.INDECENT_IMAGE: "Possible indecent image of a child",
    Lane.LIFE: "Risk to life",
    Lane.CHILD: "Safeguarding of a child",
    Lane.STAFF_ALLEGATION: "Allegation about a member of staff",
    Lane.OWN_BREACH: "Pupil information on the school's own page",
    Lane.INTIMATE_IMAGE: "Intimate image of an adult",
    Lane.STANDARD: "Comment to look at",
    Lane.COMPLAINT: "Complaint",
}

CAUTIONS = {
    Lane.INDECENT_IMAGE: (
        "Do not open the post, not even to check. Never view, copy, print, share or save it. Tell the head "
        "and the DSL now, then the LADO and the police: 999 if a child is in danger, otherwise 101. "
        "Schoolwatch holds no picture, only where it was seen, and sends no report itself."
    ),
    Lane.LIFE: "If anybody may be in danger now, ring 999 first. Then tell the DSL and the head.",
    Lane.CHILD: "This is for the DSL, under the school's child protection procedure.",
    Lane.STAFF_ALLEGATION: (
        "Do not look into it yourself, and do not tell the member of staff, before the LADO (or your "
        "nation's safeguarding officer) has advised."
    ),
    Lane.OWN_BREACH: (
        "The school's own page shows it: take it down now and tell the DPO. The 72 hours for telling the "
        "Information Commission run from when the school knew, through weekends and holidays."
    ),
    Lane.INTIMATE_IMAGE: (
        "Do not open, copy or share the picture. Nothing is reported without the wish of the person shown."
    ),
    Lane.COMPLAINT: "There is nothing to take down. The school's complaints procedure is the way.",
}

SEVERITIES = {
    Severity.NONE: "None",
    Severity.LOW: "Low",
    Severity.MEDIUM: "Medium",
    Severity.HIGH: "High",
    Severity.CRITICAL: "Critical",
}

CATEGORIES: dict[Label | Flag, str] = {
    Label.ABUSE: "abuse",
    Label.DEFAMATION: "alleged defamation",
    Label.PUPIL_INFORMATION: "information that may identify a pupil",
    Flag.INSULT: "insult",
    Flag.THREAT: "threat",
    Flag.HATE: "hate",
    Flag.SEXUAL: "sexual words",
    Flag.HARASSMENT: "harassment",
    Flag.SELF_HARM_ENCOURAGEMENT: "encouragement of self-harm",
    Flag.SAFEGUARDING: "safeguarding concern",
    Flag.INDECENT_IMAGE: "possible indecent image",
    Flag.STAFF_TARGET: "aimed at a member of staff",
    Flag.PUPIL_TARGET: "aimed at a pupil",
    Flag.ALLEGATION_CRIME: "alleges serious wrongdoing",
}

_PLATFORMS = {
    "x": "X",
    "facebook": "Facebook",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "whatsapp": "WhatsApp",
    "dm": "a direct message",
    "sms": "SMS",
    "email": "e-mail",
    "voicemail": "an answering machine",
    "in_person": "what was said",
    "letter": "paper",
    "other": "another site",
}

_CONTROLS = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)


def clean(text: str) -> str:
    """The text without what could break a mail or turn its lines around (U+FFFD in its place)."""
    return _CONTROLS.sub("\ufffd", text.replace("\r\n", "\n").replace("\r", "\n"))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def platform_name(platform: str) -> str:
    return _PLATFORMS.get(platform.lower(), platform.replace("_", " ").replace("-", " ").capitalize())


def shown(instant: datetime) -> str:
    """An instant as the school reads it: `Sat 21 Nov 2026, 15:30 GMT`."""
    local = instant.astimezone(LONDON)
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M %Z}"


def shown_short(instant: datetime) -> str:
    """For a subject line: `Sat 21 Nov 15:30`; with the zone in the hour that comes twice in October."""
    local = instant.astimezone(LONDON)
    zone = f" {local.tzname()}" if in_repeated_hour(instant) else ""
    return f"{local:%a} {local.day} {local:%b %H:%M}{zone}"


def shown_span(start: datetime, end: datetime | None) -> str:
    """`Tue 17 Nov 2026, 03:10–09:40 GMT`; both days when they differ, `since …` while it lasts."""
    if end is None:
        return f"since {shown(start)}"
    first, last = start.astimezone(LONDON), end.astimezone(LONDON)
    if first.date() == last.date() and first.tzname() == last.tzname():
        return f"{first:%a} {first.day} {first:%b %Y, %H:%M}–{last:%H:%M %Z}"
    return f"{shown(start)} – {shown(end)}"


def how_long(length: timedelta) -> str:
    """`2 d 3 h`, `3 h 20 min`, `5 min`: the two largest units, rounded down."""
    minutes = max(0, int(length.total_seconds()) // 60)
    days, hours, minutes = minutes // 1440, minutes % 1440 // 60, minutes % 60
    units = [f"{days} d" if days else "", f"{hours} h" if hours else "", f"{minutes} min" if minutes else ""]
    return " ".join([unit for unit in units if unit][:2]) or "less than a minute"


def categories(reasons: Iterable[Label | Flag]) -> str:
    return ", ".join(CATEGORIES[reason] for reason in reasons)


def count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
