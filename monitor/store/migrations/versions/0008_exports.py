"""Every export that was made, for whom, and when it ends."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.only_added_to import only_added_to, only_erased

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "exports",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("uid", sa.String(length=36), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("checkpoint_size", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("produced_by", sa.String(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("locked_to", sa.String(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.String(), nullable=True),
        sa.Column("leaf_seq", sa.Integer(), nullable=True),
        sa.Column("proof_size", sa.Integer(), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_exports_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exports")),
        sa.UniqueConstraint("school_id", "uid", name=op.f("uq_exports_school_id_uid")),
        sa.UniqueConstraint("school_id", "path", name=op.f("uq_exports_school_id_path")),
    )
    op.create_index(op.f("ix_exports_school_id"), "exports", ["school_id"])
    op.create_index(op.f("ix_exports_state"), "exports", ["state"])
    op.create_table(
        "exhibit_numbers",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("item_uid", sa.String(length=36), nullable=False),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("produced_by", sa.String(), nullable=False),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_exhibit_numbers_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_exhibit_numbers")),
        sa.UniqueConstraint("school_id", "item_uid", name=op.f("uq_exhibit_numbers_school_id_item_uid")),
        sa.UniqueConstraint(
            "school_id", "initials", "number", name=op.f("uq_exhibit_numbers_school_id_initials_number")
        ),
    )
    op.create_index(op.f("ix_exhibit_numbers_school_id"), "exhibit_numbers", ["school_id"])
    only_added_to("exhibit_numbers")
    told = ("uid", "scope", "profile", "reader", "checkpoint_size", "made_by", "produced_by", "made_at")
    only_erased("exports", ("id", "school_id", *told), "TRUE")  # its files and facts end, its row does not
