"""What was posted again, by what it is known again, and who looked at one account's posts how often."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _item_marks()
    _recirculations()
    _author_views()
    _author_reviews()


def _table(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f(f"fk_{table}_school_id")),
        sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f(f"fk_{table}_incident_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_school_id"), table, ["school_id"])


def _item_marks() -> None:
    _table(
        "item_marks",
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_marks_item_id")),
        sa.UniqueConstraint(
            "school_id", "item_id", "kind", "mark", name=op.f("uq_item_marks_school_id_item_id_kind_mark")
        ),
    )
    op.create_index(op.f("ix_item_marks_incident_id"), "item_marks", ["incident_id"])
    op.create_index(op.f("ix_item_marks_mark"), "item_marks", ["mark"])


def _recirculations() -> None:
    _table(
        "recirculations",
        sa.Column("parent_id", sa.Integer(), nullable=False),
        sa.Column("likeness", sa.String(length=16), nullable=False),
        sa.Column("sharer", sa.String(length=16), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["parent_id"], ["incidents.id"], name=op.f("fk_recirculations_parent_id")),
        sa.UniqueConstraint("school_id", "incident_id", name=op.f("uq_recirculations_school_id_incident_id")),
    )
    op.create_index(op.f("ix_recirculations_parent_id"), "recirculations", ["parent_id"])


def _author_views() -> None:
    _table(
        "author_views",
        sa.Column("author_mark", sa.String(length=64), nullable=False),
        sa.Column("viewed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("viewed_by", sa.String(), nullable=False),
    )
    op.create_index(op.f("ix_author_views_incident_id"), "author_views", ["incident_id"])
    op.create_index(op.f("ix_author_views_author_mark"), "author_views", ["author_mark"])


def _author_reviews() -> None:
    _table(
        "author_reviews",
        sa.Column("author_mark", sa.String(length=64), nullable=False),
        sa.Column("wanted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("views", sa.Integer(), nullable=False),
        sa.Column("reviewed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reviewed_by", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
    )
    op.create_index(op.f("ix_author_reviews_incident_id"), "author_reviews", ["incident_id"])
    op.create_index(op.f("ix_author_reviews_author_mark"), "author_reviews", ["author_mark"])
