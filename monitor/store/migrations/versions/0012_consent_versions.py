"""Consents in versions, checks before publishing, and own posts that are found again."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.only_added_to import never_changed

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("pupils", sa.Column("left_on", sa.String(), nullable=False, server_default=""))
    _consent_versions()
    _post_checks()
    _consent_searches()
    _own_post_findings()


def _common(table: str, *columns: sa.schema.SchemaItem) -> None:
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        *columns,
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f(f"fk_{table}_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_school_id"), table, ["school_id"])


def _consent_versions() -> None:
    """What was one row a consent becomes the first statements about each pupil."""
    _common(
        "consent_versions",
        sa.Column("pupil_id", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("granted", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("valid_from", sa.String(), nullable=False),
        sa.Column("valid_to", sa.String(), nullable=False),
        sa.Column("given_by", sa.String(), nullable=False),
        sa.Column("document_ref", sa.String(), nullable=False),
        sa.Column("origin", sa.String(length=16), nullable=False, server_default="import"),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("recorded_by", sa.String(), nullable=False, server_default=""),
        sa.UniqueConstraint(
            "school_id", "pupil_id", "version", name=op.f("uq_consent_versions_school_id_pupil_id_version")
        ),
    )
    kept = "school_id, pupil_id, channel, medium, valid_from, valid_to, given_by, document_ref"
    number = "ROW_NUMBER() OVER (PARTITION BY school_id, pupil_id ORDER BY valid_from, id)"
    op.execute(f"INSERT INTO consent_versions ({kept}, version) SELECT {kept}, {number} FROM consents")
    op.drop_table("consents")
    never_changed("consent_versions")


def _post_checks() -> None:
    _common(
        "post_checks",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("medium", sa.String(), nullable=False),
        sa.Column("has_image", sa.Boolean(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("without_consent", sa.Integer(), nullable=False),
        sa.Column("publishing", sa.Boolean(), nullable=False),
        sa.Column("pupils", sa.JSON(), nullable=False),
        sa.Column("words_mark", sa.String(length=64), nullable=True),
        sa.Column("appropriate_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("appropriate_by", sa.String(), nullable=True),
        sa.Column("no_names_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("no_names_by", sa.String(), nullable=True),
        sa.Column("device_cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("device_cleared_by", sa.String(), nullable=True),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("url", sa.Text(), nullable=True),
        sa.UniqueConstraint("school_id", "number", name=op.f("uq_post_checks_school_id_number")),
    )
    op.create_index(op.f("ix_post_checks_words_mark"), "post_checks", ["words_mark"])


def _consent_searches() -> None:
    _common(
        "consent_searches",
        sa.Column("pupil_id", sa.String(), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=False),
        sa.Column("channels", sa.JSON(), nullable=False),
        sa.Column("media", sa.JSON(), nullable=False),
        sa.Column("effective_on", sa.String(), nullable=False),
        sa.Column("document_ref", sa.String(), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("sources_left", sa.JSON(), nullable=False),
        sa.Column("last_tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.UniqueConstraint(
            "school_id", "pupil_id", "consent_version",
            name=op.f("uq_consent_searches_school_id_pupil_id_consent_version"),
        ),
    )  # fmt: skip
    op.create_index(op.f("ix_consent_searches_state"), "consent_searches", ["state"])


def _own_post_findings() -> None:
    table = "own_post_findings"
    _common(
        table,
        sa.Column("item_id", sa.Integer(), nullable=False),
        sa.Column("pupil_id", sa.String(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.String(length=16), nullable=False),
        sa.Column("lawful_when_posted", sa.Boolean(), nullable=False),
        sa.Column("consent_version", sa.Integer(), nullable=True),
        sa.Column("search_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["item_id"], ["items.id"], name=op.f(f"fk_{table}_item_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["search_id"], ["consent_searches.id"], name=op.f(f"fk_{table}_search_id")),
        sa.UniqueConstraint(
            "school_id", "item_id", "pupil_id", "kind",
            name=op.f(f"uq_{table}_school_id_item_id_pupil_id_kind"),
        ),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{table}_item_id"), table, ["item_id"])
    op.create_index(op.f(f"ix_{table}_search_id"), table, ["search_id"])
