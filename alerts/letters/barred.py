"""Which letters a matter forbids, and why.

What is tied to a step of the ladder is barred with the step. For the rest the lanes speak here: of a
suspected indecent image nobody is told anything (Queen's Crescent 2.7.4), and where a member of staff may be
concerned nobody is told before the LADO or HR has advised (Queen's Crescent and Nunney 2.7.5).
"""

from collections.abc import Mapping

from alerts.ladder.lanes import prohibitions
from alerts.ladder.state import Ladder
from alerts.ladder.tasks import Task
from alerts.ladder.words import Step
from alerts.letters.kinds import RULES, LetterKind
from config.words import Lane, TaskState

K = LetterKind
NOBODY_IS_TOLD = (
    "A suspected indecent image of a child: nobody is confronted or told (Queen's Crescent 2.7.4). Only the "
    "police, the LADO and the DSL hear; the cover for the police and the referral stay open."
)
_NOT_BEFORE_ADVICE = (
    "Not before the LADO or HR has advised: whoever is told may be a witness (Queen's Crescent and Nunney "
    "2.7.5). Decide the task “Refer it to the LADO” first."
)
_POLICE_FIRST = "Where a life may be at risk the police advise before anybody is written to."
_STAFF_AUTHOR = "No letter to a member of staff: HR or the head speaks with them (Nunney 2.7.5)."
_A_CHILD = "It is about a pupil: the DSL asks and decides, and no form is sent to a child."
_NOT_A_PUPILS = "This letter is for a pupil's own post: record the author as a pupil first (NEU 9.2)."
_CRITICISM = "Criticism stays up. The answer to a complaint is the complaints procedure (Market Drayton D)."

ALWAYS_OPEN = frozenset({K.POLICE_PACK, K.LADO_REFERRAL})
"""In the indecent-image lane all else is closed."""
TELLS_SOMEBODY = frozenset(
    {K.PARENT_CHILD_AFFECTED, K.PARENT_CHILDS_POST, K.WISHES_REQUEST, K.COMPLAINTS_SIGNPOST}
)

BY_LANE: Mapping[Lane, Mapping[LetterKind, str]] = {
    Lane.INDECENT_IMAGE: {kind: NOBODY_IS_TOLD for kind in K if kind not in ALWAYS_OPEN},
    Lane.LIFE: dict.fromkeys(TELLS_SOMEBODY - {K.WISHES_REQUEST}, _POLICE_FIRST),
    Lane.COMPLAINT: {kind: _CRITICISM for kind in K if kind is not K.COMPLAINTS_SIGNPOST},
}


def why_barred(kind: LetterKind, ladder: Ladder) -> str | None:
    """The reason to show; None when the letter may be written and sent about this matter."""
    by_lane = BY_LANE.get(ladder.lane, {}).get(kind)
    if by_lane is not None:
        return by_lane
    step = RULES[kind].step
    by_step = prohibitions(ladder.matter, ladder.lane, ladder.policy).get(step) if step else None
    return by_step if by_step and kind not in _NOT_WITH_ITS_STEP else _by_person(kind, ladder)


_NOT_WITH_ITS_STEP = frozenset({K.COMPLAINTS_SIGNPOST, K.WISHES_REQUEST})
"""The way to complain may be shown about any matter; whom a question may go to is said below."""


def waiting_task(kind: LetterKind, ladder: Ladder) -> Task | None:
    """The task on the ladder that sending the letter does, while nobody has sent or ended it."""
    steps = (RULES[kind].step, RULES[kind].later_step)
    found = (task for task in ladder.tasks if task.step in steps and task.undecided and task.sent_at is None)
    return next(found, None)


def is_theirs(kind: LetterKind, ladder: Ladder) -> bool:
    """Whether the affected person has to send it themselves: the host takes it from nobody else (NEU 9.3)."""
    return any(task.step is RULES[kind].theirs and task.undecided for task in ladder.tasks)


def _by_person(kind: LetterKind, ladder: Ladder) -> str | None:
    matter = ladder.matter
    if kind is K.AUTHOR_REQUEST and matter.author_role in ("staff", "volunteer"):
        return _STAFF_AUTHOR
    if kind is K.WISHES_REQUEST and (matter.is_about_pupil or ladder.lane is Lane.CHILD):
        return _A_CHILD
    if kind is K.PARENT_CHILDS_POST and matter.author_role != "pupil":
        return _NOT_A_PUPILS
    if kind in TELLS_SOMEBODY and ladder.lane is Lane.STAFF_ALLEGATION and not _advised(ladder):
        return _NOT_BEFORE_ADVICE
    return None


def _advised(ladder: Ladder) -> bool:
    advice = (Step.LADO_REFERRAL, Step.HR_ADVICE)
    return any(task.step in advice and task.state is TaskState.DONE for task in ladder.tasks)
