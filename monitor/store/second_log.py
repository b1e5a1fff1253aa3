"""Keeping the second log up with the first: after each commit, and whenever it was out of reach."""

from collections.abc import Iterator
from pathlib import Path

import structlog
from sqlalchemy import select

from monitor.evidence.second_log import (
    SecondLogUnusable,
    append_checkpoints,
    append_leaves,
    held,
    leaves_held,
    size_held,
)
from monitor.pipeline.boundaries import Boundary, passing
from monitor.store.database import Database
from monitor.store.models import CheckpointRow, Leaf

_ROWS_AT_ONCE = 2000
_log = structlog.get_logger()


def copy_log(database: Database, school_id: int, folder: Path) -> None:
    """Copy what was committed and is not in the second log yet; raises SecondLogUnusable.

    Leaves first: a checkpoint in the copy never speaks of leaves that are not. Done again, it adds nothing.
    """
    with held(folder):
        passing(Boundary.BEFORE_SECOND_LOG)
        append_leaves(folder, _leaves(database, school_id, leaves_held(folder)))
        passing(Boundary.AFTER_SECOND_LEAVES)
        append_checkpoints(folder, _checkpoints(database, school_id, size_held(folder)))
        passing(Boundary.AFTER_SECOND_LOG)


def follow(database: Database, school_id: int, folder: Path) -> None:
    """After a commit. What was sealed stays sealed when a second disk is full: `keep_second_log` tells."""
    try:
        copy_log(database, school_id, folder)
    except SecondLogUnusable as error:
        _log.warning("second_log_behind", problem=str(error))


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
