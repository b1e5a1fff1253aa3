"""What a person ruled about pictures, and what was captured on a person's word."""

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
