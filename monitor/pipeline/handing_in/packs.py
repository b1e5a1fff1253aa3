"""The affected person's own copy: their incident, made by the export room, to take where they decide to.

Whether to report is theirs to decide (Queen's Crescent and Nunney 2.8.5); the school keeps the evidence, and
gives them theirs. Nothing of what the school does about it is in it, and nothing of any other incident.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from alerts.export.profiles import Profile
from alerts.ladder import wishes
from config.schema import Role
from config.words import Lane
from monitor.pipeline.exports.making import make_export
from monitor.pipeline.exports.order import ExportRefused, Order, Scope
from monitor.pipeline.handing_in.links import LinkRefused
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, SinglePurposeLink

READERS = (Role.SENIOR_MANAGER, Role.HEADTEACHER, Role.CHAIR)
"""Whose lanes it holds: the first whom nobody in the incident keeps from seeing it."""


@dataclass(frozen=True)
class Pack:
    name: str
    data: bytes
    sha256: str


def may_have_pack(incident: Incident) -> bool:
    """Where a child, a life or our own breach is at stake, the DSL or the head speaks with the person."""
    return Lane(incident.lane) in wishes.COUNT_IN


def make_pack(site: Site, link: SinglePurposeLink) -> Pack:
    """Raises LinkRefused where this incident's evidence is not given out by a page."""
    with site.database.read() as session:
        incident = session.get_one(Incident, link.incident_id)
        if not may_have_pack(incident):
            raise LinkRefused("There is no copy to take here. Speak with whoever at school invited you.")
        reference = incident.reference
    pack = _made(site, reference, link.person)
    with site.database.write() as session:
        _note(session, site, reference, link, pack)
    return pack


def _made(site: Site, reference: str, person: str) -> Pack:
    for order in _orders(site, reference, person):
        try:
            made = make_export(site, order)
        except ExportRefused:
            continue
        return Pack(made.path.name, made.path.read_bytes(), made.sha256)
    raise LinkRefused("Your copy cannot be made just now. Ask whoever at school invited you.")


def _orders(site: Site, reference: str, person: str) -> Iterator[Order]:
    folder = site.evidence.parent / "packs"
    folder.mkdir(mode=0o700, exist_ok=True)
    for reader in READERS:
        yield Order(Scope(incident=reference), folder, reader, Profile.PERSON, actor=person)


def _note(session: Session, site: Site, reference: str, link: SinglePurposeLink, pack: Pack) -> None:
    custody.note(
        session, site.school_id, site.now(), "pack_taken", actor=link.person, reference=reference,
        link=link.id, sha256=pack.sha256,
    )  # fmt: skip
