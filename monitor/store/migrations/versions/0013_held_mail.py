"""Mail that is held for the morning or folded into one, further channels, and mail that came back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("outgoing_mail", sa.Column("held_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column("outgoing_mail", sa.Column("fold_key", sa.String(), nullable=True))
    op.add_column("outgoing_mail", sa.Column("folded_into", sa.Integer(), nullable=True))
    op.add_column("outgoing_mail", sa.Column("channel", sa.String(), nullable=True))
    op.add_column("outgoing_mail", sa.Column("came_back_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_outgoing_mail_folded_into"), "outgoing_mail", ["folded_into"])
