"""The yearly report for whoever reviews the policy: counts and outcomes (NEU 11.2).

As with mails, the facts have no field for a name or a word of a post.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from alerts.mail.facts import Tally
from alerts.mail.wording import count
from alerts.reviews import shown_day


@dataclass(frozen=True)
class YearFacts:
    """One school year, from 1 September to 31 August. `until` is the last day that is counted."""

    school_name: str
    year: int
    """The year in which it ends."""
    start: date
    until: date
    incidents: int
    still_open: int
    by_severity: tuple[Tally, ...]
    by_matter: tuple[Tally, ...]
    by_category: tuple[Tally, ...]
    by_outcome: tuple[Tally, ...]
    by_platform: tuple[Tally, ...]
    within_24_hours: int
    """Amended or removed within the 24 hours of NEU 9.3."""
    after_24_hours: int
    re_opened: int
    refused_by_host: int
    steps: tuple[Tally, ...]
    """What was done: reports sent, police, support offered, training."""
    decided: int
    unfounded: int
    significant: tuple[str, ...]
    """References of critical and high incidents."""
    gaps: int
    """Times in which a source was not read."""
    reviews: tuple[str, ...]


def as_text(facts: YearFacts) -> str:
    """Markdown that reads as plain text, too."""
    return "\n".join(_lines(facts)) + "\n"


def _lines(facts: YearFacts) -> Iterator[str]:
    yield f"# Yearly report {facts.year - 1}/{facts.year % 100:02}: {facts.school_name}"
    yield ""
    yield f"{shown_day(facts.start)} to {shown_day(facts.until)}. Counts and outcomes, for the review of the"
    yield "policy (NEU 11.2). No names and no words of a post stand in it."
    yield from _section("What happened", _happened(facts))
    for title, tallies in (
        ("By severity", facts.by_severity),
        ("By matter", facts.by_matter),
        ("By what was found", facts.by_category),
        ("By platform", facts.by_platform),
        ("How they ended", facts.by_outcome),
        ("What the school did", facts.steps),
    ):
        yield from _section(title, [f"{one.what}: {one.number}" for one in tallies] or ["nothing"])
    yield from _section("Significant incidents", _significant(facts))
    yield from _section("Dates of review", facts.reviews)
    yield from _section("To think about", _questions(facts))


def _section(title: str, lines: Sequence[str]) -> Iterator[str]:
    yield from ("", f"## {title}", "")
    yield from (f"- {line}" for line in lines)


def _happened(facts: YearFacts) -> list[str]:
    decided = f"{facts.decided} looked at and decided, {facts.unfounded} of them unfounded"
    return [
        f"{count(facts.incidents, 'incident', 'incidents')}, {facts.still_open} still open",
        f"{decided}{_share(facts.unfounded, facts.decided)}",
        f"{facts.within_24_hours} amended or removed within 24 hours, {facts.after_24_hours} later (NEU 9.3)",
        f"{facts.re_opened} came back after they had gone",
        f"{facts.refused_by_host} refused by the host",
        f"{count(facts.gaps, 'time', 'times')} in which a source was not read",
    ]


def _share(part: int, whole: int) -> str:
    return f" ({round(100 * part / whole)} %)" if whole else ""


def _significant(facts: YearFacts) -> list[str]:
    if not facts.significant:
        return ["none that was critical or high"]
    return [f"{len(facts.significant)} critical or high: {', '.join(facts.significant)}"]


def _questions(facts: YearFacts) -> list[str]:
    asked = ["Does the policy still fit what happened? Which clause was hard to keep?"]
    if facts.significant:
        asked.append("Has the training of staff and pupils taken these incidents up (Huntington 9.7)?")
    if facts.after_24_hours:
        asked.append("What held up what was not gone within 24 hours?")
    if facts.unfounded * 5 > facts.decided > 0:
        asked.append("Many alerts were unfounded: would a quieter setting under [judgement] serve better?")
    return asked
