"""Erasing sealed evidence: by its period, or because somebody asked and a second person agreed.

The rows say so first, with the list of what was deleted; the files go after. What a stop leaves in between,
the next pass removes. The leaves stay, and without salt and content they tell nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from monitor.evidence.folder import remove_item
from monitor.pipeline.at_rest.clear_copies import Why, note_erasure
from monitor.pipeline.at_rest.clear_words import ERASED, erase_notes
from monitor.pipeline.at_rest.copies import erase_copies
from monitor.pipeline.at_rest.holds import why_held
from monitor.pipeline.at_rest.locking import alone
from monitor.pipeline.at_rest.periods import period_of
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.handing_in import handed_in
from monitor.pipeline.handing_in.links import forget_links
from monitor.pipeline.handing_in.wishes import INVITATION
from monitor.pipeline.incidents.marks import forget_marks
from monitor.pipeline.incidents.occasions import forget as forget_occasions
from monitor.pipeline.letters.letter_at_rest import forget as forget_letters
from monitor.pipeline.letters.letter_sending import LETTER
from monitor.pipeline.own_pages.own_page import forget as forget_own_page
from monitor.pipeline.own_pages.own_posts import forget as forget_own_posts
from monitor.pipeline.reading.intake import mark_of
from monitor.pipeline.sealing_up.capture_keeping import erase_captures, remove_erased
from monitor.site import Site
from monitor.store import custody, observations
from monitor.store.models import (
    SEALED_STATES,
    EvidenceItem,
    EvidenceState,
    ForgottenItem,
    Holding,
    Incident,
    IncidentBox,
    IncidentItem,
    Item,
    ItemState,
    Judgement,
    MailState,
    OutgoingMail,
    Recheck,
)

ASKED_FOR = "asked_for"


class ErasureRefused(Exception):
    """Something may not be erased now; the text says why and the mend."""


@dataclass(frozen=True)
class Request:
    """A person's word that an item is to go (data protection request)."""

    reason: str
    by: str
    second: str | None = None
    """Who agreed. Needed while the item's period is not over (docs/retention.md)."""


def erase_on_request(site: Site, wanted: str, request: Request) -> str:
    """Erase one item, by its id here or on its platform; answers its id here. Raises ErasureRefused."""
    if not request.reason.strip():
        raise ErasureRefused("the reason is missing; nothing is erased without it")
    with alone(site):
        with site.database.write() as session:
            custody.first_in_line(session, site.school_id)
            item = _find(session, site, wanted)
            uid = item.uid
            if item.state == ItemState.WAITING:
                raise ErasureRefused(f"item {uid} is not judged yet; ask again in a few minutes")
            if item.state in SEALED_STATES:
                reference = _erase_sealed(session, site, item, request)
            else:
                reference = None
                _erase_harmless(session, site, item, request)
        _after(site, [uid], reference, Why(ASKED_FOR, request.reason, request.by, request.second))
    return uid


def erase_incident(site: Site, incident_id: int, now: datetime) -> bool:
    """Erase a whole closed incident whose period is over; nothing when it is held, or not over."""
    with alone(site):
        with site.database.write() as session:
            custody.first_in_line(session, site.school_id)
            incident = session.get_one(Incident, incident_id, with_for_update=True)
            period, ends_at = period_of(site, incident)
            if why_held(session, incident) or ends_at is None or ends_at > now:
                return False
            why = Why(period.name, f"{period.title}: {period.shown} from closing.")
            custody.acting(session, actor=why.by, authority=why.rule, purpose=why.reason)
            uids = [_erase_item(session, site, row, incident, why) for row in _standing(session, incident)]
            _erase_words(session, site, incident, why)
            reference = incident.reference
        _after(site, uids, reference, why)
    return True


def _after(site: Site, uids: list[str], reference: str | None, why: Why) -> None:
    passing(Boundary.AFTER_ERASURE)
    for uid in uids:
        remove_item(site.evidence, uid)
        remove_erased(site, uid)
    if reference is not None:
        erase_copies(site, uids, reference, why, boxes_too=True)
    site.database.forget_erased()


def _find(session: Session, site: Site, wanted: str) -> Item:
    platform, _, external_id = wanted.rpartition(":")
    named = (Item.external_id == external_id) & (Item.platform == platform if platform else True)
    query = select(Item).where(Item.school_id == site.school_id, or_(Item.uid == wanted, named))
    found = list(session.scalars(query.with_for_update()))
    if not found:
        raise ErasureRefused(f"there is no item {wanted}; `schoolwatch items --json` lists them")
    if len(found) > 1:
        uids = ", ".join(item.uid for item in found)
        raise ErasureRefused(f"{wanted} names {len(found)} items or versions; name one by its id: {uids}")
    return found[0]


def _erase_sealed(session: Session, site: Site, item: Item, request: Request) -> str:
    row = session.scalars(select(EvidenceItem).where(EvidenceItem.item_id == item.id)).one()
    if row.state == EvidenceState.ERASED:
        raise ErasureRefused(f"item {item.uid} was erased on {row.erased_at:%Y-%m-%d}")
    query = select(Incident).join(IncidentItem, IncidentItem.incident_id == Incident.id)
    incident = session.scalars(
        query.where(IncidentItem.item_id == item.id).with_for_update(of=Incident)
    ).one()
    held = why_held(session, incident)
    if held is not None:
        raise ErasureRefused(f"item {item.uid} is kept: {held}. Close it, or release the hold, first")
    _check_second(site, incident, request)
    why = Why(ASKED_FOR, request.reason, request.by, request.second)
    custody.acting(session, actor=request.by, authority=request.second, purpose=request.reason)
    _erase_item(session, site, row, incident, why)
    if not _standing(session, incident):
        _erase_words(session, site, incident, why)
    return incident.reference


def _check_second(site: Site, incident: Incident, request: Request) -> None:
    """Before the period is over, two people have to want it (docs/retention.md)."""
    period, ends_at = period_of(site, incident)
    if ends_at is not None and ends_at <= site.now():
        return
    until = f"until {ends_at:%Y-%m-%d}" if ends_at else period.shown
    if request.second is None or not request.second.strip():
        raise ErasureRefused(
            f"{incident.reference} is kept {until} ({period.title}); before that a second person has to "
            "agree: --second NAME"
        )
    if request.second.casefold().split() == request.by.casefold().split():
        raise ErasureRefused("the second person has to be another one than the first")


def _standing(session: Session, incident: Incident) -> list[EvidenceItem]:
    query = (
        select(EvidenceItem)
        .join(IncidentItem, IncidentItem.item_id == EvidenceItem.item_id)
        .where(IncidentItem.incident_id == incident.id, EvidenceItem.state != EvidenceState.ERASED)
        .order_by(EvidenceItem.id)
    )
    return list(session.scalars(query))


def _erase_item(session: Session, site: Site, row: EvidenceItem, incident: Incident, why: Why) -> str:
    """The rows of one item; what stays says that something was seen, sealed and erased, and when."""
    item = session.get_one(Item, row.item_id)
    row.state, row.files, row.erased_at, row.locked_at = EvidenceState.ERASED, {}, site.now(), None
    session.execute(delete(Judgement).where(Judgement.item_id == item.id))
    session.execute(delete(Recheck).where(Recheck.item_id == item.id))
    observations.forget(session, site.school_id, item.uid)
    forget_marks(session, item)
    erase_captures(session, site, item.uid, why)
    _remember(session, site, item)
    _empty(item, site.now())
    note_erasure(session, site, "item", item.uid, why, reference=incident.reference, event=False)
    session.flush()
    session.expire(item)
    return row.item_uid


def _remember(session: Session, site: Site, item: Item) -> None:
    """A keyed mark, so that what still stands on the page is not taken for new."""
    mark = mark_of(site.token_key, item)
    known = select(ForgottenItem.id).filter_by(school_id=site.school_id, mark=mark)
    if session.scalar(known) is None:
        session.add(ForgottenItem(school_id=site.school_id, mark=mark))


def _empty(item: Item, now: datetime) -> None:
    nothing = ("text", "context", "author_id", "author_handle", "author_name", "parent_id", "root_id")
    for name in (*nothing, "posted_at", "posted_at_raw", "edited_at"):
        setattr(item, name, None)
    # Unique within the school, and tells nothing.
    item.external_id, item.version, item.url, item.media = f"erased:{item.uid}", "", "", []
    item.text_dropped_at, item.counts = now, None


def _erase_words(session: Session, site: Site, incident: Incident, why: Why) -> None:
    """Notes, mails and boxes of an incident of which no item is left; its reference and times stay."""
    erase_notes(session, incident)
    forget_letters(session, [incident.id], site.now())
    handed_in.forget(session, [incident.id])
    forget_links(session, [incident.id])
    forget_occasions(session, [incident.id])
    forget_own_posts(session, [incident.id])
    forget_own_page(session, [incident.id])
    session.execute(delete(IncidentBox).where(IncidentBox.incident_id == incident.id))
    emptied = update(OutgoingMail).where(OutgoingMail.incident_id == incident.id)
    # What still waits would leave without a word in it.
    waiting = emptied.where(OutgoingMail.state == MailState.QUEUED)
    session.execute(waiting.values(state=MailState.FAILED, last_error="its incident was erased"))
    session.execute(emptied.values(text="", html="", subject=incident.reference))
    _erase_addresses(session, incident)
    note_erasure(session, site, "incident", incident.reference, why, reference=incident.reference)


def _erase_addresses(session: Session, incident: Incident) -> None:
    """To whom outside the settings something of it went: an author, a parent, the affected person."""
    query = select(OutgoingMail).where(
        OutgoingMail.incident_id == incident.id, OutgoingMail.kind.in_((LETTER, INVITATION))
    )
    for mail in session.scalars(query):
        event = mail.dedupe_key.rpartition(">")[0]
        mail.recipient, mail.last_error = ERASED, None
        mail.dedupe_key = f"{event}>{mail.id}"


def _erase_harmless(session: Session, site: Site, item: Item, request: Request) -> None:
    """Of what raised nothing there is no evidence; row and holding go at once (docs/retention.md)."""
    why = Why(ASKED_FOR, request.reason, request.by, request.second)
    _remember(session, site, item)
    session.execute(delete(Holding).where(Holding.item_id == item.id))
    session.execute(delete(Judgement).where(Judgement.item_id == item.id))
    note_erasure(session, site, "item", item.uid, why)
    session.delete(item)
