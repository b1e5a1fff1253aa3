"""Separate occasions on which one account wrote about one person: a list of dates, and nothing more.

The Protection from Harassment Act 1997 speaks of a course of conduct, on at least two occasions. Whether any
belong together, and what they mean, a person decides; nothing here counts towards a finding.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from alerts.clocks import LONDON

GAP = timedelta(hours=1)
"""Posts this far apart are separate occasions; so are posts of different London days. A house rule."""
ENOUGH = 2
VIEWED_OFTEN = 20
"""So many looks at one account's occasions within `VIEWED_WITHIN`, and the data protection officer is asked
whether it is still the incidents that are looked at, and not the person. A house rule."""
VIEWED_WITHIN = timedelta(days=30)
EXPLAINED = (
    "Listed because one account wrote about one person at separate times: on different days, or at least "
    "an hour apart. It is a list of dates, not a finding; few dates that lie far apart say less. The "
    "headteacher decides whether they belong together. A school is not a person and never stands here."
)


@dataclass(frozen=True)
class Sighting:
    """One post by an account about a person."""

    account: str
    """Stands for the account: the same for the same account, and readable by nobody."""
    shown_as: str
    """Platform and handle as the platform showed it."""
    person: str
    """A register id, or a role where no id is known; never a name."""
    at: datetime
    """When it was posted; where the platform does not say, when it was first seen."""
    posted: bool
    """Whether the platform said when."""
    reference: str
    item: str


@dataclass(frozen=True)
class Occasion:
    """What one account wrote about one person without a longer pause, on one London day."""

    account: str = field(repr=False)
    shown_as: str
    person: str
    began_at: datetime
    ended_at: datetime
    time_known: bool
    """False when the platform does not say when one of them was posted; then it is when it was first seen."""
    references: tuple[str, ...]
    posts: int

    @property
    def day(self) -> date:
        return london_day(self.began_at)


def london_day(at: datetime) -> date:
    return at.astimezone(LONDON).date()


def occasions(sightings: Iterable[Sighting]) -> tuple[Occasion, ...]:
    """Of each account and person with at least two of them, by account, person and time."""
    together: dict[tuple[str, str], list[Sighting]] = defaultdict(list)
    for one in sightings:
        together[one.account, one.person].append(one)
    found: list[Occasion] = []
    for _, ones in sorted(together.items()):
        separate = _separate(sorted(ones, key=lambda one: (one.at, one.item)))
        if len(separate) >= ENOUGH:
            found += [_occasion(group) for group in separate]
    return tuple(found)


def _separate(ones: list[Sighting]) -> list[list[Sighting]]:
    groups: list[list[Sighting]] = []
    for one in ones:
        last = groups[-1][-1] if groups else None
        if last is not None and london_day(last.at) == london_day(one.at) and one.at - last.at < GAP:
            groups[-1].append(one)
        else:
            groups.append([one])
    return groups


def _occasion(group: list[Sighting]) -> Occasion:
    last = group[-1]
    return Occasion(
        account=last.account,
        shown_as=last.shown_as,
        person=last.person,
        began_at=group[0].at,
        ended_at=last.at,
        time_known=all(one.posted for one in group),
        references=tuple(sorted({one.reference for one in group})),
        posts=len({one.item for one in group}),
    )
