"""The list of what was deleted, and files of decided comments that end with their evidence."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.orm import Session

from monitor.evidence.folder import shred
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Erasure, LabelledFile


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
