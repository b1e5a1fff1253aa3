"""Copies of what is locked or erased now: exports, and files of decided comments, on this machine."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.pipeline.at_rest.clear_copies import Why, erase_labelled
from monitor.pipeline.exports.ending import erase_exports, exports_holding
from monitor.site import Site
from monitor.store.models import Export, LabelledFile


def erase_copies(site: Site, uids: Collection[str], reference: str, why: Why, *, boxes_too: bool) -> int:
    """Erase what holds these items, or quotes their incident; answers how many files that were.

    `boxes_too`: exports that were locked to their reader as well, because nothing of it is to be left.
    A file goes first and its row is marked after, so that a stop in between does it once more.
    """
    with site.database.read() as session:
        query = select(LabelledFile).filter_by(school_id=site.school_id, erased_at=None)
        quoting = [one for one in session.scalars(query) if reference in one.of_incidents]
        holding = _holding(session, uids)
    for file in quoting:
        erase_labelled(site, file, why)
    erased = erase_exports(site, [one for one in holding if boxes_too or one.locked_to is None], why)
    for export in holding:
        _forget_facts(site, export)
    return len(quoting) + erased


def _holding(session: Session, uids: Collection[str]) -> list[Export]:
    found = {export.id: export for uid in uids for export in exports_holding(session, uid)}
    return [found[number] for number in sorted(found)]


def _forget_facts(site: Site, export: Export) -> None:
    """What an export was made from stands in clear in its row; of a locked one the box alone stays."""
    with site.database.write() as session:
        session.get_one(Export, export.id).facts = None
