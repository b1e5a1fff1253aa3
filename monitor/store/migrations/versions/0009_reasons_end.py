"""The reasons that people gave end too: of rulings with their incident, of erasures with the audit record."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.only_added_to import only_erased

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

GONE = "'(erased)'"
_OF_RULINGS = ("id", "school_id", "incident_id", "number", "ruling", "decided_at", "lane_before")
_OF_ERASURES = ("id", "school_id", "at", "kind", "subject", "reference", "rule")


def upgrade() -> None:
    _let_erase("image_rulings", _OF_RULINGS, f"NEW.reason = {GONE} AND NEW.decided_by = {GONE}")
    _let_erase("erasures", _OF_ERASURES, f'NEW.reason = {GONE} AND NEW."by" = {GONE}')


def _let_erase(table: str, kept: tuple[str, ...], erased: str) -> None:
    """In place of the triggers that allow no change at all."""
    if op.get_bind().dialect.name == "sqlite":
        for act in ("update", "delete"):
            op.execute(sa.text(f"DROP TRIGGER {table}_no_{act}"))
    else:
        op.execute(sa.text(f"DROP TRIGGER {table}_no_change ON {table}"))
        op.execute(sa.text(f"DROP FUNCTION {table}_is_only_added_to()"))
    only_erased(table, kept, erased)
