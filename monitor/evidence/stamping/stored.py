"""Checking the stamps of the store against the checkpoints, and against what the log was told of them.

No program is run and nothing is asked in here: the caller has a transaction open.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.stamping.authority import root_fingerprint
from monitor.evidence.stamping.chain import NoChain, chain_of
from monitor.evidence.stamping.checking import Checked, signature_fault
from monitor.evidence.stamping.reply import Refused, Token, Unreadable, nonce_of, read_reply
from monitor.store.models import CheckpointRow, CustodyEvent, Stamp, StampState

STAMPED = "stamped"
"""The custody event of a stamp that was had."""
_ROWS_AT_ONCE = 100
Pinned = Mapping[str, Collection[str]]
"""Name of an authority → fingerprints of its roots."""


def stamp_hashes(row: Stamp) -> dict[str, Any]:
    """What the log is told of a stamp: enough to notice later that it was changed or taken away."""
    parts = {"reply": row.reply, "chain": row.chain, "revocation": row.revocation}
    digests = {
        f"{name}_sha256": hashlib.sha256(part).hexdigest() if part is not None else None
        for name, part in parts.items()
    }
    return {"stamp": row.id, "checkpoint": row.checkpoint_size, "stamped_by": row.authority, **digests}


def stamp_faults(session: Session, school_id: int, pinned: Pinned | None = None) -> Iterator[tuple[str, str]]:
    """What is wrong with any stamp that was had: (which stamp, why). Memory stays flat.

    `pinned` has the roots of the settings: the stamps of an authority in it must lead to one of its roots.
    Any other stamp is checked against the root that is kept beside it.
    """
    told = _told(session, school_id)
    query = (
        select(Stamp, CheckpointRow.note)
        .outerjoin(
            CheckpointRow,
            (CheckpointRow.school_id == Stamp.school_id) & (CheckpointRow.size == Stamp.checkpoint_size),
        )
        .where(Stamp.school_id == school_id, Stamp.state == StampState.STAMPED)
        .order_by(Stamp.id)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for row, note in session.execute(query):
        where = f"stamp of {row.authority} over checkpoint {row.checkpoint_size}"
        log_says = told.pop(row.id, None)
        for why in _faults_of(row, note, log_says, pinned):
            yield where, why
    for details in told.values():
        yield f"stamp of {details['stamped_by']} over checkpoint {details['checkpoint']}", "is missing"


def _told(session: Session, school_id: int) -> dict[int, dict[str, Any]]:
    query = select(CustodyEvent.details).filter_by(school_id=school_id, action=STAMPED)
    return {details["stamp"]: details for details in session.scalars(query) if "stamp" in details}


def _faults_of(
    row: Stamp, note: str | None, log_says: Mapping[str, Any] | None, pinned: Pinned | None
) -> Iterator[str]:
    if log_says is None:
        yield "the log was not told of it"
    else:
        yield from (
            f"its {name.removesuffix('_sha256')} is not what the log was told"
            for name, value in stamp_hashes(row).items()
            if log_says.get(name) != value
        )
    if note is None:
        yield "its checkpoint is missing"
        return
    try:
        found = _looked_at(row, note.encode())
    except (NoChain, Refused, Unreadable, ValueError, x509.InvalidVersion) as error:
        yield f"it does not hold: {error}"
        return
    yield from _columns(row, found)
    root = root_fingerprint(found.chain[-1])
    if pinned is not None and root not in pinned.get(row.authority, (root,)):
        yield "it leads to a root that is not among those of the settings"


def _looked_at(row: Stamp, note: bytes) -> Checked:
    """The facts of the reply, once its signature over the note is found to hold."""
    token = read_reply(row.reply or b"")
    kept = x509.load_pem_x509_certificates(row.chain or b"")
    chain = chain_of(token, kept[-1:], kept[:-1])
    complaint = signature_fault(row.reply or b"", note, chain, nonce=nonce_of(row.request))
    if complaint is not None:
        raise Unreadable(complaint)
    return Checked(token, chain)


def _columns(row: Stamp, found: Checked) -> Iterator[str]:
    token: Token = found.token
    expected = {
        "time": (row.gen_time, token.gen_time),
        "number": (row.serial, str(token.serial)),
        "policy": (row.policy, token.policy),
        "certificate's end": (row.certificate_ends_at, found.ends_at),
    }
    yield from (
        f"the stored {name} is not that of the reply" for name, (ours, its) in expected.items() if ours != its
    )
