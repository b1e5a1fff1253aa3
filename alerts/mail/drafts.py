"""From facts to the words of a mail: subject, plain text of at most 78 columns, and HTML for a phone."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from alerts.mail import style, wording
from alerts.mail.facts import (
    AlertFacts,
    Asked,
    DigestFacts,
    NoticeFacts,
    OperatorFacts,
    ReminderFacts,
    Undelivered,
    WeeklyFacts,
)
from alerts.mail.folding import folded
from config.words import Severity

SUBJECT_LIMIT = 150
DIGEST_LIMIT = 40
"""Lines in a digest; nobody reads a thousand on a phone. The rest is counted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What a mail says. The subject is one line; the text has line feeds only; the HTML loads nothing."""

    subject: str
    text: str
    html: str


def alert_draft(facts: AlertFacts) -> Draft:
    """One incident, told singly: what is asked and by when; never names or quotes."""
    severity, platform = wording.SEVERITIES[facts.severity], wording.platform_name(facts.platform)
    by = _earliest(facts)
    subject = f"{severity}: {facts.reference} on {platform}" + (f", act by {by}" if by else "")
    return _draft("alert", subject, facts, band=facts.severity)


def digest_draft(facts: DigestFacts) -> Draft:
    """Many incidents in one mail, most urgent first."""
    lines = sorted(facts.lines, key=lambda line: (-line.severity.rank, line.reference))
    worst = lines[0].severity if lines else Severity.NONE
    more = max(0, len(lines) - DIGEST_LIMIT)
    subject = _digest_subject(facts)
    return _draft("digest", subject, facts, band=worst, lines=lines[:DIGEST_LIMIT], more=more)


def _digest_subject(facts: DigestFacts) -> str:
    matters = wording.count(len(facts.lines), "matter", "matters")
    if facts.spike is not None:
        incidents = wording.count(facts.spike.number, "incident", "incidents")
        return f"Many at once: {incidents} from {facts.spike.source}"
    if facts.first_pass_of:
        return f"Older posts of {facts.first_pass_of}: {matters} to look at"
    return f"{'Mail works again: ' if facts.silent_since else ''}{matters} to look at"


def reminder_draft(facts: ReminderFacts) -> Draft:
    """A task that nobody has finished; overdue is shown, never back-dated (NEU 9.3)."""
    late = facts.now - facts.asked.by if facts.asked.by else timedelta(0)
    overdue = facts.asked.by is not None and late >= timedelta(0)
    subject = (
        f"{'Overdue' if overdue else 'Due soon'}: {facts.reference}, {wording.SEVERITIES[facts.severity]}"
    )
    distance = wording.how_long(abs(late))
    return _draft("reminder", subject, facts, band=facts.severity, overdue=overdue, distance=distance)


def channel_text(facts: AlertFacts | ReminderFacts) -> str:
    """The few words that go to a phone or a chat: no name, no platform's words, nothing to press."""
    asked = facts.asked if isinstance(facts, AlertFacts) else (facts.asked,)
    instants = [one.by for one in asked if one.by is not None]
    by = f", act by {wording.shown_short(min(instants))}" if instants else ""
    passed_on = isinstance(facts, ReminderFacts) and facts.passed_on_from is not None
    said = " Nobody has answered it yet, so it comes to you." if passed_on else ""
    what = f"{wording.SEVERITIES[facts.severity]}: {facts.reference}{by}.{said}"
    return f"{what} See your mail. {wording.DO_NOT_REPLY}"


def notice_draft(facts: NoticeFacts) -> Draft:
    """A date of the school's own: nothing happened, and nothing is said of any incident."""
    return _draft("notice", facts.headline, facts, band=Severity.NONE)


def operator_draft(facts: OperatorFacts) -> Draft:
    """A fault of the watcher itself: what, since when, what it means and the mend."""
    state = "Working again" if facts.mended_at else "Needs mending"
    band = Severity.NONE if facts.mended_at else Severity.HIGH
    return _draft("operator", f"{state}: {facts.headline}", facts, band=band)


def permanent_failure_draft(facts: Undelivered) -> Draft:
    """To the second contact: a mail that could not be delivered, and what it asked."""
    about = f" about {facts.reference}" if facts.reference else ""
    subject = f"Not delivered: {facts.what}{about} to the {facts.role}"
    return _draft("undelivered", subject, facts, band=facts.severity or Severity.HIGH)


def weekly_draft(facts: WeeklyFacts) -> Draft:
    """The notice of a weekly export: counts, what is overdue, what was not seen, where the file lies."""
    found = wording.count(facts.items_raised, "item", "items") + " raised"
    missed = f", {wording.count(len(facts.gaps), 'gap', 'gaps')} in watching" if facts.gaps else ""
    return _draft("weekly", f"Week {facts.week}: {found}{missed}", facts, band=Severity.NONE)


def _earliest(facts: AlertFacts) -> str | None:
    instants = [asked.by for asked in facts.asked if asked.by is not None]
    return wording.shown_short(min(instants)) if instants else None


def _draft(name: str, subject: str, facts: object, *, band: Severity, **more: Any) -> Draft:
    line = textwrap.shorten(wording.one_line(subject), SUBJECT_LIMIT, placeholder=" …")
    acknowledge = name in ("alert", "reminder", "undelivered")
    values = {"facts": facts, "subject": line, "band": band, "acknowledge": acknowledge, **more}
    text = _ENVIRONMENT.get_template(f"{name}.txt.j2").render(values)
    html = _ENVIRONMENT.get_template(f"{name}.html.j2").render(values)
    return Draft(line, folded(text), wording.clean(html))


def _finalised(value: object) -> object:
    """Every value that a template shows is one clean line; what the template itself says stays as it is."""
    return wording.one_line(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts.mail"),
        autoescape=select_autoescape(["html.j2"]),
        undefined=StrictUndefined,
        finalize=_finalised,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(
        DO_NOT_REPLY=wording.DO_NOT_REPLY,
        LANES=wording.LANES,
        CAUTIONS=wording.CAUTIONS,
        SEVERITIES=wording.SEVERITIES,
        BANDS=style.BANDS,
        STYLES=style.STYLES,
        count=wording.count,
        span=wording.shown_span,
    )
    environment.filters.update(
        shown=wording.shown,
        platform=wording.platform_name,
        categories=wording.categories,
        soonest_first=_soonest_first,
        rule=_underline,
        witnessed=_witnessed,
    )
    return environment


def _soonest_first(asked: Sequence[Asked]) -> list[Asked]:
    """What runs out first stands first; what has no time of its own stands last, in the order given."""
    return sorted(asked, key=lambda one: (one.by is None, one.by or datetime.max.replace(tzinfo=UTC)))


def _witnessed(checkpoint: str) -> list[str]:
    """The lines of a checkpoint; the fingerprint in two halves, because nothing of it may be folded."""
    *lines, fingerprint = checkpoint.splitlines()
    groups = fingerprint.split()
    middle = len(groups) // 2
    return [*lines, "Key fingerprint:", " ".join(groups[:middle]), " ".join(groups[middle:])]


def _underline(heading: str) -> str:
    return "-" * len(heading)


_ENVIRONMENT = _environment()
