"""A report that a person makes by hand: what they must say, and what the ladder needs to know of it.

It is for what no connector can see (a closed group, a direct message, a letter) and for the reports that the
policies ask of staff (NEU 7.3, 8.1; Nunney 2.1.5; Queen's Crescent 2.2.4).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from alerts.ladder.matter import Matter
from config.concerns import Concern
from config.words import CommunityRole, Label, Severity, Situation


class IntakeRefused(Exception):
    """Nothing was taken; the text says what is missing, and how to give it."""


class Kind(StrEnum):
    INACCURATE = "inaccurate"
    INAPPROPRIATE = "inappropriate"
    INFLAMMATORY = "inflammatory"
    IMAGE_WITHOUT_PERMISSION = "image_without_permission"
    PUPIL_CONTACTED_ADULT = "pupil_contacted_adult"
    """A friend request or a message by a pupil or a former pupil: not answered, and reported."""
    NEAR_MISS = "near_miss"
    SELF_REPORT = "self_report"
    ACCOUNT_DISCLOSURE = "account_disclosure"

    @property
    def is_own_report(self) -> bool:
        """What somebody tells of themselves, in their own words; there need be no post."""
        return self in _OWN_REPORTS


_OWN_REPORTS = frozenset(
    {Kind.PUPIL_CONTACTED_ADULT, Kind.NEAR_MISS, Kind.SELF_REPORT, Kind.ACCOUNT_DISCLOSURE}
)
TO_THE_HEAD = frozenset({Kind.PUPIL_CONTACTED_ADULT})
"""Reported to the headteacher whatever lane it is in (Nunney 2.1.5)."""


class Channel(StrEnum):
    WEB = "web"
    FORUM = "forum"
    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    SNAPCHAT = "snapchat"
    TIKTOK = "tiktok"
    X = "x"
    YOUTUBE = "youtube"
    WHATSAPP = "whatsapp"
    DM = "dm"
    EMAIL = "email"
    SMS = "sms"
    VOICEMAIL = "voicemail"
    LETTER = "letter"
    IN_PERSON = "in_person"

    @property
    def is_private(self) -> bool:
        """Only who takes part in it can see it, and report it to its host."""
        return self in _PRIVATE


_PRIVATE = frozenset({Channel.WHATSAPP, Channel.DM, Channel.EMAIL, Channel.SMS, Channel.VOICEMAIL})
_LEAST = {Kind.INFLAMMATORY: Severity.MEDIUM, Kind.IMAGE_WITHOUT_PERMISSION: Severity.MEDIUM}
_LABELS: dict[Kind | Concern, Label] = {
    Kind.INFLAMMATORY: Label.ABUSE,
    Concern.BULLYING: Label.ABUSE,
    Concern.DISCRIMINATION: Label.ABUSE,
    Concern.LEWD_OR_THREATENING: Label.ABUSE,
    Concern.DEFAMATORY: Label.DEFAMATION,
}


@dataclass(frozen=True)
class Handing:
    """What the person says. `captured_at`: when they saw it; `place`: its address, or where in words."""

    kind: Kind | None
    by: str
    channel: Channel
    captured_at: datetime | None
    place: str
    text: str = ""
    concerns: tuple[Concern, ...] = ()
    affected: str = ""
    """Whom it is about: an id of the register, or nothing. Names belong into the text."""
    affected_role: CommunityRole = CommunityRole.UNKNOWN
    author: str = ""
    """The handle or name that was shown. Nobody looks for more (Huntington 6.4)."""
    author_role: CommunityRole = CommunityRole.UNKNOWN
    posted: str = ""
    """The time of posting, as it was shown."""
    severity: Severity | None = None

    @property
    def is_address(self) -> bool:
        return self.place.strip().casefold().startswith(("http://", "https://"))


def check(handing: Handing, now: datetime, *, has_words: bool, has_files: bool) -> None:
    """Raises IntakeRefused for the first thing that is missing (NEU 8.1, 8.2)."""
    if handing.kind is None:
        raise IntakeRefused(f"Say what kind of report it is: --kind {' | '.join(Kind)}")
    if not handing.by.strip():
        raise IntakeRefused("Say who hands it in, by name: --by NAME. A report carries its reporter's name.")
    if not handing.place.strip():
        raise IntakeRefused("Say where it was seen: its address, or --where with the place in words.")
    if handing.captured_at is None:
        raise IntakeRefused(
            'Say when it was seen or captured: --seen-at "2026-11-20 21:15", or --seen-at now.'
        )
    if handing.captured_at > now:
        raise IntakeRefused("--seen-at lies in the future; it is when the person saw it.")
    if has_words or handing.kind.is_own_report:
        return
    if not has_files and not handing.is_address:
        raise IntakeRefused("There is nothing to keep: give an address, a file, or the words with --text.")
    if not handing.concerns:
        raise IntakeRefused(
            "No machine reads a picture, a recording or an address: say what is wrong with it, with "
            f"--concern {' | '.join(one.name.lower() for one in Concern)}"
        )


def matter_with(handing: Handing, matter: Matter, *, has_files: bool) -> Matter:
    """What the judgement said of the words, with what the person said: every sign of either counts."""
    picked: Sequence[Kind | Concern] = (*([handing.kind] if handing.kind else []), *handing.concerns)
    labels = {_LABELS[one] for one in picked if one in _LABELS}
    private = {Situation.PRIVATE_CHANNEL} if handing.channel.is_private else set()
    least = handing.severity or max(
        (_LEAST.get(handing.kind or Kind.NEAR_MISS, Severity.LOW), *([Severity.MEDIUM] if labels else [])),
        key=lambda one: one.rank,
    )
    known = handing.affected_role is not CommunityRole.UNKNOWN
    return replace(
        matter,
        labels=matter.labels | labels,
        situations=matter.situations | private,
        severity=max(matter.severity, least, key=lambda one: one.rank),
        has_media=has_files,
        author_role=str(handing.author_role),
        affected_role=str(handing.affected_role) if known else matter.affected_role,
    )
