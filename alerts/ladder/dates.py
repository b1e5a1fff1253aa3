"""Dates that the law sets for a matter, to be shown and reminded of. None says that the law applies."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts.clocks import breach_deadline, false_message_deadline, false_message_reminder, limitation_ends
from alerts.ladder.policy import nation_of
from alerts.ladder.state import Ladder
from config.schema import Nation
from config.words import Flag, Label, Lane


@dataclass(frozen=True)
class LawDate:
    """`remind_at` is when to say so; `at` is when it is too late."""

    name: str
    at: datetime
    remind_at: datetime
    words: str
    """What the date is, and on what it rests."""

    def days_left(self, now: datetime) -> int:
        return (self.at - now).days


def law_dates(ladder: Ladder) -> tuple[LawDate, ...]:
    """The dates that may matter, soonest first."""
    return tuple(sorted(_dates(ladder), key=lambda date: date.at))


def _dates(ladder: Ladder) -> Iterator[LawDate]:
    matter = ladder.matter
    if ladder.lane is Lane.OWN_BREACH:
        due = breach_deadline(ladder.clock_from)
        words = "72 hours from when the school knew, for the regulator (UK GDPR article 33)"
        yield LawDate("breach", due, due - timedelta(hours=24), words)
    if Label.DEFAMATION in matter.labels and matter.is_about_someone:
        due = limitation_ends(matter.published_at or ladder.first_seen_at)
        days = timedelta(days=ladder.policy.get("limitation_reminder_days", 60))
        since = "first published" if matter.published_at else "first seen; it may have been published before"
        words = f"one year from when it was {since}, for the person's own claim (Limitation Act 1980 s.4A)"
        yield LawDate("limitation", due, due - days, words)
    if Flag.ALLEGATION_CRIME in matter.flags and nation_of(ladder.policy) is not Nation.SCOTLAND:
        due = false_message_deadline(ladder.opened_at)
        words = "six months from the evidence, for the police to bring a case (Online Safety Act s.179(7))"
        yield LawDate("false_message", due, false_message_reminder(ladder.opened_at), words)
