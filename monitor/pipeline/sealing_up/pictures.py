"""A person's ruling on the pictures of an incident: ruled out, or suspected (docs/pictures.md).

Ruled out lets a named person ask for a capture of those items. Suspected closes everything: strictest lane,
evidence reduced to the reference, captures left as they lie, the head and the DSL told.
"""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.ladder.machine import DAEMON, suspect_picture
from config.words import Flag, Lane
from monitor.pipeline.at_rest.clear_copies import Why, erase_labelled
from monitor.pipeline.exports.ending import erase_exports, exports_holding
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.sealing_up.sealing import close_withheld
from monitor.pipeline.telling.alerting import queue_alert
from monitor.site import Site
from monitor.store import custody
from monitor.store.incidents import incident_called
from monitor.store.models import (
    Capture,
    CaptureState,
    CustodyEvent,
    EvidenceItem,
    Export,
    ImageRuling,
    Incident,
    IncidentItem,
    Item,
    LabelledFile,
    Ruling,
)

_ONLY_ITS_REFERENCE = Why("indecent_image", "A possible indecent image: only its reference may stand.")


class RulingRefused(Exception):
    """A ruling that cannot be recorded; the text says why, and what to do instead."""


@dataclass(frozen=True)
class Ruled:
    reference: str
    ruling: Ruling
    lane: Lane
    items: int
    isolated: int
    """Captures that were taken before and are left untouched now."""


def rule_on_pictures(site: Site, reference: str, ruling: Ruling, *, by: str, reason: str) -> Ruled:
    """Record one ruling and everything that follows from it. Raises RulingRefused or NoSuchTask."""
    _check_words(by, reason)
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        incident = incident_called(session, site.school_id, reference, lock=True)
        if ruling is Ruling.RULED_OUT and incident.lane == Lane.INDECENT_IMAGE:
            raise RulingRefused(
                f"{reference} is in the indecent-image lane: nobody at school rules on that picture, and "
                "nobody looks in order to. The police and the LADO do; record their word in the tasks. "
                f"Whom to ring: schoolwatch incidents {reference} --call-sheet"
            )
        row = record_ruling(session, site, incident, ruling, by=by.strip(), reason=reason.strip())
        isolated = _suspect(session, site, incident, row) if ruling is Ruling.SUSPECTED else 0
        told = Ruled(reference, ruling, Lane(incident.lane), len(row.items), isolated)
    if ruling is Ruling.SUSPECTED:
        finish_suspicions(site)
        site.database.forget_erased()
    return told


def finish_suspicions(site: Site) -> None:
    """Reduce the folders of what is suspected, and erase the exports and files that hold more of it than its
    reference. Done again, it does nothing: the erasing pass takes it up where a crash cut it short.
    """
    close_withheld(site)
    _isolate_withheld(site)
    with site.database.read() as session:
        exports, files = _made_before(session, site)
    erase_exports(site, exports, _ONLY_ITS_REFERENCE)
    for file in files:
        erase_labelled(site, file, _ONLY_ITS_REFERENCE)


def _made_before(session: Session, site: Site) -> tuple[list[Export], list[LabelledFile]]:
    """What was written out with something of an item before it was withheld."""
    query = (
        select(CustodyEvent.item_uid, Incident.reference, func.max(CustodyEvent.at))
        .join(Item, Item.uid == CustodyEvent.item_uid)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .join(Incident, Incident.id == IncidentItem.incident_id)
        .where(CustodyEvent.school_id == site.school_id, CustodyEvent.action == "withheld")
        .group_by(CustodyEvent.item_uid, Incident.reference)
    )
    exports: dict[int, Export] = {}
    references = set()
    for uid, reference, at in session.execute(query):
        references.add(reference)
        exports |= {one.id: one for one in exports_holding(session, uid or "") if one.made_at <= at}
    labelled = select(LabelledFile).filter_by(school_id=site.school_id, erased_at=None)
    quoting = [one for one in session.scalars(labelled) if references & set(one.of_incidents)]
    return list(exports.values()), quoting


def _check_words(by: str, reason: str) -> None:
    if not by.strip() or by.strip() == DAEMON:
        raise RulingRefused("Say who rules, by name: --by NAME. A ruling on pictures is a person's.")
    if not reason.strip():
        raise RulingRefused(
            "Say why, without describing a picture: --reason … A ruling without a reason is none."
        )


def record_ruling(
    session: Session, site: Site, incident: Incident, ruling: Ruling, *, by: str, reason: str
) -> ImageRuling:
    """The ruling on what is in the incident now, and an event for each; what follows is the caller's."""
    earlier = select(func.max(ImageRuling.number)).where(ImageRuling.incident_id == incident.id)
    row = ImageRuling(
        school_id=site.school_id,
        incident_id=incident.id,
        number=(session.scalar(earlier) or 0) + 1,
        ruling=str(ruling),
        items=[item.uid for item in incident.items],
        decided_by=by,
        reason=reason,
        decided_at=site.now(),
        lane_before=incident.lane,
    )
    session.add(row)
    for uid in row.items:
        custody.note(
            session, site.school_id, site.now(), f"picture_{ruling}", actor=by, authority=by,
            purpose=reason, item_uid=uid, reference=incident.reference, ruling=row.number,
        )  # fmt: skip
    return row


def _suspect(session: Session, site: Site, incident: Incident, row: ImageRuling) -> int:
    """The strictest lane, the evidence marked, the captures isolated, the lane's people told."""
    custody.acting(session, actor=row.decided_by, purpose=row.reason)
    before = read_ladder(incident)
    ladder = suspect_picture(before, reason=row.reason, by=row.decided_by, at=site.now())
    write_ladder(session, incident, ladder)
    incident.categories = sorted({*incident.categories, str(Flag.INDECENT_IMAGE)})
    _withhold(session, incident)
    isolated = _isolate(session, site, incident, row)
    if before.lane is not ladder.lane or before.closing is not None:
        session.flush()  # whom to tell depends on the lane
        queue_alert(session, site, incident, ladder, f"picture:{row.number}")
    return isolated


def _withhold(session: Session, incident: Incident) -> None:
    """Mark the evidence; `close_withheld` reduces what stands in the folders after the commit."""
    ids = [item.id for item in incident.items]
    for evidence in session.scalars(select(EvidenceItem).where(EvidenceItem.item_id.in_(ids))):
        evidence.withheld = str(Lane.INDECENT_IMAGE)


def _isolate(session: Session, site: Site, incident: Incident, row: ImageRuling) -> int:
    """A picture that is here already is neither opened nor copied nor quietly deleted: the police say what
    becomes of it (docs/pictures.md). Its files stay where they are, and nothing reads them.
    """
    taken = select(Capture).where(
        Capture.school_id == site.school_id,
        Capture.item_uid.in_(row.items),
        Capture.state.in_((CaptureState.SEALED, CaptureState.LOCKED)),
    )
    captures = session.scalars(taken).all()
    for capture in captures:
        _set_aside(session, site, capture, incident.reference, row.decided_by)
    return len(captures)


def _isolate_withheld(site: Site) -> None:
    """The captures of an incident that came into the lane by what joined it, on nobody's word."""
    standing = (
        select(Capture, Incident.reference)
        .join(EvidenceItem, EvidenceItem.item_id == Capture.item_id)
        .join(Incident, Incident.id == Capture.incident_id)
        .where(
            Capture.school_id == site.school_id,
            Capture.state.in_((CaptureState.SEALED, CaptureState.LOCKED)),
            EvidenceItem.withheld.is_not(None),
        )
    )
    with site.database.read() as session:
        if session.execute(standing).first() is None:
            return
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        for capture, reference in session.execute(standing.with_for_update(of=Capture)).all():
            _set_aside(session, site, capture, reference, custody.DAEMON)


def _set_aside(session: Session, site: Site, capture: Capture, reference: str, by: str) -> None:
    capture.state = CaptureState.ISOLATED
    custody.note(
        session, site.school_id, site.now(), "capture_isolated", actor=by,
        item_uid=capture.item_uid, reference=reference, capture=capture.number,
    )  # fmt: skip


def ruling_of(session: Session, incident_id: int) -> ImageRuling | None:
    """The ruling in force: the newest."""
    query = select(ImageRuling).where(ImageRuling.incident_id == incident_id)
    return session.scalars(query.order_by(ImageRuling.number.desc()).limit(1)).first()
