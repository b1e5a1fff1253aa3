"""Custody events as leaves of the log; observations of evidence; how far an item reached."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.only_added_to import only_erased

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEPT = ("id", "school_id", "at", "action", "item_uid", "reference", "uid", "leaf_seq")


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    op.add_column("custody_events", sa.Column("uid", sa.String(length=36), nullable=True))
    op.add_column("custody_events", sa.Column("salt", sa.LargeBinary(), nullable=True))
    op.add_column("custody_events", sa.Column("content", sa.LargeBinary(), nullable=True))
    op.add_column("custody_events", sa.Column("leaf_seq", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_custody_events_leaf_seq"), "custody_events", ["leaf_seq"])
    op.add_column("items", sa.Column("counts", sa.JSON(), nullable=True))
    _observations()
    (_let_erase_sqlite if sqlite else _let_erase_postgresql)()


def _observations() -> None:
    op.create_table(
        "observations",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("item_uid", sa.String(length=36), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("observed", sa.String(), nullable=False),
        sa.Column("leaf_seq", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_observations_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_observations")),
        sa.UniqueConstraint("school_id", "uid", name=op.f("uq_observations_school_id_uid")),
        sa.UniqueConstraint("school_id", "leaf_seq", name=op.f("uq_observations_school_id_leaf_seq")),
    )
    op.create_index(op.f("ix_observations_school_id"), "observations", ["school_id"])
    op.create_index(op.f("ix_observations_item_uid"), "observations", ["item_uid"])
    kept = ("id", "school_id", "uid", "item_uid", "at", "observed", "leaf_seq")
    only_erased("observations", kept, "NEW.salt IS NULL AND NEW.record IS NULL")


def _erases(details: str, same: str) -> str:
    kept = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in _KEPT)
    return (
        f"NEW.salt IS NULL AND NEW.content IS NULL AND NEW.actor = 'erased' AND {details} = '{{}}' AND {kept}"
    )


def _let_erase_sqlite() -> None:
    op.execute("DROP TRIGGER custody_events_no_update")
    op.execute(
        "CREATE TRIGGER custody_events_no_update BEFORE UPDATE ON custody_events "
        f"WHEN NOT ({_erases('NEW.details', 'IS')}) "
        "BEGIN SELECT RAISE(ABORT, 'custody_events is only ever added to'); END"
    )


def _let_erase_postgresql() -> None:
    op.execute("DROP TRIGGER custody_events_no_change ON custody_events")
    op.execute(
        "CREATE TRIGGER custody_events_no_change BEFORE DELETE OR TRUNCATE ON custody_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION custody_events_is_only_added_to()"
    )
    op.execute(
        "CREATE TRIGGER custody_events_only_erased BEFORE UPDATE ON custody_events FOR EACH ROW "
        f"WHEN (NOT ({_erases('NEW.details::text', 'IS NOT DISTINCT FROM')})) "
        "EXECUTE FUNCTION custody_events_is_only_added_to()"
    )
