"""Opening locked evidence with a private key: for a look, or for good once its incident is open again."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from config.schema import Role
from config.words import Lane
from monitor.evidence.bundle import SEAL, WITHHELD_FILES, faults_within
from monitor.evidence.canonical import sha256
from monitor.evidence.folder import add_files, read_item, remove_others
from monitor.evidence.lockbox import BOX, key_id, opened
from monitor.pipeline.at_rest.clear_words import Form, put_back_incident, put_back_item
from monitor.pipeline.at_rest.holds import find_incident
from monitor.pipeline.at_rest.locking import NOTES, alone, boxes_of
from monitor.pipeline.at_rest.unboxing import out_of_box
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.sealing_up.sealing import close_withheld
from monitor.site import Site
from monitor.store import custody
from monitor.store.incidents import incident_called
from monitor.store.models import EvidenceItem, EvidenceState, Incident, IncidentItem, Item, Leaf

_ONLY_FOR = {Lane.INDECENT_IMAGE: frozenset({Role.HEADTEACHER, Role.DSL, Role.DEPUTY_DSL})}
"""Closed to all but these (QC and Nunney 2.7.4)."""


class UnlockRefused(Exception):
    """Locked evidence cannot be opened; the text says why and the mend."""


@dataclass(frozen=True)
class Opener:
    """Who unlocks, in what role, and why."""

    by: str
    role: Role
    reason: str


@dataclass(frozen=True)
class UnlockedItem:
    uid: str
    url: str
    words: Form
    """What its row said: text, author, context, reasons."""
    files: dict[str, bytes]
    """As they were sealed."""
    faults: tuple[str, ...]
    """What is not as the log says; empty when all is."""
    withheld: bool = False
    """It may be an indecent image: nothing but its record is handed out or put back."""


@dataclass(frozen=True)
class Unlocked:
    reference: str
    items: tuple[UnlockedItem, ...]
    notes: Form
    """The notes on the ladder and the words of the mails."""
    restored: bool
    """The incident is open, so its evidence stands in clear again."""


def unlock(site: Site, reference: str, key: X25519PrivateKey, opener: Opener) -> Unlocked:
    """Open what is locked of an incident. The custody record says so before anything is handed out.

    Of an open incident the evidence is put back as it was; of a closed one nothing changes.
    Raises UnlockRefused, HoldRefused when there is no such incident, or BoxUnreadable.
    """
    if not opener.reason.strip():
        raise UnlockRefused("the reason is missing; nothing is unlocked without it")
    with alone(site):
        with site.database.read() as session:
            incident = _readable(session, site, reference, opener)
            items = tuple(
                _open_item(session, site, row, item, key) for row, item in _locked(session, incident)
            )
            notes = _open_notes(session, incident, key)
        if not items:
            raise UnlockRefused(f"nothing of {reference} is locked")
        found = Unlocked(reference, items, notes, restored=False)
        restored = _record(site, found, key, opener)
        close_withheld(site)
        return replace(found, items=tuple(_shown(one) for one in items), restored=restored)


def _shown(one: UnlockedItem) -> UnlockedItem:
    """Of what was suspected after it was locked, the platform's answer is in the box and goes to nobody."""
    if not one.withheld:
        return one
    return replace(one, files={name: one.files[name] for name in one.files if name in WITHHELD_FILES})


def _readable(session: Session, site: Site, reference: str, opener: Opener) -> Incident:
    incident = incident_called(session, site.school_id, reference)
    allowed = _ONLY_FOR.get(Lane(incident.lane))
    if allowed is not None and opener.role not in allowed:
        roles = " or ".join(sorted(role.shown_as for role in allowed))
        raise UnlockRefused(f"{reference} may be a matter of an indecent image: only the {roles} may open it")
    return incident


def _locked(session: Session, incident: Incident) -> list[tuple[EvidenceItem, Item]]:
    query = (
        select(EvidenceItem, Item)
        .join(Item, Item.id == EvidenceItem.item_id)
        .join(IncidentItem, IncidentItem.item_id == Item.id)
        .where(IncidentItem.incident_id == incident.id, EvidenceItem.state == EvidenceState.LOCKED)
        .order_by(Item.id)
    )
    return [(row[0], row[1]) for row in session.execute(query)]


def _open_item(
    session: Session, site: Site, row: EvidenceItem, item: Item, key: X25519PrivateKey
) -> UnlockedItem:
    box = read_item(site.evidence, row.item_uid).get(BOX)
    if box is None:
        raise UnlockRefused(f"the box of item {row.item_uid} is missing; restore it from a backup")
    files, words = out_of_box(row.item_uid, box, key)
    faults = [*faults_within(row.item_uid, files), *_against_log(session, row, files)]
    return UnlockedItem(row.item_uid, item.url, words, files, tuple(faults), row.withheld is not None)


def _against_log(session: Session, row: EvidenceItem, files: dict[str, bytes]) -> Iterator[str]:
    """What came out of the box is what the log was told of when it was seen and when it was sealed."""
    try:
        seal = json.loads(files[SEAL])
        seen, sealed = seal["leaf"], seal["manifest_commit"]
    except (KeyError, ValueError, TypeError):
        return  # said by `faults_within`
    leaves = select(Leaf).where(
        Leaf.school_id == row.school_id, Leaf.seq.in_((row.leaf_seq, row.evidence_leaf_seq))
    )
    by_seq = {leaf.seq: leaf for leaf in session.scalars(leaves)}
    first, second = by_seq.get(row.leaf_seq), by_seq.get(row.evidence_leaf_seq)
    if first is None or first.body != seen:
        yield "its seal names another log line than the log has"
    if second is None or second.commitment != sealed:
        yield "its files are not those that the log was told of"


def _open_notes(session: Session, incident: Incident, key: X25519PrivateKey) -> Form:
    """All boxes of an incident as one; what was written first counts, for later it was locked already."""
    notes: Form = {"fingerprint": "", "notes": {}, "mails": {}, "letters": {}}
    for row in reversed(boxes_of(session, incident)):
        form = json.loads(opened(row.box, key, incident.reference.encode())[NOTES])
        notes["fingerprint"] = form["fingerprint"] or notes["fingerprint"]
        notes["notes"] |= form["notes"]
        notes["mails"] |= form["mails"]
        notes["letters"] |= form.get("letters", {})  # a box of before has none
    return notes


def _record(site: Site, unlocked: Unlocked, key: X25519PrivateKey, opener: Opener) -> bool:
    """Write who opened it; and put an open incident's evidence back, the files first."""
    with site.database.read() as session:
        is_open = _readable(session, site, unlocked.reference, opener).state == "open"
    if is_open:
        for one in unlocked.items:
            add_files(site.evidence, one.uid, one.files)
        passing(Boundary.AFTER_BOX)
    with site.database.write() as session:
        custody.acting(session, actor=opener.by, role=str(opener.role), purpose=opener.reason)
        incident = find_incident(session, site, unlocked.reference)
        restored = is_open and incident.state == "open"
        _note_unlocked(session, site, incident, key, unlocked.items)
        if restored:
            _put_back(session, incident, unlocked)
    passing(Boundary.AFTER_LOCK)
    for one in unlocked.items:
        remove_others(site.evidence, one.uid, set(one.files) if restored else {BOX})
    return restored


def _note_unlocked(
    session: Session, site: Site, incident: Incident, key: X25519PrivateKey, items: tuple[UnlockedItem, ...]
) -> None:
    for one in items:
        custody.note(
            session, site.school_id, site.now(), "viewed", item_uid=one.uid, reference=incident.reference,
            unlocked_with=key_id(key.public_key()), match=not one.faults,
        )  # fmt: skip


def _put_back(session: Session, incident: Incident, unlocked: Unlocked) -> None:
    by_uid = {one.uid: one for one in unlocked.items}
    for row, item in _locked(session, incident):
        one = by_uid[row.item_uid]
        row.state, row.locked_at = EvidenceState.OPEN, None
        row.files = {name: sha256(content) for name, content in one.files.items()}
        put_back_item(item, one.words)
    put_back_incident(session, incident, unlocked.notes)
    for box in boxes_of(session, incident):
        session.delete(box)
