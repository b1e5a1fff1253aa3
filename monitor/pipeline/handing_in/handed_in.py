"""Taking what a person hands in: sealed first, then raised like anything that was fetched.

1. A row says that something is being taken; a stop from here on leaves nothing (`tidy_handed_in`).
2. In one transaction: the item and its leaf, its evidence and its files, the incident with tasks and mails.

The question about an indecent image comes before any byte is read. “Suspected” keeps a reference and no
byte, asks no classifier, and opens the strictest lane (QC and Nunney 2.7.1, 2.7.4).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from alerts.ladder.matter import Matter
from alerts.recipients import NobodyToTell, holders
from classifiers.interface import Judge, Judgement
from config.policy import host_for_url
from config.policy.hosts import OTHER
from config.schema import Role
from config.words import Flag, Lane, Severity, Surface
from monitor.evidence.canonical import sha256
from monitor.evidence.identity import new_uid
from monitor.pipeline.at_rest.clear_words import ERASED
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.handing_in.handed_in_files import HandedFile, Words, words_in
from monitor.pipeline.handing_in.handed_in_rows import free_version, known_id, source_of, with_affected
from monitor.pipeline.handing_in.handed_in_sealing import Handed, remove_files, seal_files, seal_item
from monitor.pipeline.handing_in.handing import TO_THE_HEAD, Handing, check, matter_with
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.raising import Found, IncidentDesk
from monitor.pipeline.judgement.judging import Opinion, comment_of, judgement_row, matter_of, no_judgement
from monitor.pipeline.sealing_up.pictures import record_ruling
from monitor.pipeline.sealing_up.sealing import close_withheld
from monitor.pipeline.telling.alerting import queue_alert
from monitor.pipeline.telling.operator_alerts import Trouble, tell_operators
from monitor.pipeline.telling.people import head_is_among, named_staff
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import (
    HANDED_IN,
    HandedIn,
    HandedInState,
    Incident,
    IncidentItem,
    Item,
    ItemState,
    Ruling,
)

GIVEN_UP = timedelta(hours=1)
_NO_FILES_IN = frozenset({Lane.INDECENT_IMAGE, Lane.INTIMATE_IMAGE})
log = structlog.get_logger()


@dataclass(frozen=True)
class Taken:
    reference: str
    item_uid: str
    lane: Lane
    severity: Severity
    files: tuple[str, ...]
    """SHA-256 of each file that is kept."""
    files_left: int
    """How many were handed in and not taken, because of the lane."""
    judged: bool
    """Whether there were words that a classifier could read."""


def hand_in(site: Site, judge: Judge | None, handing: Handing, files: Sequence[HandedFile] = ()) -> Taken:
    """Take a report whose person has ruled out an indecent image. Raises IntakeRefused, EvidenceNotWritten.

    `judge` may be None where there are no words.
    """
    found = [words_in(file) for file in files]
    text = "\n\n".join(part for part in (handing.text.strip(), *(one.text.strip() for one in found)) if part)
    check(handing, site.now(), has_words=bool(text), has_files=bool(files))
    return _take(site, judge, _with_words(replace(handing, text=text), found), tuple(files), suspected=False)


def hand_in_suspected(site: Site, handing: Handing) -> Taken:
    """A reference and no byte, no word and no file: only where and when, and who says so."""
    check(replace(handing, text=""), site.now(), has_words=True, has_files=False)
    return _take(site, None, replace(handing, text="", concerns=()), (), suspected=True)


def _with_words(handing: Handing, found: Sequence[Words]) -> Handing:
    """An e-mail says itself by whom and when it was written, unless the person said otherwise."""
    author = next((one.author for one in found if one.author), "")
    written = next((one.written for one in found if one.written), "")
    return replace(handing, author=handing.author or author, posted=handing.posted or written)


def _take(
    site: Site, judge: Judge | None, handing: Handing, files: tuple[HandedFile, ...], *, suspected: bool
) -> Taken:
    item = _item(site, handing)
    judgement = _judged(judge, item) if item.text and not suspected else no_judgement(item)
    uid = item.uid
    _begin(site, item, handing)
    try:
        taken = _Desk(site, item, handing, files).take(judgement, suspected=suspected)
    except BaseException:
        _undo(site, uid)
        raise
    close_withheld(site)  # an earlier item that it joined may have to be reduced now
    return taken


def _item(site: Site, handing: Handing) -> Item:
    now, platform = site.now(), _platform(handing)
    uid = new_uid(now)
    return Item(
        school_id=site.school_id,
        uid=uid,
        platform=platform,
        external_id=f"handed-in:{uid}",
        version=hashlib.sha256(handing.text.encode("utf-8", "surrogatepass")).hexdigest()[:16],
        watch=HANDED_IN,
        surface=str(Surface.MANUAL),
        url=handing.place.strip(),
        author_handle=handing.author.strip() or None,
        on_own_account=False,
        school_is_author=False,
        text=handing.text.strip() or None,
        media=[],
        posted_at_raw=handing.posted.strip() or None,
        first_seen_at=now,
        last_seen_at=now,
        first_pass=False,
        state=ItemState.SEALED,
    )


def _platform(handing: Handing) -> str:
    """By the address where there is one: Netmums is reported to Netmums, whoever brought it."""
    if not handing.is_address:
        return str(handing.channel)
    found = host_for_url(handing.place).platform
    return str(handing.channel) if found == OTHER and handing.channel.is_private else found


def _judged(judge: Judge | None, item: Item) -> Judgement:
    """A classifier that fails does not turn a person's report away: it counts as not judged."""
    if judge is None:
        return no_judgement(item)
    try:
        return judge.judge([comment_of(item)])[0]
    except Exception:
        log.exception("handed_in_not_judged", item=item.uid)
        return no_judgement(item)


def _begin(site: Site, item: Item, handing: Handing) -> None:
    with site.database.write() as session:
        session.add(
            HandedIn(
                school_id=site.school_id,
                item_uid=item.uid,
                state=HandedInState.TAKING,
                kind=str(handing.kind),
                concerns=[str(one) for one in handing.concerns],
                channel=str(handing.channel),
                captured_at=handing.captured_at,
                handed_in_at=site.now(),
                handed_in_by=handing.by.strip(),
                files=[],
            )
        )


@dataclass(frozen=True)
class _Desk:
    """One report on its way into the store."""

    site: Site
    item: Item
    handing: Handing
    files: tuple[HandedFile, ...]

    def take(self, judgement: Judgement, *, suspected: bool) -> Taken:
        site, item = self.site, self.item
        with site.database.write() as session:
            custody.first_in_line(session, site.school_id)
            item.source_id = source_of(session, site).id
            item.external_id = known_id(session, site, item)
            item.version = free_version(session, item)
            judgement = with_affected(session, site, self.handing, judgement)
            matter = self._matter(judgement, suspected=suspected)
            desk = IncidentDesk(session, site, site.now())
            lane = desk.lane_of(item, matter)
            kept = () if lane in _NO_FILES_IN else self.files
            session.add(item)
            session.flush()
            seal_item(session, site, Handed(item, self.handing, kept), withheld=lane is Lane.INDECENT_IMAGE)
            session.add(judgement_row(item, Opinion(item.id, judgement, matter), site.now()))
            desk.take(Found(item, matter, judgement))
            session.flush()
            incident = _incident(session, item)
            if suspected:
                by, reason = self.handing.by.strip(), "Suspected when it was handed in."
                record_ruling(session, site, incident, Ruling.SUSPECTED, by=by, reason=reason)
            seal_files(session, site, Handed(item, self.handing, kept), incident)
            self._note(session, incident, kept)
            if self.handing.kind in TO_THE_HEAD:
                _tell_the_head(session, site, incident)
            passing(Boundary.BEFORE_COMMIT)
            return Taken(
                reference=incident.reference,
                item_uid=item.uid,
                lane=Lane(incident.lane),
                severity=Severity(incident.severity),
                files=tuple(sha256(file.data) for file in kept),
                files_left=len(self.files) - len(kept),
                judged=judgement.judged,
            )

    def _matter(self, judgement: Judgement, *, suspected: bool) -> Matter:
        matter = matter_with(self.handing, matter_of(self.item, judgement), has_files=bool(self.files))
        if not suspected:
            return matter
        return replace(matter, flags=matter.flags | {Flag.INDECENT_IMAGE}, severity=Severity.CRITICAL)

    def _note(self, session: Session, incident: Incident, files: Sequence[HandedFile]) -> None:
        site, uid = self.site, self.item.uid
        row = session.scalars(select(HandedIn).filter_by(school_id=site.school_id, item_uid=uid)).one()
        row.state, row.incident_id = HandedInState.KEPT, incident.id
        row.files = [file.described() for file in files]
        custody.note(
            session, site.school_id, site.now(), "handed_in", actor=self.handing.by.strip(), item_uid=uid,
            reference=incident.reference, kind=row.kind, channel=row.channel, files=row.files,
            files_left=len(self.files) - len(files),
        )  # fmt: skip


def _tell_the_head(session: Session, site: Site, incident: Incident) -> None:
    """Whatever its lane; the chair where it is about the head."""
    named = named_staff(session, incident)
    try:
        heads = holders(
            Role.HEADTEACHER,
            site.settings.people,
            named_staff=named,
            subject_is_head=head_is_among(session, site.school_id, named),
        )
    except NobodyToTell as nobody:
        trouble = Trouble("nobody_to_tell", incident.reference, str(nobody), "Add people to the settings.")
        tell_operators(session, site, trouble)
        return
    queue_alert(session, site, incident, read_ladder(incident), None, to=heads)


def _incident(session: Session, item: Item) -> Incident:
    query = select(Incident).join(IncidentItem, IncidentItem.incident_id == Incident.id)
    return session.scalars(query.where(IncidentItem.item_id == item.id)).one()


# --- afterwards --------------------------------------------------------------------------------------


def _undo(site: Site, uid: str) -> None:
    """Nothing was taken, and nothing of it stays: not in the folders and not as a row.

    What was broken off after it was kept is kept: its files are evidence by then.
    """
    of_it = select(HandedIn).filter_by(school_id=site.school_id, item_uid=uid, state=HandedInState.TAKING)
    with site.database.read() as session:
        if session.scalars(of_it).one_or_none() is None:
            return
    remove_files(site, uid)
    with site.database.write() as session:
        session.delete(session.scalars(of_it).one())


def tidy_handed_in(site: Site) -> None:
    """After a stop in the middle: what was begun an hour ago and never kept goes, with its files."""
    old = select(HandedIn.item_uid).where(
        HandedIn.school_id == site.school_id,
        HandedIn.state == HandedInState.TAKING,
        HandedIn.handed_in_at < site.now() - GIVEN_UP,
    )
    with site.database.read() as session:
        uids = session.scalars(old).all()
    for uid in uids:
        _undo(site, uid)


def forget(session: Session, incident_ids: Sequence[int]) -> None:
    """Who handed in what, of incidents that are erased; that something was, when and how stays."""
    rows = update(HandedIn).where(HandedIn.incident_id.in_(incident_ids))
    session.execute(rows.values(handed_in_by=ERASED, files=[]))
