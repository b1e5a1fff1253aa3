"""The tree over the log: its finished parts, and the signed checkpoints."""

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass
