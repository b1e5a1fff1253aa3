"""Separate occasions: dates of one account about one person, never a count and never of a school."""

from datetime import UTC, datetime, timedelta

from alerts.occasions import GAP, Occasion, Sighting, occasions

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def seen(after: timedelta, *, account: str = "a", person: str = "S1", posted: bool = True) -> Sighting:
    at = NOON + after
    return Sighting(account, f"x: @{account}", person, at, posted, f"SW-{at:%d%H%M}", f"x:{account}{after}")


def days(found: tuple[Occasion, ...]) -> list[tuple[str, int]]:
    return [(f"{one.began_at:%d %H:%M}", one.posts) for one in found]


def test_one_quarrel_in_one_evening_would_be_listed_as_a_course_of_conduct() -> None:
    assert occasions([seen(0 * MINUTE), seen(20 * MINUTE), seen(59 * MINUTE)]) == ()


def test_an_hour_apart_would_pass_for_one_occasion() -> None:
    found = occasions([seen(0 * MINUTE), seen(20 * MINUTE), seen(20 * MINUTE + GAP)])
    assert days(found) == [("16 12:00", 2), ("16 13:20", 1)]


def test_midnight_in_london_would_not_part_two_days() -> None:
    """In summer the day ends at 23:00 UTC."""
    before = datetime(2026, 6, 1, 22, 50, tzinfo=UTC) - NOON
    found = occasions([seen(before), seen(before + 20 * MINUTE)])
    assert [one.day.day for one in found] == [1, 2]


def test_what_different_accounts_wrote_would_be_laid_at_the_door_of_one() -> None:
    day = timedelta(days=1)
    assert occasions([seen(0 * day), seen(day, account="b"), seen(2 * day, person="S2")]) == ()


def test_a_time_that_the_platform_did_not_give_would_pass_for_one_that_it_did() -> None:
    found = occasions([seen(0 * MINUTE), seen(2 * GAP, posted=False)])
    assert [one.time_known for one in found] == [True, False]
