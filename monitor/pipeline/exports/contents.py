"""The contents of an export from its row, the tables and the sealed files that were opened for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from alerts.export.contents import (
    CustodyRow,
    ExportContents,
    ExportedCapture,
    ExportedItem,
    LaterObservation,
)
from alerts.export.profiles import Names
from config.schema import Role
from config.words import Lane
from monitor import __version__
from monitor.evidence.bundle import SEAL
from monitor.pipeline.exports.choice import Choice, Sealed
from monitor.pipeline.exports.facts import Facts, categories
from monitor.pipeline.exports.later import Numbered, captures, later_observations
from monitor.pipeline.exports.numbers import numbers
from monitor.pipeline.exports.order import Moment, Order
from monitor.pipeline.telling.weekly_readers import readers_of
from monitor.site import Site
from monitor.store import custody
from monitor.store.checkpoints import proof_of
from monitor.store.models import HANDED_IN, CustodyEvent, EvidenceItem, EvidenceState

WITHHELD = "Possible indecent image: the reference only; ask the headteacher or the DSL."
_STATES = {
    str(EvidenceState.LOCKED): "Locked to the manager's key since the incident was closed: export again "
    "with --key FILE.",
    str(EvidenceState.ERASED): "Erased at the end of its period of retention, or on request.",
}
_SEALED_ANEW = "Its files were sealed anew after this checkpoint: export again without --at."


@dataclass(frozen=True)
class Opened:
    """Everything that is put together. `files`: item → its sealed files, of those that may be handed over."""

    order: Order
    export_id: str
    moment: Moment
    chosen: Choice
    facts: Facts
    files: Mapping[str, Mapping[str, bytes]]
    names: Names
    captures: Mapping[str, Numbered]
    """Item → its captures, of those whose files may be handed over."""
    words: Mapping[str, Mapping[str, Any]]
    """Item → what its row said, of those that came out of a box."""


def withheld(row: Sealed, moment: Moment, *, has_key: bool) -> str | None:
    """Why an item's files are not handed over; None when they are."""
    evidence, _, incident = row
    if evidence.withheld is not None or Lane(incident.lane) is Lane.INDECENT_IMAGE:
        return WITHHELD
    if evidence.state != EvidenceState.OPEN and not (has_key and evidence.state == EvidenceState.LOCKED):
        return _STATES.get(str(evidence.state), f"State {evidence.state}.")
    return _SEALED_ANEW if evidence.evidence_leaf_seq >= moment.size else None


def contents(session: Session, site: Site, opened: Opened) -> ExportContents:
    order, facts, chosen = opened.order, opened.facts, opened.chosen
    uids = [item.uid for _, item, _ in chosen.shown]
    given = numbers(session, site.school_id, uids, opened.moment, produced=order.produced_by is not None)
    return ExportContents(
        export_id=opened.export_id,
        profile=str(order.profile),
        school_name=site.school_name,
        week=order.scope.week,
        incident=order.scope.incident,
        as_of=opened.moment.made_at,
        lanes=chosen.lanes,
        items=tuple(_item(session, opened, row, given.get(row[1].uid, "")) for row in chosen.shown),
        tasks=facts.tasks,
        custody=tuple(_custody(session, site, uids, opened.moment)),
        failures=facts.failures,
        sources=facts.sources,
        counts=facts.counts,
        tool=f"schoolwatch {__version__}",
        contact=contact(site, order.reader),
        produced_by=order.produced_by or "",
        witnesses=facts.witnesses,
        stamps=facts.stamps,
        stamped_size=facts.stamped_size,
    )


def contact(site: Site, reader: Role) -> str:
    """Whom at the school to ask, by name: who holds the reader's role, or stands in."""
    people = readers_of(site, reader)
    if not people:
        return site.settings.mail.sender
    return f"{people[0].name}, {people[0].role.shown_as}, {people[0].email}"


def _item(session: Session, opened: Opened, row: Sealed, exhibit: str) -> ExportedItem:
    evidence, item, incident = row
    thought = opened.facts.thoughts[item.uid]
    why = withheld(row, opened.moment, has_key=opened.order.key is not None)
    row_says = {"text": item.text, "author_handle": item.author_handle, "author_name": item.author_name}
    said = opened.words.get(item.uid, row_says)
    files = {} if why else dict(opened.files.get(item.uid, {}))
    if not files and why is None:
        why = "Its sealed files are missing: `schoolwatch evidence verify` at the school names them."
    pictures, left_out = ((), "") if why else _captures(session, opened, evidence)
    return ExportedItem(
        item_id=item.uid,
        reference=incident.reference,
        platform=item.platform,
        url=item.url,
        external_id=item.external_id,
        handle=said["author_handle"] or said["author_name"] or "",
        posted_at=item.posted_at,
        seen_at=item.first_seen_at,
        sealed_at=evidence.sealed_at,
        categories=categories(thought),
        severity=thought.severity,
        lane=Lane(incident.lane),
        files=files,
        withheld_reason=why,
        text="" if why else said["text"] or "",
        proofs=_proofs(session, evidence, opened.moment, with_files=SEAL in files),
        log_line=evidence.leaf_seq,
        exhibit_ref=exhibit,
        captures=pictures,
        captures_left_out=left_out,
        observations=() if why else _seen_later(session, opened, evidence),
        handed_in=item.watch == HANDED_IN,
    )


def _captures(
    session: Session, opened: Opened, evidence: EvidenceItem
) -> tuple[tuple[ExportedCapture, ...], str]:
    given = opened.captures.get(evidence.item_uid, {})
    return captures(session, evidence.school_id, evidence.item_uid, given, opened.moment)


def _seen_later(session: Session, opened: Opened, evidence: EvidenceItem) -> tuple[LaterObservation, ...]:
    return later_observations(session, evidence.school_id, evidence.item_uid, opened.moment)


def _proofs(
    session: Session, evidence: EvidenceItem, moment: Moment, *, with_files: bool
) -> dict[str, bytes]:
    """Of the line made when it was fetched, and of the one that seals its files, where they go along."""
    lines = {".tlog-proof": evidence.leaf_seq}
    if with_files:
        lines[".evidence.tlog-proof"] = evidence.evidence_leaf_seq
    return {
        ending: proof_of(session, evidence.school_id, seq, moment.size).text().encode()
        for ending, seq in lines.items()
    }


def _custody(session: Session, site: Site, uids: list[str], moment: Moment) -> list[CustodyRow]:
    query = (
        select(CustodyEvent)
        .where(
            CustodyEvent.school_id == site.school_id,
            CustodyEvent.item_uid.in_(uids),
            or_(CustodyEvent.leaf_seq.is_(None), CustodyEvent.leaf_seq < moment.size),
            CustodyEvent.at <= moment.made_at,
        )
        .order_by(CustodyEvent.id)
    )
    return [_event(event) for event in session.scalars(query)]


def _event(event: CustodyEvent) -> CustodyRow:
    named = {"role", "purpose", "sha256", "before", "after"}
    more = [f"{key} {value}" for key, value in sorted(event.details.items()) if key not in named]
    purpose = [str(event.details["purpose"])] if event.details.get("purpose") else []
    return CustodyRow(
        at=event.at,
        item_id=event.item_uid or "",
        action=event.action,
        actor=event.actor,
        role=str(event.details.get("role", custody.SYSTEM if event.actor == custody.DAEMON else "")),
        purpose="; ".join([*purpose, *more]),
        sha256=str(event.details.get("sha256") or event.details.get("after") or ""),
        log_line=event.leaf_seq,
    )
