"""Evidence locked at rest, holds, and the list of what was deleted."""

import sqlalchemy as sa
from alembic import op

from monitor.store.migrations.only_added_to import only_added_to

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "evidence_items", sa.Column("state", sa.String(length=16), nullable=False, server_default="open")
    )
    op.add_column("evidence_items", sa.Column("locked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("evidence_items", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_evidence_items_state"), "evidence_items", ["state"])
    _holds()
    _incident_boxes()
    _erasures()
    _labelled_files()


def _common(table: str, *columns: sa.schema.SchemaItem, incident: bool = False) -> None:
    constraints: list[sa.schema.SchemaItem] = [
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f(f"fk_{table}_school_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
    ]
    front: list[sa.schema.SchemaItem] = [
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
    ]
    if incident:
        front.append(sa.Column("incident_id", sa.Integer(), nullable=False))
        constraints.append(
            sa.ForeignKeyConstraint(["incident_id"], ["incidents.id"], name=op.f(f"fk_{table}_incident_id"))
        )
    op.create_table(table, *front, *columns, *constraints)
    op.create_index(op.f(f"ix_{table}_school_id"), table, ["school_id"])
    if incident:
        op.create_index(op.f(f"ix_{table}_incident_id"), table, ["incident_id"])


def _holds() -> None:
    _common(
        "holds",
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("approved_by", sa.String(), nullable=False),
        sa.Column("set_by", sa.String(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("released_by", sa.String(), nullable=True),
        sa.Column("release_reason", sa.Text(), nullable=True),
        incident=True,
    )


def _incident_boxes() -> None:
    _common(
        "incident_boxes",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("locked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("box", sa.LargeBinary(), nullable=False),
        sa.UniqueConstraint(
            "school_id", "incident_id", "number", name=op.f("uq_incident_boxes_school_id_incident_id_number")
        ),
        incident=True,
    )


def _erasures() -> None:
    _common(
        "erasures",
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(), nullable=False),
        sa.Column("second", sa.String(), nullable=True),
    )
    op.create_index(op.f("ix_erasures_subject"), "erasures", ["subject"])
    only_added_to("erasures")


def _labelled_files() -> None:
    _common(
        "labelled_files",
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("of_incidents", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    )
