"""Keeping the second log up with the first: after each commit, and whenever it was out of reach."""

from collections.abc import Iterator
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.second_log import (
    SecondLogUnusable,
    append_checkpoints,
    append_leaves,
    held,
    last_leaf,
    last_note,
    leaves_held,
    size_held,
)
from monitor.pipeline.boundaries import Boundary, passing
from monitor.store import checkpoints
from monitor.store.checkpoints import LogForked
from monitor.store.database import Database
from monitor.store.models import CheckpointRow, Leaf

_ROWS_AT_ONCE = 2000
log = structlog.get_logger()


class LogSetBack(LogForked):
    """The second log knows more than the database, or other things: an older backup was restored."""


def check_continues(session: Session, school_id: int, folder: Path) -> None:
    """Raise LogSetBack when the log is not the one that was copied, SecondLogUnusable when none can be read.

    Only what was committed is ever copied; so the database always has all that the copy has. The folder is
    read first: what another process commits and copies meanwhile is then in the database too.
    """
    leaf, note = last_leaf(folder), last_note(folder)
    if leaf is not None:
        query = select(Leaf.body).filter_by(school_id=school_id, seq=leaf[0])
        _check_same(session.scalar(query), leaf[1].decode("utf-8", "replace"), f"line {leaf[0]}", folder)
    if note is not None:
        row = checkpoints.at(session, school_id, note[0])
        _check_same(row.note if row else None, note[1], f"the checkpoint of {note[0]} leaves", folder)


def _check_same(stored: str | None, copied: str, what: str, folder: Path) -> None:
    if stored != copied:
        how = "lacks" if stored is None else "has otherwise"
        raise LogSetBack(f"the database {how} {what} of the second log in {folder}")


def copy_log(database: Database, school_id: int, folder: Path) -> None:
    """Copy what was committed and is not in the second log yet; raises SecondLogUnusable, or LogSetBack
    and adds nothing.

    Leaves first: a checkpoint in the copy never speaks of leaves that are not. Done again, it adds nothing.
    """
    with held(folder):
        passing(Boundary.BEFORE_SECOND_LOG)
        with database.read() as session:
            check_continues(session, school_id, folder)
        append_leaves(folder, _leaves(database, school_id, leaves_held(folder)))
        passing(Boundary.AFTER_SECOND_LEAVES)
        append_checkpoints(folder, _checkpoints(database, school_id, size_held(folder)))
        passing(Boundary.AFTER_SECOND_LOG)


def follow(database: Database, school_id: int, folder: Path) -> None:
    """After a commit, which stands whatever happens here: nothing is raised, and `keep_second_log` tells."""
    try:
        copy_log(database, school_id, folder)
    except (SecondLogUnusable, LogSetBack) as error:
        log.warning("second_log_behind", problem=str(error))
    except Exception:
        log.exception("second_log_broke")


def _leaves(database: Database, school_id: int, start: int) -> Iterator[bytes]:
    columns = select(Leaf.seq, Leaf.body).where(Leaf.school_id == school_id).order_by(Leaf.seq)
    while True:
        with database.read() as session:
            rows = session.execute(columns.where(Leaf.seq >= start).limit(_ROWS_AT_ONCE)).all()
        for seq, body in rows:
            if seq != start:
                raise SecondLogUnusable(f"evidence.second_log: log line {start} is missing in the database")
            yield body.encode()
            start += 1
        if len(rows) < _ROWS_AT_ONCE:
            return


def _checkpoints(database: Database, school_id: int, after: int) -> Iterator[tuple[int, str]]:
    columns = select(CheckpointRow.size, CheckpointRow.note).where(CheckpointRow.school_id == school_id)
    while True:
        query = columns.where(CheckpointRow.size > after).order_by(CheckpointRow.size).limit(_ROWS_AT_ONCE)
        with database.read() as session:
            rows = session.execute(query).all()
        for size, note in rows:
            yield size, note
            after = size
        if len(rows) < _ROWS_AT_ONCE:
            return
