"""Whom senders are still to put on their blocklists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of blocks."""
    op.create_table(
        "blocks",
        sa.Column("endpoint", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.LargeBinary(16), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("identifier", sa.LargeBinary(), nullable=True),
        sa.Column("promised_at", sa.BigInteger(), nullable=False),
        sa.Column("not_before", sa.BigInteger(), nullable=False),
        sa.Column("leased_until", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.Column("why", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("endpoint", "subject_id", "channel"),
    )
    op.create_index("blocks_next", "blocks", ["endpoint", "not_before"])


def downgrade() -> None:
    """Never: a register goes back by restoring a backup."""
    raise NotImplementedError
