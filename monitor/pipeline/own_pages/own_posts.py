"""The school's own posts once more: a timeline re-read from its beginning, and what is found on it kept.

Polling drops what is harmless within a day, so an old post can only be found on the platform. A pass has a
cursor of its own, written with each page; one that is broken off goes on where it stopped.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from config.schema import Watch
from connectors.errors import ConnectorError
from connectors.interface import Item as FetchedItem
from connectors.interface import Page, Stream
from monitor.pipeline.reading.accounts import connect
from monitor.pipeline.reading.intake import PageIntake, mark_of
from monitor.pipeline.reading.poll import POLL_SECONDS
from monitor.site import Site
from monitor.store.closed import closed_among
from monitor.store.models import (
    ForgottenItem,
    Incident,
    IncidentItem,
    Item,
    ItemState,
    Judgement,
    OwnPostFinding,
    Source,
    StreamCursor,
)

WITHDRAWN = "withdrawn"
NO_CONSENT = "no_consent"
BY_NAME, BY_RECORD = "name", "record"


@dataclass(frozen=True)
class Finding:
    """One pupil in one own post, who may not be shown there any more, or never might."""

    pupil_id: str
    kind: str
    found_by: str
    lawful_when_posted: bool
    consent_version: int | None
    search_id: int | None = None


@dataclass(frozen=True)
class Match:
    """A post of a page that a person must look at. Without findings its words say why."""

    item: FetchedItem
    findings: tuple[Finding, ...] = ()


Sift = Callable[[Sequence[FetchedItem]], Sequence[Match]]
"""Which posts of a page matter. It reads nothing but the page and what the register says."""


@dataclass
class TimelineRead:
    """How far a timeline was read, and what became of what was found on it."""

    source: str
    posts: int = 0
    raised: list[Match] = field(default_factory=list)
    """Stored anew; the judgement that follows opens their incidents."""
    known: list[tuple[Match, str]] = field(default_factory=list)
    """Already part of an incident, with its reference."""
    finished: bool = False
    problem: str | None = None


def read_again(
    site: Site, source: str, purpose: str, sift: Sift, *, since: datetime | None = None
) -> TimelineRead:
    """Read the own posts of a source from the newest back to the first, or to `since`.

    `purpose` names the cursor. What the platform refuses is told in the answer, and the pass goes on there
    the next time.
    """
    read = TimelineRead(source)
    try:
        _read_pages(site, purpose, sift, since, read)
    except ConnectorError as error:
        read.problem = f"{error} {error.mend}".strip()
    if read.finished:
        _forget_cursor(site, source, purpose)
    return read


def _read_pages(site: Site, purpose: str, sift: Sift, since: datetime | None, read: TimelineRead) -> None:
    settings = site.source_settings(read.source).model_copy(update={"watch": (Watch.OWN_POSTS,)})
    stream = Stream(Watch.OWN_POSTS, settings.account_id)
    deadline = time.monotonic() + POLL_SECONDS
    connector = connect(site, settings)
    try:
        while not read.finished and time.monotonic() < deadline:
            page = connector.fetch(stream, _cursor_of(site, read.source, purpose), deadline=deadline)
            read.posts += len(page.items)
            read.finished = not page.more or _is_behind(page, since)
            young = [item for item in page.items if since is None or _is_since(item, since)]
            _keep(site, purpose, replace(page, more=not read.finished), sift(young), read)
            if page.not_before is not None and page.not_before > site.now():
                read.problem = None if read.finished else "the platform asks for a pause"
                return
    finally:
        connector.close()


def _is_since(item: FetchedItem, since: datetime) -> bool:
    return item.posted_at is None or item.posted_at >= since


def _is_behind(page: Page, since: datetime | None) -> bool:
    return since is not None and bool(page.items) and not any(_is_since(item, since) for item in page.items)


def _cursor_of(site: Site, source: str, purpose: str) -> Mapping[str, object]:
    with site.database.read() as session:
        row = session.scalars(_cursor_row(site, source, purpose)).one_or_none()
        return dict(row.cursor) if row else {}


def _cursor_row(site: Site, source: str, purpose: str) -> Select[StreamCursor]:
    return (
        select(StreamCursor)
        .join(Source, Source.id == StreamCursor.source_id)
        .where(
            Source.school_id == site.school_id,
            Source.name == source,
            StreamCursor.watch == str(Watch.OWN_POSTS),
            StreamCursor.key == purpose,
        )
    )


def _forget_cursor(site: Site, source: str, purpose: str) -> None:
    """The next pass begins anew: what is looked for then is something else."""
    with site.database.write() as session:
        row = session.scalars(_cursor_row(site, source, purpose)).one_or_none()
        if row is not None:
            session.delete(row)


def _keep(site: Site, purpose: str, page: Page, matches: Sequence[Match], read: TimelineRead) -> None:
    """Store what matters of a page, why it does, and the cursor behind the page, in one transaction."""
    with site.database.write() as session:
        source = session.scalars(
            select(Source).filter_by(school_id=site.school_id, name=read.source).with_for_update()
        ).one()
        cursor = session.scalars(_cursor_row(site, read.source, purpose)).one_or_none()
        if cursor is None:
            cursor = _new_cursor(source, purpose)
            session.add(cursor)
        closed = closed_among(
            session, site.school_id, source.platform, [one.item.external_id for one in matches]
        )
        open_to_us = [one for one in matches if one.item.external_id not in closed]
        new = [one for one in open_to_us if not _is_in_an_incident(session, site, one, read)]
        for match in new:
            _forget_harmless(session, site, match.item)
        session.flush()
        intake = PageIntake(session, site, source, cursor)
        intake.store(replace(page, items=tuple(one.item for one in new)))
        session.flush()
        for match in new:
            _note_findings(session, site, match)
        read.raised += new


def _new_cursor(source: Source, purpose: str) -> StreamCursor:
    return StreamCursor(
        school_id=source.school_id,
        source_id=source.id,
        watch=str(Watch.OWN_POSTS),
        key=purpose,
        cursor={},
        first_pass_done_at=None,
    )


def _is_in_an_incident(session: Session, site: Site, match: Match, read: TimelineRead) -> bool:
    """A matter that people have already: what was found now is noted beside it."""
    query = (
        select(Incident.reference)
        .join(IncidentItem, IncidentItem.incident_id == Incident.id)
        .join(Item, Item.id == IncidentItem.item_id)
        .where(
            Item.school_id == site.school_id,
            Item.platform == match.item.platform,
            Item.external_id == match.item.external_id,
            Item.version == match.item.version,
        )
    )
    reference = session.scalars(query).first()
    if reference is None:
        return False
    _note_findings(session, site, match)
    read.known.append((match, reference))
    return True


def _row_of(session: Session, site: Site, item: FetchedItem) -> Item | None:
    query = select(Item).filter_by(
        school_id=site.school_id,
        platform=item.platform,
        external_id=item.external_id,
        version=item.version,
    )
    return session.scalars(query).one_or_none()


def _forget_harmless(session: Session, site: Site, item: FetchedItem) -> None:
    """What polling found harmless lost its words long ago; it is stored anew, with evidence of today."""
    mark = mark_of(site.token_key, item)
    session.execute(delete(ForgottenItem).filter_by(school_id=site.school_id, mark=mark))
    row = _row_of(session, site, item)
    if row is not None and row.state in (ItemState.HARMLESS, ItemState.NOT_JUDGED):
        session.execute(delete(Judgement).where(Judgement.item_id == row.id))
        session.delete(row)


def _note_findings(session: Session, site: Site, match: Match) -> None:
    row = _row_of(session, site, match.item)
    if row is None:
        return
    known = select(OwnPostFinding.pupil_id, OwnPostFinding.kind).where(OwnPostFinding.item_id == row.id)
    noted = {tuple(row) for row in session.execute(known)}
    for one in match.findings:
        if (one.pupil_id, one.kind) not in noted:
            session.add(
                OwnPostFinding(
                    school_id=site.school_id,
                    item_id=row.id,
                    pupil_id=one.pupil_id,
                    kind=one.kind,
                    found_at=site.now(),
                    found_by=one.found_by,
                    lawful_when_posted=one.lawful_when_posted,
                    consent_version=one.consent_version,
                    search_id=one.search_id,
                )
            )


def findings_of(session: Session, item_ids: Sequence[int]) -> dict[int, list[OwnPostFinding]]:
    """Item → why it is raised beside its words."""
    found: dict[int, list[OwnPostFinding]] = {}
    query = select(OwnPostFinding).where(OwnPostFinding.item_id.in_(item_ids)).order_by(OwnPostFinding.id)
    for row in session.scalars(query):
        found.setdefault(row.item_id, []).append(row)
    return found


def forget(session: Session, incident_ids: Sequence[int]) -> None:
    """Erase who was found in the own posts of these incidents."""
    of_incidents = select(IncidentItem.item_id).where(IncidentItem.incident_id.in_(incident_ids))
    session.execute(delete(OwnPostFinding).where(OwnPostFinding.item_id.in_(of_incidents)))
