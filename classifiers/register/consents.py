"""Which photo consent is in force on a day, from the statements on record (Huntington 4.1–4.5).

A statement grants for some days, or ends from a day on. Statements are never changed: what was recorded
later is the better word about every day that it speaks of, and the earlier ones still say what was in force
when a post was published.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

ALL = "all"
SOCIAL = "social"
"""Every channel that is not one of the school's own: each platform by itself, or all of them."""
_THE_SCHOOLS_OWN = frozenset(
    {"website", "newsletter", "prospectus", "press", "display", "learning_platform", "internal"}
)
_CHANNELS = {"twitter": "x", "web site": "website", "social media": SOCIAL, "any": ALL, "every": ALL}
_MEDIA = {
    **dict.fromkeys(("photo", "photos", "photograph", "photographs", "picture", "images"), "image"),
    **dict.fromkeys(("film", "films", "videos", "movie"), "video"),
    **dict.fromkeys(("any", "every", "both"), ALL),
}


class Origin(StrEnum):
    """How a statement came onto the record."""

    IMPORT = "import"
    SHORT_FORM = "photo_consent"
    """The column `photo_consent` of the pupils' list."""
    WITHDRAWAL = "withdrawal"
    LEFT_ROLL = "left_roll"
    NOT_LISTED = "not_listed"
    """The pupil is not in the list any more; a list that has them again brings its consents back."""


STANDS_AGAINST_LISTS = frozenset({Origin.WITHDRAWAL, Origin.LEFT_ROLL})
"""What no list undoes by itself: a list may be older than the letter that withdrew."""


@dataclass(frozen=True)
class Statement:
    """Dates are ISO dates of days in London; `valid_from` may be empty where no beginning is known."""

    pupil_id: str
    version: int
    channel: str
    medium: str
    granted: bool
    valid_from: str
    valid_to: str
    document_ref: str
    given_by: str = ""
    origin: Origin = Origin.IMPORT

    def speaks_of(self, channel: str, medium: str, day: str) -> bool:
        within = self.valid_from <= day and (not self.granted or not self.valid_to or day <= self.valid_to)
        return within and channel_covers(self.channel, channel) and medium_covers(self.medium, medium)


def channel_of(written: str) -> str:
    """One spelling for a channel: `Twitter` is x."""
    word = " ".join(written.casefold().split())
    return _CHANNELS.get(word, word)


def medium_of(written: str) -> str:
    """One spelling for a medium: image, video, or all of them."""
    word = " ".join(written.casefold().split())
    return _MEDIA.get(word, word)


def channel_covers(stated: str, channel: str) -> bool:
    """Consent for the website is none for X; `social` holds every platform (Huntington 4.4)."""
    of, wanted = channel_of(stated), channel_of(channel)
    return of in (ALL, wanted) or (of == SOCIAL and wanted not in _THE_SCHOOLS_OWN)


def medium_covers(stated: str, medium: str) -> bool:
    of = medium_of(stated)
    return of in (ALL, medium_of(medium))


def last_word(statements: Iterable[Statement], channel: str, medium: str, day: str) -> Statement | None:
    """What was said last of a day; None when nothing was."""
    speaking = [one for one in statements if one.speaks_of(channel, medium, day)]
    return max(speaking, key=lambda one: one.version, default=None)


def in_force(statements: Iterable[Statement], channel: str, medium: str, day: str) -> Statement | None:
    """The statement by which one pupil may be shown on a day; None when there is no consent."""
    last = last_word(statements, channel, medium, day)
    return last if last is not None and last.granted else None


def withdrawn_since(statements: Sequence[Statement], grant: Statement) -> bool:
    """Whether a withdrawal, or leaving the roll, came on or after the day from which a grant counts."""
    return any(
        not one.granted
        and one.origin in STANDS_AGAINST_LISTS
        and channel_covers(one.channel, grant.channel)
        and medium_covers(one.medium, grant.medium)
        and grant.valid_from <= one.valid_from
        for one in statements
    )
