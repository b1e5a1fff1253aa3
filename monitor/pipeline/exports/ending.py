"""The end of an export: a year after it was made at most, and earlier when one of its items is erased."""

from collections.abc import Iterable
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.export.writer import BOX, PROOF
from monitor.evidence.folder import shred
from monitor.pipeline.at_rest.clear_copies import Why, note_erasure
from monitor.pipeline.at_rest.periods import periods
from monitor.site import Site
from monitor.store.models import Export, ExportState

RULE = "weekly_export"
"""In config/policy/retention.toml."""


def exports_holding(session: Session, uid: str) -> list[Export]:
    """The exports that stand somewhere with this item in them, planned ones included."""
    query = select(Export).where(Export.state != ExportState.ERASED).order_by(Export.id)
    return [one for one in session.scalars(query) if uid in one.items]


def erase_exports(site: Site, exports: Iterable[Export], why: Why) -> int:
    """Erase the files of exports and what their rows know of them; answers how many that were.

    The files first, the row after, so that a stop in between does it once more. A copy that was handed on is
    out of reach: the row says to whom it went.
    """
    erased = 0
    for export in exports:
        path = Path(export.path)
        shred(path)
        shred(path.with_name(path.name.removesuffix(BOX) + PROOF))
        with site.database.write() as session:
            row = session.get_one(Export, export.id)
            row.state, row.erased_at, row.erased_why = ExportState.ERASED, site.now(), why.rule
            row.facts = row.salt = None
            note_erasure(session, site, "export", row.uid, why)
        erased += 1
    return erased


def end_old_exports(site: Site) -> int:
    """Erase every export whose period is over; nothing extends it, a legal hold included, because the
    evidence itself stands.
    """
    period = periods(site)[RULE]
    query = select(Export).where(Export.school_id == site.school_id, Export.state != ExportState.ERASED)
    with site.database.read() as session:
        found = [(one, period.end(one.made_at)) for one in session.scalars(query)]
    due = [one for one, ends_at in found if ends_at is not None and ends_at <= site.now()]
    shown = f"{period.title}: {period.shown} from {period.counted_from}."
    return erase_exports(site, due, Why(period.name, shown))
