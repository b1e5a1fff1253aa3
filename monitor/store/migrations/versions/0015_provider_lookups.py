"""What DNS and the registries said of who hosts a site, and when they were asked."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "provider_lookups",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("site", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_provider_lookups_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_provider_lookups")),
        sa.UniqueConstraint(
            "school_id", "site", "asked_at", name=op.f("uq_provider_lookups_school_id_site_asked_at")
        ),
    )
    op.create_index(op.f("ix_provider_lookups_school_id"), "provider_lookups", ["school_id"])
