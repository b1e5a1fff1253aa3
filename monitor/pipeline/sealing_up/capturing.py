"""A capture that a named person asked for: the row, then the network, then the files, then the leaf.

Allowed only after that person, or another, ruled out an indecent image for these very items, and never in
the lanes of indecent or intimate images (docs/pictures.md). Whether it is still allowed is asked three times:
before anything is fetched, before anything is written, and in the transaction that seals it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.ladder.machine import DAEMON
from config.words import Lane
from connectors.registry import plugins
from monitor.capture.browser import Browser, why_no_browser
from monitor.capture.dialling import Dialler
from monitor.capture.fetching import Limits
from monitor.capture.taking import Asked, Taken, take
from monitor.evidence.bundle import SEAL
from monitor.evidence.canonical import sha256
from monitor.evidence.captures import SealedCapture, remove_capture, seal_capture, write_capture
from monitor.evidence.leaf import LeafKind
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.sealing_up.capture_keeping import tidy_captures
from monitor.pipeline.sealing_up.pictures import ruling_of
from monitor.site import Site
from monitor.store import custody, log
from monitor.store.closed import closed_among
from monitor.store.evidence_door import Access, opened_evidence
from monitor.store.models import (
    Capture,
    CaptureState,
    EvidenceItem,
    EvidenceState,
    Incident,
    IncidentItem,
    Item,
    Ruling,
)

_CLOSED_LANES = {
    Lane.INDECENT_IMAGE: "a possible indecent image of a child: nobody looks, copies or stores",
    Lane.INTIMATE_IMAGE: "an intimate image of an adult: only its address is kept",
}


class CaptureRefused(Exception):
    """Nothing was asked for and nothing is kept; the text says why, and the mend where there is one."""


@dataclass(frozen=True)
class Wish:
    """What a person asks for."""

    by: str
    reason: str
    page: bool = False
    media: bool = False

    @property
    def wanted(self) -> list[str]:
        return [name for name, on in (("page", self.page), ("media", self.media)) if on]


@dataclass(frozen=True)
class Tools:
    """What a capture works with. Tests give their own; no setting leads to `dialler` or `browser`."""

    dialler: Dialler = field(default_factory=Dialler)
    browser: Browser = field(default_factory=Browser)
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Captured:
    item_uid: str
    number: int
    files: tuple[str, ...]
    """Empty when nothing could be had; then nothing is kept."""
    missed: tuple[str, ...]
    """What could not be had, and why."""


def capture(site: Site, what: str, wish: Wish, tools: Tools | None = None) -> list[Captured]:
    """Capture every item of an incident (its reference), or one item (its id). Raises CaptureRefused,
    EvidenceNotWritten. An item that gives nothing does not keep the others from being captured.
    """
    tools = tools or Tools(Dialler(ca_bundle=site.settings.network.ca_bundle))
    _check_wish(site, wish, tools.browser)
    tidy_captures(site)
    rows = _ask(site, what, wish)
    return [_carry_out(site, row, wish, tools) for row in rows]


def _check_wish(site: Site, wish: Wish, browser: Browser) -> None:
    if not wish.by.strip() or wish.by.strip() == DAEMON:
        raise CaptureRefused("Say who asks for it, by name: --by NAME. A capture is a person's decision.")
    if not wish.reason.strip():
        raise CaptureRefused("Say what it is needed for: --reason … It stands in the custody record.")
    if not wish.wanted:
        raise CaptureRefused("Say what to capture: --page, --media or both.")
    if site.settings.network.proxy is not None:
        raise CaptureRefused(
            "The settings send everything through a proxy, and a capture dials the checked address itself. "
            "`schoolwatch card` prints its words without any network."
        )
    missing = why_no_browser(browser) if wish.page else None
    if missing:
        raise CaptureRefused(f"A page cannot be captured here. {missing}")


# --- may it be? -------------------------------------------------------------------------------------


def why_not(session: Session, incident: Incident, item: Item) -> str | None:
    """The sentence that refuses a capture of this item; None when it is allowed at this moment."""
    lane = _CLOSED_LANES.get(Lane(incident.lane))
    if lane is not None:
        return f"{incident.reference} is about {lane}."
    evidence = session.scalars(select(EvidenceItem).filter_by(item_id=item.id)).one_or_none()
    if evidence is None:
        return f"item {item.uid} is not sealed; what is not evidence is not captured."
    if evidence.withheld or closed_among(session, item.school_id, item.platform, [item.external_id]):
        return f"item {item.uid} is closed as a possible indecent image: nobody looks, copies or stores."
    if evidence.state != EvidenceState.OPEN:
        return f"item {item.uid} is {evidence.state}: nothing of it is at hand to capture by."
    return _not_ruled_out(session, incident, item)


def _not_ruled_out(session: Session, incident: Incident, item: Item) -> str | None:
    mend = (
        "If a person can rule out an indecent image without looking for one: schoolwatch incidents picture "
        f"{incident.reference} --ruled-out --by NAME --reason …"
    )
    ruling = ruling_of(session, incident.id)
    if ruling is None:
        return f"nobody has ruled out an indecent image in {incident.reference}. {mend}"
    if ruling.ruling != Ruling.RULED_OUT:
        return f"{incident.reference}: a picture is suspected; nobody looks, copies or stores."
    if item.uid not in ruling.items:
        return f"item {item.uid} joined {incident.reference} after the ruling on its pictures. {mend}"
    return None


# --- the row first -----------------------------------------------------------------------------------


def _ask(site: Site, what: str, wish: Wish) -> list[int]:
    """Rows for all items that are meant, or none at all. Raises CaptureRefused, on record."""
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        pairs = _meant(session, site, what)
        refused = [(item, why) for incident, item in pairs if (why := why_not(session, incident, item))]
        for item, why in refused:
            _note(session, site, item.uid, "capture_refused", wish, why=why)
        rows = [] if refused else [_row(session, site, incident, item, wish) for incident, item in pairs]
        session.flush()
        ids = [row.id for row in rows]
    if refused:
        raise CaptureRefused(f"Not captured: {refused[0][1]}")
    return ids


def _meant(session: Session, site: Site, what: str) -> list[tuple[Incident, Item]]:
    query = (
        select(Incident, Item)
        .join(IncidentItem, IncidentItem.incident_id == Incident.id)
        .join(Item, Item.id == IncidentItem.item_id)
        .where(Incident.school_id == site.school_id)
        .order_by(Item.id)
    )
    by_reference = query.where(Incident.reference == what.upper()).with_for_update(of=Incident)
    by_uid = query.where(Item.uid == what.lower()).with_for_update(of=Incident)
    found = session.execute(by_reference).all() or session.execute(by_uid).all()
    if not found:
        raise CaptureRefused(
            f"there is no incident or sealed item {what}; `schoolwatch incidents` lists the incidents"
        )
    return [(row[0], row[1]) for row in found]


def _row(session: Session, site: Site, incident: Incident, item: Item, wish: Wish) -> Capture:
    earlier = select(func.max(Capture.number)).where(
        Capture.school_id == site.school_id, Capture.item_uid == item.uid
    )
    row = Capture(
        school_id=site.school_id,
        incident_id=incident.id,
        item_id=item.id,
        item_uid=item.uid,
        number=(session.scalar(earlier) or 0) + 1,
        wanted=wish.wanted,
        asked_by=wish.by.strip(),
        reason=wish.reason.strip(),
        asked_at=site.now(),
        state=CaptureState.ASKED,
        files={},
    )
    session.add(row)
    _note(session, site, item.uid, "capture_asked", wish, capture=row.number, wanted=wish.wanted)
    return row


def _note(session: Session, site: Site, uid: str, action: str, wish: Wish, **details: Any) -> None:
    custody.note(
        session, site.school_id, site.now(), action, actor=wish.by.strip(), role=_role(site, wish.by),
        purpose=wish.reason.strip(), authority=wish.by.strip(), item_uid=uid, **details,
    )  # fmt: skip


def _role(site: Site, by: str) -> str:
    roles = [str(person.role) for person in site.settings.people if person.name == by.strip()]
    return roles[0] if roles else "not named in the settings"


# --- network, files, leaf ----------------------------------------------------------------------------


def _carry_out(site: Site, row_id: int, wish: Wish, tools: Tools) -> Captured:
    with site.database.read() as session:
        row = session.get_one(Capture, row_id)
        item = session.get_one(Item, row.item_id)
        stopped = why_not(session, session.get_one(Incident, row.incident_id), item)
    if stopped:
        return _fail(site, row_id, wish, [stopped])
    asked = Asked(item.url, _media(site, item, wish) if wish.media else (), page=wish.page)
    taken = take(asked, tools.dialler, tools.browser, tools.limits)
    if not taken.files:
        return _fail(site, row_id, wish, taken.missed)
    return _seal(site, row, item, wish, taken)


def _media(site: Site, item: Item, wish: Wish) -> tuple[str, ...]:
    """The addresses of an item's media, out of its sealed object: the record itself holds none."""
    access = Access(wish.by.strip(), _role(site, wish.by), "to capture its media", wish.by.strip())
    files = opened_evidence(site, [item.uid], access)[item.uid]
    if "raw.json" not in files or item.platform not in plugins():
        return ()
    media = plugins()[item.platform].media_in(files["raw.json"])
    return tuple(dict.fromkeys(one.url for one in media if one.url))


def _seal(site: Site, row: Capture, item: Item, wish: Wish, taken: Taken) -> Captured:
    sealed = seal_capture(item.uid, row.number, {**taken.files, **_record(site, row, item, taken)})
    with site.database.read() as session:
        stopped = why_not(session, session.get_one(Incident, row.incident_id), item)
    if stopped:
        return _fail(site, row.id, wish, [stopped])
    passing(Boundary.BEFORE_PROMOTE)
    write_capture(site.evidence, item.uid, row.number, sealed.files)
    passing(Boundary.AFTER_PROMOTE)
    stopped = _write_rows(site, row.id, wish, sealed, taken)
    if stopped:
        remove_capture(site.evidence, item.uid, row.number)
        return Captured(item.uid, row.number, (), (stopped,))
    return Captured(item.uid, row.number, tuple(sealed.files), taken.missed)


def _record(site: Site, row: Capture, item: Item, taken: Taken) -> dict[str, bytes]:
    return taken.record(
        item_id=item.uid,
        capture=row.number,
        wanted=row.wanted,
        asked_by=row.asked_by,
        reason=row.reason,
        asked_at=row.asked_at,
        ended_at=site.now(),
        school=site.school_name,
    )


def _write_rows(site: Site, row_id: int, wish: Wish, sealed: SealedCapture, taken: Taken) -> str | None:
    """The leaf, the row and the event in one transaction. A ruling that came meanwhile undoes it: then its
    sentence comes back, and the files must go.
    """
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        row = session.get_one(Capture, row_id, with_for_update=True)
        incident = session.get_one(Incident, row.incident_id, with_for_update=True)
        item = session.get_one(Item, row.item_id)
        stopped = why_not(session, incident, item)
        if stopped or row.state != CaptureState.ASKED:
            stopped = stopped or "it took so long that it was given up."
            _mark_failed(session, site, row, wish, [stopped])
            return stopped
        entry = log.Entry(LeafKind.CAPTURE, row.item_uid, sealed.manifest.commit)
        (leaf,) = log.append(session, site.school_id, site.now(), [entry])
        row.state, row.ended_at = CaptureState.SEALED, site.now()
        row.files = {name: sha256(content) for name, content in sealed.files.items()}
        row.salt, row.commitment, row.leaf_seq = sealed.manifest.salt, sealed.manifest.commit, leaf.seq
        row.words = "; ".join(taken.missed) or None
        _note(
            session, site, row.item_uid, "captured", wish, capture=row.number, wanted=row.wanted,
            reference=incident.reference, sha256=row.files[SEAL],
        )  # fmt: skip
    return None


def _fail(site: Site, row_id: int, wish: Wish, missed: Iterable[str]) -> Captured:
    why = tuple(missed) or ("the item names no medium",)
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        row = session.get_one(Capture, row_id, with_for_update=True)
        _mark_failed(session, site, row, wish, why)
        return Captured(row.item_uid, row.number, (), why)


def _mark_failed(session: Session, site: Site, row: Capture, wish: Wish, why: Iterable[str]) -> None:
    row.state, row.ended_at, row.words = CaptureState.FAILED, site.now(), "; ".join(why)
    _note(session, site, row.item_uid, "capture_failed", wish, capture=row.number, why=row.words)
