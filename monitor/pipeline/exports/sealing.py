"""SEAL/ of an export: checkpoint, key, the proofs from every earlier checkpoint, and the time stamps."""

import base64
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.export.seal import Seal, StampFile
from monitor.evidence.keys import fingerprint, log_signer, public_pem
from monitor.evidence.log.checkpoint import parse
from monitor.evidence.log.note import Verifier, parted
from monitor.site import Site
from monitor.store.checkpoints import NoSuchProof, at, consistencies
from monitor.store.models import CheckpointRow, Export, Stamp, StampState
from monitor.store.stamps import stamps_for

EARLIER = 2000
"""Checkpoints before the export's own that are listed with their proof; of older ones `evidence verify
--since` at the school tells."""


def stamped_size(session: Session, school_id: int, size: int) -> int:
    """The newest checkpoint up to this one that has a stamp; 0 when none has."""
    query = (
        select(Stamp.checkpoint_size)
        .where(Stamp.school_id == school_id, Stamp.state == StampState.STAMPED, Stamp.checkpoint_size <= size)
        .order_by(Stamp.checkpoint_size.desc())
        .limit(1)
    )
    return session.scalar(query) or 0


def seal(session: Session, site: Site, export: Export, stamps_over: int) -> Seal:
    """Raises NoSuchProof, or KeyUnusable when the log's key is not there."""
    signer, size = log_signer(site), export.checkpoint_size
    row = _checkpoint(session, site, size)
    signed = parse(parted(row.note)[0])
    verifier = Verifier.parse(row.vkey)
    stamped = at(session, site.school_id, stamps_over) if 0 < stamps_over < size else None
    return Seal(
        origin=signed.origin,
        size=size,
        root_base64=base64.b64encode(signed.root).decode(),
        checkpoint=row.note,
        vkey=row.vkey,
        public_key=public_pem(verifier),
        fingerprint=fingerprint(verifier.public_key),
        consistency=_consistency(session, site.school_id, size),
        salt=(export.salt or b"").hex(),
        sign=signer.sign,
        stamps=_stamps(stamps_for(session, site.school_id, stamps_over)),
        stamped_checkpoint=stamped.note if stamped else None,
        stamped_size=stamps_over,
    )


def _checkpoint(session: Session, site: Site, size: int) -> CheckpointRow:
    row = at(session, site.school_id, size)
    if row is None:
        raise NoSuchProof(f"there is no checkpoint of {size} leaves")
    return row


def _consistency(session: Session, school_id: int, size: int) -> str:
    query = (
        select(CheckpointRow)
        .where(CheckpointRow.school_id == school_id, CheckpointRow.size < size, CheckpointRow.size > 0)
        .order_by(CheckpointRow.size.desc())
        .limit(EARLIER)
    )
    earlier = {row.size: row.root for row in session.scalars(query)}
    proofs = consistencies(session, school_id, sorted(earlier), size)
    return "".join(
        " ".join([str(old), _base64(bytes.fromhex(earlier[old])), *map(_base64, path)]) + "\n"
        for old, path in proofs.items()
    )


def _stamps(rows: Sequence[Stamp]) -> tuple[StampFile, ...]:
    """All of them: a renewal stands beside what it renews, which alone shows the earlier time."""
    return tuple(
        StampFile(_stamp_name(row), row.reply, row.chain, row.gen_time)
        for row in sorted(rows, key=lambda row: (row.authority, row.renewal))
        if row.reply is not None and row.chain is not None and row.gen_time is not None
    )


def _stamp_name(row: Stamp) -> str:
    return f"{row.authority}-renewed-{row.renewal}" if row.renewal else row.authority


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()
