"""Judging what waits: harmless things are marked, the rest is sealed and raised in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.matter import Matter, opens_incident
from classifiers.interface import Comment, Judge, Judgement
from config.words import Flag, Label, Lane, Severity, Situation, Surface
from monitor.evidence.folder import EvidenceNotWritten
from monitor.pipeline.incidents.raising import Found, IncidentDesk
from monitor.pipeline.incidents.recirculation import Kin, links_by_item
from monitor.pipeline.judgement.look_alikes import imitators_among
from monitor.pipeline.judgement.own_judgement import judge_of_own_words, situations_of
from monitor.pipeline.sealing_up.sealing import close_withheld, promote, record_evidence, tidy
from monitor.pipeline.telling.operator_alerts import Trouble, open_alert, tell_operators
from monitor.pipeline.telling.spikes import gather_spikes
from monitor.site import Site
from monitor.store import custody
from monitor.store.database import DatabaseUnusable
from monitor.store.models import Item, ItemState
from monitor.store.models import Judgement as JudgementRow

BATCH = 64
NOT_JUDGED = "not_judged"
_TOLD_AGAIN_AFTER = timedelta(days=1)
log = structlog.get_logger()


class JudgementFails(Exception):
    """The judge itself is broken. What was seen waits until it works again; nothing is called harmless."""

    def __init__(self, problem: str) -> None:
        super().__init__(
            f"Comments cannot be judged ({problem}); all that were seen are kept and wait. "
            "Start schoolwatch again; if it comes back, install it again: its models come with it."
        )


@dataclass(frozen=True)
class Opinion:
    """A judgement of one item, or why there is none."""

    item_id: int
    judgement: Judgement | None
    matter: Matter | None
    failure: str | None = None

    @property
    def raises(self) -> bool:
        return self.matter is not None and opens_incident(self.matter)

    @property
    def harmless(self) -> bool:
        return self.judgement is not None and self.judgement.judged and not self.raises


def judge_waiting(site: Site, judge: Judge) -> bool:
    """Judge one batch of waiting items. Answers whether there may be more."""
    with site.database.read() as session:
        waiting = _waiting(session, site.school_id)
        knowing = judge_of_own_words(session, judge, waiting)
        imitators = imitators_among(session, site, waiting)
    if not waiting:
        return False
    opinions = [
        _as_imitator(item, opinion) if item.id in imitators else opinion
        for item, opinion in zip(waiting, _opinions(knowing, waiting), strict=True)
    ]
    try:
        _settle_all(site, waiting, opinions)
    except (DatabaseUnusable, EvidenceNotWritten):
        raise
    except Exception:
        # One item that cannot be settled must not keep a threat behind it waiting.
        log.exception("batch_not_settled", items=[item.uid for item in waiting])
        for item, opinion in zip(waiting, opinions, strict=True):
            _settle_alone(site, item, opinion)
    return len(waiting) == BATCH


def _as_imitator(item: Item, opinion: Opinion) -> Opinion:
    """Whoever uses the school's name is a finding, whatever the words are (Market Drayton C)."""
    if opinion.judgement is None:
        return opinion
    matter = opinion.matter or matter_of(item, opinion.judgement)
    return replace(opinion, matter=replace(matter, situations=matter.situations | {Situation.IMPERSONATION}))


def _settle_alone(site: Site, item: Item, opinion: Opinion) -> None:
    try:
        _settle_all(site, [item], [opinion])
    except (DatabaseUnusable, EvidenceNotWritten):
        raise
    except Exception as error:
        log.exception("item_not_settled", item=item.uid)
        unsettled = Opinion(item.id, None, None, failure=type(error).__name__)
        _settle_all(site, [item], [unsettled])


def _settle_all(site: Site, items: Sequence[Item], opinions: Sequence[Opinion]) -> None:
    """Seal what raises, then write judgements, evidence, incidents and mails in one transaction."""
    plan = _plan(site, items, opinions)
    promoted = promote(site, plan.lanes)
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        now = site.now()
        rows = _still_waiting(session, [opinion.item_id for opinion in opinions])
        sealed = {one.item_id for one in promoted}
        kept = [one for one in opinions if one.item_id in rows and (one.item_id in sealed or not one.raises)]
        record_evidence(session, site.school_id, [one for one in promoted if one.item_id in rows], now)
        desk = IncidentDesk(session, site, now, plan.links)
        for opinion in kept:
            passes_on = plan.passed_on.get(opinion.item_id)
            _settle(
                desk, rows[opinion.item_id], opinion, sealed=opinion.item_id in sealed, passes_on=passes_on
            )
        gather_spikes(session, site, [rows[one.item_id] for one in kept if one.raises])
        _tell_of_failures(session, site, [one for one in kept if one.failure])
    tidy(site, [item.uid for item in items])
    close_withheld(site)
    if any(one.withheld for one in promoted):
        # The platform's answer stood among what is held; the write-ahead log has that page yet.
        site.database.forget_erased()


@dataclass(frozen=True)
class _Plan:
    """What is to be sealed of a batch, and why, before any of it is written."""

    lanes: dict[int, Lane]
    """Item → its own lane, or the stricter one of the incident that it will join."""
    passed_on: dict[int, Kin]
    links: dict[int, tuple[str, ...]]


def _plan(site: Site, items: Sequence[Item], opinions: Sequence[Opinion]) -> _Plan:
    """Sealed is what raises; harmless words that replaced sealed ones, because an edit is part of the matter;
    and harmless words that link to what was raised before.
    """
    with site.database.read() as session:
        links = links_by_item(session, items)
        desk = IncidentDesk(session, site, site.now(), links)
        raised = {
            item.id: desk.lane_of(item, one.matter)
            for item, one in zip(items, opinions, strict=True)
            if one.matter is not None and one.raises
        }
        quiet = [item for item, one in zip(items, opinions, strict=True) if one.harmless]
        followed = desk.lanes_followed(quiet)
        passed_on = desk.passed_on([item for item in quiet if item.id not in followed])
        lanes = {item: Lane(kin.incident.lane) for item, kin in passed_on.items()}
        return _Plan(raised | followed | lanes, passed_on, links)


def _waiting(session: Session, school_id: int) -> list[Item]:
    query = (
        select(Item).filter_by(school_id=school_id, state=ItemState.WAITING).order_by(Item.id).limit(BATCH)
    )
    return list(session.scalars(query))


def _still_waiting(session: Session, item_ids: Sequence[int]) -> dict[int, Item]:
    """The rows of a batch, less those that somebody else settled in the meantime."""
    query = select(Item).where(Item.id.in_(item_ids), Item.state == ItemState.WAITING).with_for_update()
    return {item.id: item for item in session.scalars(query)}


def _opinions(judge: Judge, items: Sequence[Item]) -> list[Opinion]:
    comments = [comment_of(item) for item in items]
    try:
        judgements = judge.judge(comments)
        return [_opinion(item, judgement) for item, judgement in zip(items, judgements, strict=True)]
    except Exception:
        # One comment that a classifier cannot take must not keep the others waiting.
        log.exception("batch_not_judged", items=[item.uid for item in items])
        _check_that_it_works(judge)
        return [_opinion_alone(judge, item) for item in items]


def _check_that_it_works(judge: Judge) -> None:
    """Raises JudgementFails when not even plain words can be judged: then nothing is settled, all waits."""
    try:
        judge.judge([Comment(id="plain", text="See you at the summer fair.")])
    except Exception as error:
        raise JudgementFails(type(error).__name__) from error


def _opinion_alone(judge: Judge, item: Item) -> Opinion:
    try:
        return _opinion(item, judge.judge([comment_of(item)])[0])
    except Exception as error:
        log.exception("item_not_judged", item=item.uid)
        return Opinion(item.id, None, None, failure=type(error).__name__)


def _opinion(item: Item, judgement: Judgement) -> Opinion:
    return Opinion(item.id, judgement, matter_of(item, judgement) if judgement.raises else None)


def comment_of(item: Item) -> Comment:
    """An item as the classifiers take it."""
    return Comment(
        id=item.uid,
        text=item.text or "",
        context=item.context,
        platform=item.platform,
        surface=item.surface,
        author="school" if item.school_is_author else None,
        has_image=bool(item.media),
    )


def matter_of(item: Item, judgement: Judgement) -> Matter:
    """What the ladder needs to know of an item."""
    return Matter(
        labels=frozenset(label for label, given in judgement.labels.items() if given),
        flags=frozenset(judgement.flags),
        severity=judgement.severity,
        surface=Surface(item.surface),
        platform=item.platform,
        on_own_account=item.on_own_account,
        school_is_author=item.school_is_author,
        has_text=bool((item.text or "").strip()),
        has_media=bool(item.media),
        affected_role=_affected_role(judgement),
        published_at=item.posted_at,
        situations=situations_of(judgement),
    )


def _affected_role(judgement: Judgement) -> str:
    if Flag.PUPIL_TARGET in judgement.flags or judgement.labels.get(Label.PUPIL_INFORMATION):
        return "pupil"
    return "staff" if judgement.staff or Flag.STAFF_TARGET in judgement.flags else "unknown"


def _settle(desk: IncidentDesk, item: Item, opinion: Opinion, *, sealed: bool, passes_on: Kin | None) -> None:
    desk.session.add(judgement_row(item, opinion, desk.now))
    if opinion.matter is not None and opinion.judgement is not None and opinion.raises:
        item.state = ItemState.SEALED
        desk.take(Found(item, opinion.matter, opinion.judgement))
    elif sealed and passes_on is not None and opinion.judgement is not None:
        item.state = ItemState.SEALED
        desk.pass_on(item, opinion.judgement, passes_on)
    elif sealed:
        item.state = ItemState.KEPT
        desk.follow(item)
    elif opinion.judgement is None or not opinion.judgement.judged:
        item.state = ItemState.NOT_JUDGED
    else:
        item.state = ItemState.HARMLESS


def _tell_of_failures(session: Session, site: Site, failed: Sequence[Opinion]) -> None:
    """One mail however many such comments come; a day later the next one is told again."""
    told = open_alert(session, site.school_id, NOT_JUDGED, NOT_JUDGED)
    if told is not None and site.now() - told.opened_at >= _TOLD_AGAIN_AFTER:
        told.closed_at = site.now()
    if failed:
        words = f"A classifier fails on {len(failed)} of the comments (the first: item {failed[0].item_id})."
        mend = "Read them by hand: `schoolwatch items` shows them as not_judged. The others are judged."
        tell_operators(session, site, Trouble(NOT_JUDGED, NOT_JUDGED, words, mend))


def judgement_row(item: Item, opinion: Opinion, now: datetime) -> JudgementRow:
    judgement = opinion.judgement or no_judgement(item)
    return JudgementRow(
        school_id=item.school_id,
        item_id=item.id,
        judged_at=now,
        labels={str(label): given for label, given in judgement.labels.items()},
        scores={str(label): round(score, 4) for label, score in judgement.scores.items()},
        severity=str(judgement.severity),
        flags=[str(flag) for flag in judgement.flags],
        pupils=list(judgement.pupils),
        staff=list(judgement.staff),
        reasons=[
            {"category": one.category, "start": one.start, "end": one.end, "why": one.why}
            for one in judgement.reasons
        ],
        models=dict(judgement.models),
        failure=opinion.failure,
    )


def no_judgement(item: Item) -> Judgement:
    return Judgement(item.uid, labels={}, scores={}, severity=Severity.NONE, judged=False)
