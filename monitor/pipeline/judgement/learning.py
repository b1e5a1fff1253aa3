"""Learning from a school's decisions: what would change, storing it as a version, and going back.

The shipped models are never touched. A version is a row of offsets, in force as long as the models are those
that it was learned beside; of several the newest that fits. `forget` ends all that were before it.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from classifiers.interface import Judge, Judgement
from classifiers.judge import SURE, EmbeddedJudge
from classifiers.learning import LEARNS, Decided, Learned, offset
from config.words import Flag, Label
from monitor.pipeline.judgement.decided import DecidedComment
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import LearnedVersion, School

LEARNED, FORGOTTEN, RESTORED = "learned", "forgotten", "restored"


class NotAllModels(Exception):
    """The decided comments were not read by all models, so that nothing can be learned beside them."""


class NoSuchVersion(Exception):
    """There is no such version; the text says how to find the right one."""


@dataclass(frozen=True)
class Lesson:
    """What the decisions teach about each head."""

    offsets: Mapping[str, float]
    """Only those that are not 0."""
    decisions: Mapping[str, Mapping[str, int]]
    """Head → confirmed and dismissed, incidents that were marked for it."""


@dataclass(frozen=True)
class Change:
    """A decided comment that would be marked otherwise."""

    reference: str
    item: str
    head: str
    marked: bool
    """Whether it would be marked now."""
    confirmed: bool


def lesson_from(judge: EmbeddedJudge, decided: Sequence[DecidedComment]) -> Lesson:
    """The shipped models read the decided comments again: their scores, and what people said of them.

    A comment teaches about the heads that it was marked for when a person saw it. What a rule decided
    teaches nothing about a threshold. Raises NotAllModels when a model fails on the way.
    """
    plain = judge.with_learned(None, judge.levels)
    judged = plain.judge([one.comment for one in decided])
    if any(judgement.models != plain.models for judgement in judged):
        raise NotAllModels("a model failed while it read the decided comments; the log says which")
    offsets: dict[str, float] = {}
    decisions: dict[str, dict[str, int]] = {}
    for head in LEARNS:
        marked = [
            (one, score)
            for one, judgement in zip(decided, judged, strict=True)
            if head in one.marked and (score := _score(judgement, head)) is not None
        ]
        decisions[head] = _counted([one for one, _ in marked])
        shift = offset([Decided(score, one.confirmed, one.weight) for one, score in marked])
        offsets |= {head: shift} if shift else {}
    return Lesson(offsets, decisions)


def _score(judgement: Judgement, head: str) -> float | None:
    if not judgement.judged:
        return None
    if head in list(Flag):
        return judgement.danger_scores[Flag(head)]
    score = judgement.scores[Label(head)]
    return None if head == Label.PUPIL_INFORMATION and score >= SURE else score


def _counted(marked: Sequence[DecidedComment]) -> dict[str, int]:
    of_incident = {one.reference: one.confirmed for one in marked}
    counts = Counter(of_incident.values())
    return {"confirmed": counts[True], "dismissed": counts[False]}


def changes(before: Judge, after: Judge, decided: Sequence[DecidedComment]) -> tuple[Change, ...]:
    """Which decided comments would be marked otherwise, by reference and item, never by words."""
    comments = [one.comment for one in decided]
    judged = zip(decided, before.judge(comments), after.judge(comments), strict=True)
    return tuple(change for one, old, new in judged for change in _differences(one, old, new))


def _differences(one: DecidedComment, old: Judgement, new: Judgement) -> Iterator[Change]:
    for head in LEARNS:
        was, will = _marks(old, head), _marks(new, head)
        if was != will:
            yield Change(one.reference, one.comment.id, head, will, one.confirmed)


def _marks(judgement: Judgement, head: str) -> bool:
    return head in judgement.flags if head in list(Flag) else judgement.labels[Label(head)]


def newest_version(site: Site) -> int:
    """The number of the newest version, 0 before the first."""
    with site.database.read() as session:
        return _newest_number(session, site)


@dataclass(frozen=True)
class Standing:
    """Where the versions leave the judge, with the models that it has now."""

    in_force: LearnedVersion | None = None
    """The newest version that fits. Its offsets may be empty: decisions can agree with the models."""
    set_aside: LearnedVersion | None = None
    """The newest that fits other models only, where it is newer than the one in force."""


def standing(rows: Sequence[LearnedVersion], models: Mapping[str, str]) -> Standing:
    """`rows` the newest last; `models` as `EmbeddedJudge.shipped_models` names them."""
    set_aside = None
    for row in reversed(rows):
        if not row.models:  # forgotten: the shipped models alone, whichever they are
            return Standing(None, set_aside)
        if row.models == models:
            return Standing(row, set_aside)
        if set_aside is None and row.offsets:
            set_aside = row
    return Standing(None, set_aside)


def unlike(learned: Mapping[str, str], models: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Names of the models of a version that are missing now, and of those that are new or other ones."""
    missing = sorted(learned.keys() - models.keys())
    return missing, sorted(name for name in models if learned.get(name) != models[name])


def learned_of(row: LearnedVersion | None) -> Learned | None:
    """What a version says; None when that is: the shipped models alone."""
    return Learned(row.version, row.offsets, row.models) if row is not None and row.offsets else None


def versions(site: Site) -> list[LearnedVersion]:
    """Every version, the newest last."""
    query = select(LearnedVersion).filter_by(school_id=site.school_id).order_by(LearnedVersion.version)
    with site.database.read() as session:
        return list(session.scalars(query))


def keep_lesson(site: Site, lesson: Lesson, models: Mapping[str, str], by: str) -> int:
    """Put a lesson in force from the next pass on; answers its version."""
    decisions = {head: dict(counts) for head, counts in lesson.decisions.items()}
    return _store(
        site, by, origin=LEARNED, offsets=dict(lesson.offsets), decisions=decisions, models=dict(models)
    )


def forget(site: Site, by: str) -> int:
    """Go back to the shipped models alone. The earlier versions stay, and can be restored."""
    return _store(site, by, origin=FORGOTTEN, offsets={}, decisions={}, models={})


def restore(site: Site, version: int, by: str) -> int:
    """Put the offsets of an earlier version in force again. Raises NoSuchVersion."""
    row = next((one for one in versions(site) if one.version == version), None)
    if row is None:
        raise NoSuchVersion(f"there is no version {version}; `schoolwatch judgement show` lists them")
    same: dict[str, Any] = {"offsets": row.offsets, "decisions": row.decisions, "models": row.models}
    return _store(site, by, origin=RESTORED, restores=version, **same)


def _store(site: Site, by: str, **columns: Any) -> int:
    with site.database.write() as session:
        session.get_one(School, site.school_id, with_for_update=True)  # two at once follow one another
        number = _newest_number(session, site) + 1
        row = LearnedVersion(
            school_id=site.school_id, version=number, made_at=site.now(), made_by=by, **columns
        )
        session.add(row)
        custody.note(
            session, site.school_id, row.made_at, f"judgement_{row.origin}", actor=by,
            version=number, restores=row.restores, offsets=row.offsets,
        )  # fmt: skip
    return number


def _newest_number(session: Session, site: Site) -> int:
    newest = select(func.max(LearnedVersion.version)).filter_by(school_id=site.school_id)
    return session.scalar(newest) or 0
