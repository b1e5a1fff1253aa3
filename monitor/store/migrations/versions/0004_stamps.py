"""Time stamps of authorities over the checkpoints."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stamps",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("school_id", sa.Integer(), nullable=False),
        sa.Column("checkpoint_size", sa.Integer(), nullable=False),
        sa.Column("authority", sa.String(), nullable=False),
        sa.Column("renewal", sa.Integer(), nullable=False),
        sa.Column("renews", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("request", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reply", sa.LargeBinary(), nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=True),
        sa.Column("revocation", sa.LargeBinary(), nullable=True),
        sa.Column("revocation_unknown", sa.Text(), nullable=True),
        sa.Column("gen_time", sa.DateTime(timezone=True), nullable=True),
        sa.Column("serial", sa.String(), nullable=True),
        sa.Column("policy", sa.String(), nullable=True),
        sa.Column("certificate_ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["school_id"], ["schools.id"], name=op.f("fk_stamps_school_id")),
        sa.ForeignKeyConstraint(["renews"], ["stamps.id"], name=op.f("fk_stamps_renews")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stamps")),
        sa.UniqueConstraint(
            "school_id",
            "checkpoint_size",
            "authority",
            "renewal",
            name=op.f("uq_stamps_school_id_checkpoint_size_authority_renewal"),
        ),
    )
    op.create_index(op.f("ix_stamps_school_id"), "stamps", ["school_id"])
    op.create_index(op.f("ix_stamps_renews"), "stamps", ["renews"])
    op.create_index(op.f("ix_stamps_next_attempt_at"), "stamps", ["next_attempt_at"])
    forbid_changes_of_what_is_stamped()


def forbid_changes_of_what_is_stamped() -> None:
    """A stamp that was had stays as it is; one that is still wanted may change, and none is removed."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER stamps_no_delete BEFORE DELETE ON stamps "
            "BEGIN SELECT RAISE(ABORT, 'stamps are kept'); END"
        )
        op.execute(
            "CREATE TRIGGER stamps_no_update BEFORE UPDATE ON stamps WHEN OLD.state = 'stamped' "
            "BEGIN SELECT RAISE(ABORT, 'a stamp that was had is never changed'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION stamps_are_kept() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'a stamp that was had is never changed or removed'; END $$"
    )
    op.execute(
        "CREATE TRIGGER stamps_no_change BEFORE UPDATE ON stamps FOR EACH ROW "
        "WHEN (OLD.state = 'stamped') EXECUTE FUNCTION stamps_are_kept()"
    )
    op.execute(
        "CREATE TRIGGER stamps_no_removal BEFORE DELETE OR TRUNCATE ON stamps "
        "FOR EACH STATEMENT EXECUTE FUNCTION stamps_are_kept()"
    )
