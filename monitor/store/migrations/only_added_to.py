"""Triggers for tables whose rows are only ever added to; each kind of change that is allowed is named."""

from collections.abc import Sequence

from alembic import op


def only_added_to(table: str) -> None:
    """No row is changed or removed."""
    if _is_sqlite():
        _refuse_sqlite(table, "UPDATE")
        _refuse_sqlite(table, "DELETE")
        return
    _function(table)
    _refuse_statements(table, "UPDATE OR DELETE OR TRUNCATE")


def never_changed(table: str) -> None:
    """No row is changed; whole rows may end with their period."""
    if _is_sqlite():
        _refuse_sqlite(table, "UPDATE")
        return
    _function(table)
    _refuse_statements(table, "UPDATE")


def only_erased(table: str, kept: Sequence[str], erased: str) -> None:
    """No row is removed, and the only change is an erasure that `erased` (SQL about NEW) says of it; the
    columns `kept` stay as they are.
    """
    allowed = f"({erased}) AND {_same(kept)}"
    if _is_sqlite():
        _refuse_sqlite(table, "UPDATE", f"WHEN NOT ({allowed}) ")
        _refuse_sqlite(table, "DELETE")
        return
    _function(table)
    _refuse_statements(table, "DELETE OR TRUNCATE")
    op.execute(
        f"CREATE TRIGGER {table}_only_erased BEFORE UPDATE ON {table} FOR EACH ROW "
        f"WHEN (NOT ({allowed})) EXECUTE FUNCTION {table}_is_only_added_to()"
    )


def _same(columns: Sequence[str]) -> str:
    same = "IS" if _is_sqlite() else "IS NOT DISTINCT FROM"
    return " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in columns)


def _is_sqlite() -> bool:
    return op.get_bind().dialect.name == "sqlite"


def _refuse_sqlite(table: str, act: str, when: str = "") -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_{act.lower()} BEFORE {act} ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
    )


def _function(table: str) -> None:
    op.execute(
        f"CREATE FUNCTION {table}_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{table} is only ever added to'; END $$"
    )


def _refuse_statements(table: str, acts: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE {acts} ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_is_only_added_to()"
    )
