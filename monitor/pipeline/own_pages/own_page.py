"""Hiding and deleting on the school's own page: decided by a person, written down, then done.

Evidence comes first, hiding before deleting, and deleting is a second decision (Nunney 2.8.3). Every act is
a row before the platform hears of it, so that a crash repeats it: to hide twice is to hide.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.ladder import machine
from alerts.ladder.state import Decision, Ladder, LadderRefused, words_of
from alerts.ladder.tasks import Task
from alerts.ladder.words import DecisionKind, Step
from config.words import Lane, Outcome, Visibility
from connectors.errors import ConnectorError
from connectors.interface import ActionStatus
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.reading.accounts import connect, plugin_of
from monitor.pipeline.telling.operator_alerts import Trouble, tell_operators
from monitor.site import Site
from monitor.store import custody
from monitor.store.incidents import incident_called
from monitor.store.models import SEALED_STATES, ActKind, ActState, Incident, Item, OwnPageAct, Source

AGAIN_AFTER = timedelta(minutes=2)
"""After an answer that was lost, or a fault that passes; also how long one try may take."""
TRIES = 8
log = structlog.get_logger()

_NOT_TOUCHED = "Nothing about a suspected indecent image is touched; the police say what follows."
_STEPS = {ActKind.HIDE: Step.OWN_PAGE_HIDE, ActKind.DELETE: Step.OWN_PAGE_DELETE}
_OUTCOMES = {ActKind.HIDE: Outcome.HIDDEN, ActKind.DELETE: Outcome.REMOVED}


class ActRefused(Exception):
    """What may not be done on the page now; the text says why, and what to do instead."""


@dataclass(frozen=True)
class Wanted:
    """One decision about the page: what, by whom and why."""

    kind: ActKind
    by: str
    reason: str
    by_rule: bool = False

    @property
    def decision(self) -> Decision:
        return Decision(DecisionKind.DONE, self.by, _OUTCOMES[self.kind], self.reason)


@dataclass(frozen=True)
class Acted:
    """What became of one act, for whoever decided it."""

    kind: ActKind
    state: ActState
    words: str
    when_hidden: str
    """Who still sees what is hidden there, in the platform's case."""


def decide_act(site: Site, reference: str, wanted: Wanted) -> list[int]:
    """Write down what a person decided for all that an incident holds on the school's own pages.

    Answers the numbers of the acts. Raises ActRefused, LadderRefused or NoSuchTask; nothing is written then.
    """
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        incident = incident_called(session, site.school_id, reference, lock=True)
        ladder = read_ladder(incident)
        items = _on_own_page(incident)
        _check(site, ladder, items, wanted)
        acts = [_plan(session, site, item, incident.id, wanted) for item in items]
        session.flush()  # their numbers are answered
        custody.note(
            session, site.school_id, site.now(), "own_page_decided", actor=wanted.by,
            reference=reference, act=str(wanted.kind), items=len(acts),
        )  # fmt: skip
        return [act.id for act in acts]


def hide_by_rule(session: Session, site: Site, incident: Incident, item: Item, rule: str) -> None:
    """Plan to hide an item because the school switched that rule on; in the caller's transaction."""
    if item.on_own_account and not item.school_is_author and incident.lane != Lane.INDECENT_IMAGE:
        _plan(session, site, item, incident.id, Wanted(ActKind.HIDE, "rule", rule, by_rule=True))


def act_next(site: Site, numbers: list[int] | None = None) -> Acted | None:
    """Do one act that is due, of these or of all; None when there is none."""
    claimed = _claim(site, numbers)
    if claimed is None:
        return None
    status, words, final = _do(site, claimed)
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        act = session.get_one(OwnPageAct, claimed.id)
        _mark(site, act, status, words, final=final)
        incident = session.scalars(
            select(Incident).where(Incident.id == act.incident_id).with_for_update()
        ).one()
        if act.state is not ActState.PLANNED:
            _tell_ladder(session, site, incident, act)
        log.info("own_page_act", act=act.id, kind=str(act.kind), state=str(act.state), tries=act.attempts)
        return Acted(ActKind(act.kind), ActState(act.state), act.words or "", claimed.when_hidden)


def _on_own_page(incident: Incident) -> list[Item]:
    """The newest version of each item of other people that stands on a page of the school."""
    newest = {item.external_id: item for item in incident.items if item.on_own_account}
    return [item for item in newest.values() if not item.school_is_author]


def _check(site: Site, ladder: Ladder, items: list[Item], wanted: Wanted) -> None:
    words_of(wanted.by, "Who decides")
    words_of(wanted.reason, "The reason")
    if ladder.lane is Lane.INDECENT_IMAGE:
        raise ActRefused(_NOT_TOUCHED)
    if not items:
        raise ActRefused("Nothing of this incident stands on a page of the school's own.")
    if any(item.state not in SEALED_STATES for item in items):
        raise ActRefused("The evidence is not sealed yet; wait for the next look (Nunney 2.8.3).")
    if wanted.kind is ActKind.UNHIDE:
        if ladder.presence.hidden_at is None:
            raise ActRefused("It has not been hidden.")
        return
    # Tried on the ladder first, so that what its gates refuse never reaches the platform.
    machine.decide(ladder, _task(ladder, wanted.kind).number, wanted.decision, site.now())


def _task(ladder: Ladder, kind: ActKind) -> Task:
    found = [task for task in ladder.tasks if task.step is _STEPS[kind] and task.undecided]
    if not found:
        first = " Hide it first." if kind is ActKind.DELETE and ladder.presence.hidden_at is None else ""
        raise ActRefused(f"No task “{_STEPS[kind].shown_as}” is open on this incident.{first}")
    return found[-1]


def _plan(session: Session, site: Site, item: Item, incident_id: int, wanted: Wanted) -> OwnPageAct:
    now = site.now()
    act = OwnPageAct(
        school_id=site.school_id,
        incident_id=incident_id,
        item_id=item.id,
        kind=wanted.kind,
        state=ActState.PLANNED,
        decided_by=wanted.by.strip(),
        decided_at=now,
        reason=wanted.reason.strip(),
        by_rule=wanted.by_rule,
        attempts=0,
        next_attempt_at=now,
    )
    session.add(act)
    return act


@dataclass(frozen=True)
class _Claimed:
    id: int
    kind: ActKind
    source: str
    external_id: str
    when_hidden: str
    barred: str | None
    """Why it may not be done any more, for what has happened since it was decided."""


def _claim(site: Site, numbers: list[int] | None) -> _Claimed | None:
    """The next act that is due, put off meanwhile, so that nobody else does it at the same time."""
    due = (
        select(OwnPageAct)
        .where(OwnPageAct.school_id == site.school_id, OwnPageAct.state == ActState.PLANNED)
        .where(OwnPageAct.next_attempt_at <= site.now())
        .order_by(OwnPageAct.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if numbers is not None:
        due = due.where(OwnPageAct.id.in_(numbers))
    with site.database.write() as session:
        act = session.scalars(due).one_or_none()
        if act is None:
            return None
        act.attempts += 1
        act.next_attempt_at = site.now() + AGAIN_AFTER
        item = session.get_one(Item, act.item_id)
        source = session.get_one(Source, item.source_id).name
        barred = _barred(session, site, act, source)
        when_hidden = "" if barred else plugin_of(site.source_settings(source)).when_hidden
        return _Claimed(act.id, ActKind(act.kind), source, item.external_id, when_hidden, barred)


def _barred(session: Session, site: Site, act: OwnPageAct, source: str) -> str | None:
    incident = session.get_one(Incident, act.incident_id)
    if incident.lane == Lane.INDECENT_IMAGE:
        return _NOT_TOUCHED
    if incident.state != "open" and act.kind != ActKind.UNHIDE:
        return "The incident was closed before it was done."
    if source not in site.source_names:
        return f"The settings name no source {source} any more; do it on the platform."
    return None


def _do(site: Site, act: _Claimed) -> tuple[ActionStatus, str, bool]:
    """What the platform answered: status, words, and whether it would answer the same again."""
    if act.barred is not None:
        return ActionStatus.NOT_PERMITTED, act.barred, True
    try:
        connector = connect(site, site.source_settings(act.source))
    except ConnectorError as error:
        return ActionStatus.NOT_PERMITTED, f"{type(error).__name__}: {error}", not error.retryable
    try:
        acts = {
            ActKind.HIDE: connector.hide,
            ActKind.UNHIDE: connector.unhide,
            ActKind.DELETE: connector.delete,
        }
        status = acts[act.kind](act.external_id)
    except ConnectorError as error:
        return ActionStatus.NOT_PERMITTED, f"{type(error).__name__}: {error}", not error.retryable
    finally:
        connector.close()
    return status, status.value.replace("_", " "), status is not ActionStatus.UNKNOWN_OUTCOME


def _mark(site: Site, act: OwnPageAct, status: ActionStatus, words: str, *, final: bool) -> None:
    act.words = words
    if status in (ActionStatus.DONE, ActionStatus.ALREADY):
        act.state = ActState.DONE
    elif final:
        act.state = ActState.REFUSED
    elif act.attempts >= TRIES:
        act.state = ActState.UNKNOWN
    if act.state is not ActState.PLANNED:
        act.finished_at = site.now()


def _tell_ladder(session: Session, site: Site, incident: Incident, act: OwnPageAct) -> None:
    """Once the last item of the incident has its answer, the task has one."""
    custody.note(
        session, site.school_id, site.now(), "own_page_answered", actor=act.decided_by,
        reference=incident.reference, act=str(act.kind), answer=str(act.state),
    )  # fmt: skip
    if act.state is ActState.UNKNOWN:
        mend = f"Look at it on the platform, and say what you see: schoolwatch incidents {incident.reference}"
        trouble = Trouble("own_page_unsure", incident.reference, "The platform never answered clearly.", mend)
        tell_operators(session, site, trouble)
    states = _states(session, act)
    if states == {ActState.DONE}:
        write_ladder(session, incident, _done(read_ladder(incident), act, site))
    elif ActState.PLANNED not in states and ActState.REFUSED in states:
        write_ladder(session, incident, _refused(read_ladder(incident), act, site))


def _states(session: Session, act: OwnPageAct) -> set[ActState]:
    """The newest act of this kind on each item of the incident."""
    query = (
        select(OwnPageAct.item_id, OwnPageAct.state)
        .where(OwnPageAct.incident_id == act.incident_id, OwnPageAct.kind == act.kind)
        .order_by(OwnPageAct.id)
    )
    newest: dict[int, str] = {}
    for item_id, state in session.execute(query):
        newest[item_id] = state
    return {ActState(state) for state in newest.values()}


def _done(ladder: Ladder, act: OwnPageAct, site: Site) -> Ladder:
    """A person's hide or delete is their decision; what a rule hid, or what is shown again, is only seen."""
    kind, now = ActKind(act.kind), site.now()
    if kind is ActKind.UNHIDE:
        return machine.observe(ladder, Visibility.VISIBLE, now)
    if not act.by_rule:
        try:
            decision = Wanted(kind, act.decided_by, act.reason).decision
            ladder = machine.decide(ladder, _task(ladder, kind).number, decision, now)
        except (ActRefused, LadderRefused):
            log.warning("own_page_task_gone", act=act.id)  # somebody decided otherwise meanwhile
    if kind is ActKind.HIDE and ladder.closing is None:
        return machine.observe(ladder, Visibility.HIDDEN_BY_US, now)
    return ladder


def _refused(ladder: Ladder, act: OwnPageAct, site: Site) -> Ladder:
    """The platform does not do it, or not all of it: the next step opens, as after any refusal."""
    kind = ActKind(act.kind)
    if kind is ActKind.UNHIDE or act.by_rule:
        return ladder
    words = act.words if act.state is ActState.REFUSED else "The platform refused it for some of the posts."
    decision = Decision(DecisionKind.REFUSED, act.decided_by, Outcome.REFUSED, words)
    try:
        return machine.decide(ladder, _task(ladder, kind).number, decision, site.now())
    except (ActRefused, LadderRefused):
        return ladder


def forget(session: Session, incident_ids: Collection[int]) -> None:
    """Let the words of why something was hidden go with their incident; that it was, and by whom, stays."""
    ended = update(OwnPageAct).where(OwnPageAct.incident_id.in_(incident_ids))
    session.execute(ended.values(reason="", words=None))
