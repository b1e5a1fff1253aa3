"""The policy in force, as plain JSON: it is copied onto each incident, so that later changes do not
rewrite what a school was told when it happened. And the due time of every step under it.

What no law or adopted policy fixes is a house rule, and stands here so that a school can change it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from alerts.clocks import (
    SchoolCalendar,
    Span,
    add_school_days,
    add_working_days,
    breach_deadline,
    end_of_school_day,
    host_deadline,
    section_5_deadline,
)
from alerts.ladder.bank_holidays import division_of
from alerts.ladder.words import Step
from config.policy import hosts
from config.schema import MeetingWith, Nation
from config.words import Flag, Severity

Policy = Mapping[str, Any]

POLICE_TRIGGERS = (Flag.THREAT, Flag.SEXUAL, Flag.HATE, Flag.HARASSMENT, Flag.SELF_HARM_ENCOURAGEMENT)
"""Huntington 8.8: threatening, abusive, sexist, of a sexual nature, or hate."""


def default_policy(nation: Nation = Nation.ENGLAND, closed: tuple[Span, ...] = ()) -> dict[str, Any]:
    """The shipped policy. `closed` holds the school's holidays, first and last day of each."""
    return {
        "version": 2,
        "nation": nation.value,
        "closed": [[first.isoformat(), last.isoformat()] for first, last in closed],
        "triage_hours": {"critical": 1, "high": 4},
        "triage_school_days": 1,
        "unacknowledged_minutes": {"critical": 60, "high": 240},
        "referral_hours": 1,
        "moderate_hours": 1,
        "author_answer_hours": 12,
        "host_report_hours": 4,
        "host_escalation_hours": 48,
        "infra_chase_working_days": 3,
        "meeting_school_days": 5,
        "lado_hold_working_days": 1,
        "investigation_school_days": 5,
        "acknowledged_for_hours": {"critical": 4, "high": 24, "medium": 24, "low": 24},
        "limitation_reminder_days": 60,
        "head_approves": ["author_request", "infra_notice"],
        "meeting_with": MeetingWith.BOTH.value,
        "staff_remarks_to_lado": True,
        "in_person_only": {
            host.platform: [str(label) for label in host.in_person_only] for host in hosts().values()
        },
        "support": {"eap": None, "union": None},
        "nag_hours": 24,
        "gone_minutes": 30,
        "police_triggers": [flag.value for flag in POLICE_TRIGGERS],
        "major_platforms": [host.platform for host in hosts().values() if not host.escalates_to_provider],
    }


def nation_of(policy: Policy) -> Nation:
    return Nation(policy["nation"])


def calendar_of(policy: Policy) -> SchoolCalendar:
    closed = tuple((date.fromisoformat(first), date.fromisoformat(last)) for first, last in policy["closed"])
    return SchoolCalendar(division_of(nation_of(policy)), closed)


def hours(policy: Policy, key: str) -> timedelta:
    return timedelta(hours=policy[key])


@dataclass(frozen=True)
class Moment:
    """What a due time is counted from."""

    severity: Severity
    clock_from: datetime
    """First seen, or seen again after it had gone: the start of the host clock."""
    at: datetime
    """When the task opens, or when a person says that they sent it."""
    policy: Policy


def due_when_opened(step: Step, moment: Moment) -> datetime | None:
    """By when a person should have done the step; None when nothing presses."""
    return _WHEN_OPENED[step](moment)


def due_when_sent(step: Step, moment: Moment) -> datetime:
    """By when somebody outside should have answered."""
    return _WHEN_SENT[step](moment)


def due_once_triaged(step: Step, moment: Moment, due_at: datetime | None) -> datetime | None:
    """What waited for triage should follow soon after it, and never later than it was due anyway."""
    if step not in _SOON_AFTER_TRIAGE or due_at is None:
        return due_at
    return min(due_at, moment.at + hours(moment.policy, _SOON_AFTER_TRIAGE[step]))


_SOON_AFTER_TRIAGE = {Step.HOST_REPORT: "host_report_hours", Step.OWN_PAGE_HIDE: "moderate_hours"}


def _triage(moment: Moment) -> datetime:
    by_hours = moment.policy["triage_hours"].get(moment.severity.value)
    if by_hours is not None:
        return moment.clock_from + timedelta(hours=by_hours)
    days = moment.policy["triage_school_days"]
    return add_school_days(moment.clock_from, days, calendar_of(moment.policy))


def _police_decision(moment: Moment) -> datetime:
    if moment.severity is Severity.CRITICAL:
        return moment.at + hours(moment.policy, "referral_hours")
    return add_school_days(moment.at, 1, calendar_of(moment.policy))


def _referral(moment: Moment) -> datetime:
    return moment.at + hours(moment.policy, "referral_hours")


def _lado(moment: Moment) -> datetime:
    return _referral(moment) if moment.severity is Severity.CRITICAL else _same_day(moment)


def _moderate(moment: Moment) -> datetime:
    return moment.at + hours(moment.policy, "moderate_hours")


def _hide(moment: Moment) -> datetime:
    """It waits for triage, so it cannot be due before triage is."""
    return max(_triage(moment), moment.at) + hours(moment.policy, "moderate_hours")


def _same_day(moment: Moment) -> datetime:
    return end_of_school_day(moment.at, calendar_of(moment.policy))


def _meeting(moment: Moment) -> datetime:
    days = moment.policy["meeting_school_days"]
    return add_school_days(moment.at, days, calendar_of(moment.policy))


def _investigation(moment: Moment) -> datetime:
    days = moment.policy.get("investigation_school_days", 5)
    return add_school_days(moment.at, days, calendar_of(moment.policy))


def _host_clock(moment: Moment) -> datetime:
    return host_deadline(moment.clock_from)


def _author_clock(moment: Moment) -> datetime:
    """Twelve hours from first seen; an author asked only after that gets twelve hours from then."""
    due = moment.clock_from + hours(moment.policy, "author_answer_hours")
    return due if moment.at < due else moment.at + hours(moment.policy, "author_answer_hours")


def _infra_chase(moment: Moment) -> datetime:
    days = moment.policy["infra_chase_working_days"]
    return add_working_days(moment.at, days, calendar_of(moment.policy))


def _escalation(moment: Moment) -> datetime:
    return moment.at + hours(moment.policy, "host_escalation_hours")


def _no_hurry(_: Moment) -> None:
    return None


_WHEN_OPENED: Mapping[Step, Callable[[Moment], datetime | None]] = {
    Step.TRIAGE: _triage,
    Step.AFFECTED_INFORMED: _same_day,
    Step.SUPPORT_OFFER: _same_day,
    Step.OWN_PAGE_HIDE: _hide,
    Step.OWN_PAGE_DELETE: _no_hurry,
    Step.OWN_POST_REMOVE: _moderate,
    Step.UNTAG: _same_day,
    Step.PASTORAL_TALK: _same_day,
    Step.BEHAVIOUR_ROUTE: _meeting,
    Step.MEETING: _meeting,
    Step.AUTHOR_MEETING: _meeting,
    Step.AUTHOR_REQUEST: _author_clock,
    Step.NEXT_STEP: _same_day,
    Step.HOST_REPORT: _host_clock,
    Step.FIRST_PARTY_REPORT: _host_clock,
    Step.HOST_ESCALATION: _same_day,
    Step.SECTION_5_NOTICE: _meeting,
    Step.INFRA_NOTICE: _same_day,
    Step.POLICE_CONSIDERED: _police_decision,
    Step.POLICE_REPORTED: _police_decision,
    Step.LADO_REFERRAL: _lado,
    Step.HR_ADVICE: _same_day,
    Step.STAFF_REFERRAL: _same_day,
    Step.DSL_REFERRAL: _referral,
    Step.DPO_NOTE: lambda moment: breach_deadline(moment.clock_from),
    Step.HELPLINE_SIGNPOST: _same_day,
    Step.COMPLAINT_SIGNPOST: _meeting,
    Step.INVESTIGATION: _investigation,
    Step.REFERENCE: _no_hurry,
    Step.TRAINING_PROMPT: _no_hurry,
    Step.CHANGE_OF_MIND: _same_day,
    Step.CACHE_REQUEST: _no_hurry,
    Step.VERIFY_REMOVED: _no_hurry,
}

_WHEN_SENT: Mapping[Step, Callable[[Moment], datetime]] = {
    Step.AUTHOR_REQUEST: _author_clock,
    Step.HOST_REPORT: _host_clock,
    Step.FIRST_PARTY_REPORT: _host_clock,
    Step.HOST_ESCALATION: _escalation,
    Step.SECTION_5_NOTICE: lambda moment: section_5_deadline(moment.at),
    Step.INFRA_NOTICE: _infra_chase,
}
