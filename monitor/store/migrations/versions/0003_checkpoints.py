"""The tree over the log: its finished parts, and the signed checkpoints."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.only_added_to import only_added_to

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoints",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_checkpoints_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_checkpoints")),
        sa.UniqueConstraint("school_id", "size", name=op.f("uq_checkpoints_school_id_size")),
    )
    op.create_index(op.f("ix_checkpoints_school_id"), "checkpoints", ["school_id"])
    op.create_table(
        "tree_tiles",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("root", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_tree_tiles_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tree_tiles")),
        sa.UniqueConstraint(
            "school_id", "level", "number", name=op.f("uq_tree_tiles_school_id_level_number")
        ),
    )
    op.create_index(op.f("ix_tree_tiles_school_id"), "tree_tiles", ["school_id"])
    # What was signed, and what the next signature is made from.
    for table in ("checkpoints", "tree_tiles"):
        only_added_to(table)
