"""What the case itself knows, laid into the fields of a letter, so that a person types only the rest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from alerts.clocks import LONDON
from alerts.export.sheets.times import both
from alerts.letters.filling import MODELS, Form
from alerts.letters.kinds import LetterKind
from alerts.letters.values import Fields
from config.policy import Host, site_name
from config.policy.hosts import OTHER
from config.words import Label

NOT_SHOWN = "not shown by the platform"
NEXT_STEPS = (
    "If the post stays, we decide what comes next; we may report it to the platform under its own rules. We "
    "will not discuss it in public."
)


@dataclass(frozen=True)
class Standing:
    """What the school's settings say for every letter; None where they say nothing."""

    reply_to: str | None = None
    complaints_procedure: str | None = None
    data_protection: str | None = None
    policy_clause: str | None = None
    support: str | None = None
    union: str | None = None
    head_contact: str | None = None
    dpo_contact: str | None = None


@dataclass(frozen=True)
class ProviderFacts:
    """Who carries the site, as DNS and RDAP said at `asked_at`."""

    name: str
    ip: str
    domain: str
    asked_at: datetime


@dataclass(frozen=True)
class HostAnswer:
    asked_at: datetime
    answer: str


@dataclass(frozen=True)
class Case:
    """One incident as its letters need it. Times are aware; the words are those that were sealed.

    `words` is empty where they are withheld, locked or erased. No name of a pupil stands in it.
    """

    urls: tuple[str, ...]
    platform: str
    host: Host
    post_id: str
    handle: str | None
    words: str
    posted_at: datetime | None
    seen_at: datetime
    opened_at: datetime
    affected_role: str
    about_a_pupil: bool | None
    """None while nobody has said who is affected."""
    author: str
    labels: frozenset[Label]
    severity: str
    state: str
    events: tuple[str, ...]
    evidence: tuple[str, ...]
    """Name and SHA-256 of each sealed file."""
    consent: str | None = None
    checks: tuple[datetime, datetime] | None = None
    """The first and the second time that it was seen gone."""
    checks_until: datetime | None = None
    overdue: bool = False
    reopened: bool = False
    refused_by_host: bool = False
    occasions: tuple[str, ...] = ()
    consider: tuple[str, ...] = ()
    """In the law pack's own wording."""
    host_rule: str | None = None
    policy_clause: str | None = None
    author_confirmed_by: str | None = None
    provider: ProviderFacts | None = None
    host_answer: HostAnswer | None = None
    handed_in: bool = False
    """A person brought it; the program has seen no platform."""
    answer_by: datetime | None = None
    """When the author should answer by the school's policy; None when that is past."""


def prefilled(kind: LetterKind, case: Case | None, standing: Standing) -> Form:
    """The fields of a letter that need no person to know; nothing for what is not known."""
    known = _filled(_standing(standing)) | (_filled(_known(case)) if case else {})
    return {name: known[name] for name in _names(MODELS[kind]) if name in known}


def _filled(known: Mapping[str, Any]) -> Form:
    return {name: value for name, value in known.items() if value}


def _names(model: type[Fields]) -> tuple[str, ...]:
    return tuple(model.model_fields)


def _standing(standing: Standing) -> Mapping[str, Any]:
    return {
        "reply_to": standing.reply_to,
        "complaints_procedure": standing.complaints_procedure,
        "data_protection": standing.data_protection,
        "policy_clause": standing.policy_clause,
        "support": standing.support,
        "union": standing.union,
        "head_contact": standing.head_contact,
        "dpo_contact": standing.dpo_contact,
        "next_steps": NEXT_STEPS,
    }


def _known(case: Case) -> Mapping[str, Any]:
    return {**_place(case), **_moments(case), **_people(case), **_state(case), **_provider(case)}


def _place(case: Case) -> Mapping[str, Any]:
    return {
        "urls": "\n".join(case.urls),
        "url": case.urls[0] if case.urls else None,
        "host": _host(case),
        "host_rule": case.host_rule,
        "policy_clause": case.policy_clause,
        "post_id": case.post_id or NOT_SHOWN,
        "words": case.words,
        "statement": case.words,
        "source": _host(case),
        "evidence": "\n".join(case.evidence),
        "captured_how": f"{_recorded(case)}; sealed with SHA-256 and an append-only log",
        "captured_by": _recorded_by(case),
        "originals": "in the school's evidence store; the export of this incident holds copies",
    }


def _host(case: Case) -> str:
    """A site that is none of the known hosts goes by its own name."""
    named = site_name(case.urls[0]) if case.host.platform == OTHER and case.urls else None
    return named or case.host.title


def _recorded(case: Case) -> str:
    return "handed in by a person" if case.handed_in else "through the platform's own interface"


def _recorded_by(case: Case) -> str:
    program = "a program of the school (schoolwatch)"
    return f"{program}, as the person gave it" if case.handed_in else program


def _provider(case: Case) -> Mapping[str, Any]:
    provider, answer = case.provider, case.host_answer
    return {
        "provider": provider and provider.name,
        "ip": provider and provider.ip,
        "domain": provider and provider.domain,
        "looked_up_at": _typed(provider.asked_at) if provider else None,
        "host_asked_at": _typed(answer.asked_at) if answer else None,
        "host_answer": answer and answer.answer,
    }


def _moments(case: Case) -> Mapping[str, Any]:
    first, second = case.checks or (None, None)
    return {
        "posted_at": both(case.posted_at, none=NOT_SHOWN),
        "seen_at": _typed(case.seen_at),
        "opened_at": _typed(case.opened_at),
        "answer_by": _typed(case.answer_by),
        "aware_at": _typed(case.seen_at),
        "first_check": _typed(first),
        "second_check": _typed(second),
        "checks_until": _typed(case.checks_until),
        "events": "\n".join(case.events),
        "occasions": "\n".join(case.occasions) or "none known",
        "consider": "\n".join(case.consider),
    }


def _people(case: Case) -> Mapping[str, Any]:
    return {
        "handle": case.handle or NOT_SHOWN,
        "author": case.author,
        "author_confirmed_by": case.author_confirmed_by,
        "affected_role": case.affected_role,
        "affected": case.affected_role,
        "consent": case.consent,
        "child_affected": None if case.about_a_pupil is None else _yes_no(case.about_a_pupil),
    }


def _state(case: Case) -> Mapping[str, Any]:
    return {
        "priority": case.severity,
        "state": case.state,
        "categories": "\n".join(
            f"{label.value.replace('_', ' ')} (alleged)" for label in sorted(case.labels)
        ),
        "overdue": _yes_no(case.overdue),
        "reopened": _yes_no(case.reopened),
        "refused_by_host": _yes_no(case.refused_by_host),
    }


def _typed(at: datetime | None) -> str | None:
    """As it would be typed, to the second and with its offset, so that the autumn hour is no riddle."""
    if at is None:
        return None
    return at.astimezone(LONDON).isoformat(sep=" ", timespec="seconds")


def _yes_no(answer: bool) -> str:
    return "yes" if answer else "no"
