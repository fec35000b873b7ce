"""Calls made to people, as the frequency of D223-9 counts them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of calls."""
    op.create_table(
        "calls",
        sa.Column("call", sa.LargeBinary(16), nullable=False),
        sa.Column("subject_id", sa.LargeBinary(16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("made", sa.Boolean(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("call", "subject_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("calls_of_subject", "calls", ["subject_id"])


def downgrade() -> None:
    """Never: a register goes back by restoring a backup."""
    raise NotImplementedError
