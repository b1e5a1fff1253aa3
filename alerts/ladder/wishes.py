"""What the affected person wants and allows, and what follows for the steps (QC and Nunney 2.8.5, NEU 9.5).

The latest answer about a thing counts. Silence is no answer: neither a yes nor a no.
"""

from collections.abc import Mapping
from datetime import datetime

from alerts.ladder.state import Consent, Ladder
from alerts.ladder.tasks import Task
from alerts.ladder.words import ConsentScope, Step
from config.words import Lane, TaskState

COUNT_IN = frozenset({Lane.STANDARD, Lane.INTIMATE_IMAGE})
"""Elsewhere a child, a life or our own breach is at stake: wishes are heard, but do not decide."""

ASKED_FOR: Mapping[Step, ConsentScope] = {
    Step.AUTHOR_MEETING: ConsentScope.AUTHOR_REQUEST,
    Step.AUTHOR_REQUEST: ConsentScope.AUTHOR_REQUEST,
    Step.HOST_REPORT: ConsentScope.WISHES,
    Step.FIRST_PARTY_REPORT: ConsentScope.HOST_REPORT,
    Step.HOST_ESCALATION: ConsentScope.WISHES,
    Step.SECTION_5_NOTICE: ConsentScope.SECTION_5,
    Step.INFRA_NOTICE: ConsentScope.INFRA,
    Step.POLICE_REPORTED: ConsentScope.POLICE,
}
"""The steps that leave the school, and the question whose answer is about them.

A no to a report in the person's own name does not stop the school's own report of a breach of the host's
rules; a no to everything does.
"""


def stand_against(ladder: Ladder, step: Step, at: datetime) -> bool:
    """Whether the person said no to this step, or wants nothing done and has not since asked for it."""
    scope = ASKED_FOR.get(step)
    if scope is None or ladder.lane not in COUNT_IN:
        return False
    about_it, about_anything = ladder.latest(scope), ladder.latest(ConsentScope.WISHES)
    if about_it is not None and about_it.is_no(at):
        return True
    if about_anything is None or not about_anything.is_no(at):
        return False
    return about_it is None or not (about_it.holds(at) and about_it.asked_at > about_anything.asked_at)


def may_tell_author(ladder: Ladder, at: datetime) -> bool:
    """Whether the author may learn who complained: only with a written yes, and never of a pupil."""
    latest = ladder.latest(ConsentScope.TELL_AUTHOR)
    if latest is None or ladder.matter.is_about_pupil:
        return False
    return latest.holds(at) and latest.method.strip().casefold().startswith("written")


def may_be_named_to_author(ladder: Ladder, at: datetime) -> bool:
    """Whether a request to the author may name the person it is about; a pupil never."""
    return not ladder.matter.is_about_pupil and ladder.consent_holds(ConsentScope.AUTHOR_REQUEST, at)


def was_overtaken(ladder: Ladder, consent: Consent, at: datetime) -> bool:
    """Whether a no comes after somebody outside was asked: what was sent is not called back (NEU 9.5)."""
    return consent.is_no(at) and any(_went_out(task, consent.scope) for task in ladder.tasks)


def _went_out(task: Task, scope: ConsentScope) -> bool:
    in_their_name = ConsentScope.HOST_REPORT if task.step is Step.HOST_REPORT else ConsentScope.WISHES
    if task.step not in ASKED_FOR or scope not in (ASKED_FOR[task.step], ConsentScope.WISHES, in_their_name):
        return False
    told_police = task.step is Step.POLICE_REPORTED and task.state is TaskState.DONE
    return task.sent_at is not None or told_police
