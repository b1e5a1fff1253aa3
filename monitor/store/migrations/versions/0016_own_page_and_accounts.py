"""Acts on the school's own page, its accounts as the head approved them, and critical incidents."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    _table(
        "own_page_acts",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_rule", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("finished_at", MOMENT, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f("fk_own_page_acts_incident_id")),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_own_page_acts_item_id")),
    )
    op.create_index(op.f("ix_own_page_acts_incident_id"), "own_page_acts", ["incident_id"])
    op.create_index(op.f("ix_own_page_acts_state"), "own_page_acts", ["state"])
    _table(
        "accounts",
        sa.Column("platform", sa.String(), nullable=False),
        sa.Column("handle", sa.String(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(), nullable=False),
        sa.Column("administrators", sa.JSON(), nullable=False),
        sa.Column("added_by", sa.String(), nullable=False),
        sa.Column("added_at", MOMENT, nullable=False),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("messages_off", sa.Boolean(), nullable=False),
        sa.Column("password_is_complex", sa.Boolean(), nullable=False),
        sa.Column("password_changed_at", MOMENT, nullable=True),
        sa.Column("two_factor_decision", sa.Text(), nullable=True),
        sa.UniqueConstraint(
            "school_id", "platform", "handle", name=op.f("uq_accounts_school_id_platform_handle")
        ),
    )
    _table(
        "critical_incidents",
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("started_by", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.Column("ended_by", sa.String(), nullable=True),
    )


def _table(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f(f"fk_{table}_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_school_id"), table, ["school_id"])
