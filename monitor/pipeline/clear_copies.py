"""Copies in clear of what is locked or erased: exports and files of decided comments on this machine."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.folder import shred
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Erasure, Export, ExportState, LabelledFile


def note_labelled_file(
    session: Session, site: Site, path: Path, references: Collection[str], by: str
) -> None:
    """Remember where words were written to, so that they can end with their evidence."""
    session.add(
        LabelledFile(
            school_id=site.school_id,
            path=str(path.absolute()),
            of_incidents=sorted(references),
            made_by=by,
            made_at=site.now(),
        )
    )


@dataclass(frozen=True)
class Why:
    """By which rule, or on whose word, something is erased."""

    rule: str
    """A rule of config/policy/retention.toml, or `asked_for`."""
    reason: str
    by: str = custody.DAEMON
    second: str | None = None


def erase_copies(site: Site, uids: Collection[str], reference: str, why: Why, *, boxes_too: bool) -> int:
    """Erase what holds these items, or quotes their incident; answers how many files that were.

    `boxes_too`: exports that were locked to their reader as well, because nothing of it is to be left.
    A file goes first and its row is marked after, so that a stop in between does it once more.
    """
    with site.database.read() as session:
        query = select(LabelledFile).filter_by(school_id=site.school_id, erased_at=None)
        quoting = [one for one in session.scalars(query) if reference in one.of_incidents]
        holding = exports_holding(session, site.school_id, uids)
    for file in quoting:
        erase_labelled(site, file, why)
    for export in holding:
        if boxes_too or export.locked_to is None:
            erase_export(site, export, why)
        else:
            _forget_facts(site, export)
    return len(quoting) + len(holding)


def exports_holding(session: Session, school_id: int, uids: Collection[str]) -> list[Export]:
    """The exports whose files are still there and hold one of these items."""
    query = select(Export).where(Export.school_id == school_id, Export.state != ExportState.ERASED)
    return [one for one in session.scalars(query.order_by(Export.id)) if set(uids) & set(one.items)]


def erase_export(site: Site, export: Export, why: Why) -> None:
    """Its file, its salt and what it was made from; its line in the log and its proof stay."""
    shred(Path(export.path))
    with site.database.write() as session:
        row = session.get_one(Export, export.id, with_for_update=True)
        row.state, row.facts, row.salt = ExportState.ERASED, None, None
        row.erased_at, row.erased_why = site.now(), why.reason
        note_erasure(session, site, "export", Path(export.path).name, why)


def _forget_facts(site: Site, export: Export) -> None:
    """What a locked export was made from stands in clear in its row: the box alone stays."""
    with site.database.write() as session:
        session.get_one(Export, export.id).facts = None


def erase_labelled(site: Site, file: LabelledFile, why: Why) -> None:
    shred(Path(file.path))
    with site.database.write() as session:
        session.get_one(LabelledFile, file.id).erased_at = site.now()
        note_erasure(session, site, "labelled_file", Path(file.path).name, why)


def note_erasure(
    session: Session, site: Site, kind: str, subject: str, why: Why, *,
    reference: str | None = None, event: bool = True,
) -> None:  # fmt: skip
    """A line in the list of what was deleted; and a custody event, unless the store writes one by itself."""
    session.add(
        Erasure(
            school_id=site.school_id, at=site.now(), kind=kind, subject=subject, reference=reference,
            rule=why.rule, reason=why.reason, by=why.by, second=why.second,
        )
    )  # fmt: skip
    if event:
        custody.note(
            session, site.school_id, site.now(), "erased", actor=why.by, authority=why.rule,
            purpose=why.reason, reference=reference, kind=kind, subject=subject,
        )  # fmt: skip
