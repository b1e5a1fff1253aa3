"""A school's log without the way of a comment: leaves, checkpoints, keys, and somebody who forges them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import select, text
from support.clock import SettableClock
from support.school import write_settings

from config.loading import load_settings
from monitor.evidence.leaf import LeafKind, leaf_body
from monitor.pipeline.sealing_up.checkpointing import signed
from monitor.site import Site, open_site
from monitor.store import log
from monitor.store.database import Database
from monitor.store.models import CheckpointRow, Leaf


@contextmanager
def log_site(
    folder: Path, database: str, clock: SettableClock, *, second_log: bool = False
) -> Iterator[Site]:
    more = '[evidence]\nsecond_log = "second"\n' if second_log else ""
    site = open_site(write_settings(folder, database, {}, 25, more), clock.now)
    yield site
    site.close()


def reopened(folder: Path, clock: SettableClock) -> Site:
    return open_site(load_settings(folder / "schoolwatch.toml"), clock.now)


def grow(site: Site, leaves: int, *, sign: bool = True) -> CheckpointRow | None:
    """Append leaves, and sign them in the same transaction."""
    entries = [log.Entry(LeafKind.ITEM, f"{number:036d}", f"{number:064x}") for number in range(leaves)]
    with site.database.write() as session:
        log.append(session, site.school_id, site.now(), entries)
        row = signed(session, site) if sign else None
        if row is not None:
            session.expunge(row)  # to be read after the commit
        return row


def without_triggers(database: Database, *statements: str) -> None:
    """What somebody with the database's password can do."""
    with database.engine.begin() as connection:
        for table in ("leaves", "checkpoints", "tree_tiles"):
            if database.is_sqlite:
                for act in ("update", "delete"):
                    connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{act}"))
            else:
                connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}"))
        for statement in statements:
            connection.exec_driver_sql(statement)


def rewrite_leaf(site: Site, seq: int) -> None:
    """Another commitment in the place of a leaf, with every column and byte as it ought to look."""
    commit = "f" * 64
    with site.database.read() as session:
        leaf = session.scalars(select(Leaf).filter_by(seq=seq)).one()
    body = leaf_body(seq, leaf.kind, leaf.at, leaf.item_uid, commit).decode()
    without_triggers(
        site.database, f"UPDATE leaves SET commitment = '{commit}', body = '{body}' WHERE seq = {seq}"
    )
