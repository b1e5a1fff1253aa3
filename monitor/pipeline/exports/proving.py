"""The last step of an export, its proof beside the zip; and what becomes of one that died before it."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import structlog
from sqlalchemy import select

from alerts.export.writer import BOX, PROOF, write_whole
from monitor.evidence.folder import shred
from monitor.evidence.log.proof import tied
from monitor.pipeline.at_rest.clear_copies import Why
from monitor.pipeline.boundaries import Boundary, passing
from monitor.pipeline.exports.ending import erase_exports
from monitor.site import Site
from monitor.store import custody
from monitor.store.checkpoints import at, consistency, newest, proof_of
from monitor.store.models import Export, ExportState

INTERRUPTED = Why(
    "interrupted", "Its making was cut short before the log knew of it, so it is no export; ask for it again."
)
_log = structlog.get_logger()


@contextmanager
def making(site: Site) -> Iterator[None]:
    """One export at a time, in whatever process: what is still unfinished when it is our turn has died."""
    with (site.evidence.parent / "exports.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def prove(site: Site, export_id: int) -> None:
    """Write the proof beside an export that the log knows of: its line, and that the log in which it stands
    grew out of the checkpoint in SEAL/. Done again, it writes the same bytes.
    """
    with site.database.read() as session:
        export = session.get_one(Export, export_id)
        if export.state != ExportState.SEALED or export.leaf_seq is None:
            return
        row = at(session, site.school_id, export.proof_size or 0) or newest(session, site.school_id)
        if row is None or row.size <= export.leaf_seq:
            return  # not signed yet; found again by `finish_exports`
        proof = proof_of(session, site.school_id, export.leaf_seq, row.size)
        tie = consistency(session, site.school_id, export.checkpoint_size, row.size)
        text = replace(proof, extra=tied(proof.extra or b"", tie)).text()
    path = Path(export.path)
    write_whole(path.with_name(path.name.removesuffix(BOX) + PROOF), text.encode())
    passing(Boundary.AFTER_EXPORT_PROOF)
    with site.database.write() as session:
        session.get_one(Export, export_id).state = ExportState.WRITTEN


def finish_exports(site: Site) -> None:
    """Catch up on proofs that a crash or a full disk came before; give up what died earlier than that."""
    with making(site):
        give_up_unfinished(site)
        query = select(Export.id).filter_by(school_id=site.school_id, state=ExportState.SEALED)
        with site.database.read() as session:
            due = list(session.scalars(query.order_by(Export.id)))
        for export_id in due:
            prove(site, export_id)


def give_up_unfinished(site: Site) -> list[Export]:
    """Erase what a crash left of exports that nobody takes up, and say so in the list of what was deleted.

    The week's own are taken up by the next pass. Who asked for another one asks again, because only they
    know with which key. Call it within `making`. Answers what was given up.
    """
    unfinished = (ExportState.PLANNED, ExportState.SEALED)
    query = select(Export).filter_by(school_id=site.school_id).where(Export.state.in_(unfinished))
    with site.database.read() as session:
        left = list(session.scalars(query.order_by(Export.id)))
    for export in left:
        _clear_parts(Path(export.path))
    dead = [one for one in left if one.state == ExportState.PLANNED and one.made_by != custody.DAEMON]
    erase_exports(site, dead, INTERRUPTED)
    for one in dead:
        _log.warning("export_given_up", scope=one.scope)
    return dead


def _clear_parts(path: Path) -> None:
    """A half-written zip is evidence in clear, too."""
    for part in path.parent.glob(f"{path.name.removesuffix(BOX)}*.part"):
        shred(part)
