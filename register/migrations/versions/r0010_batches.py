"""Indexes by which a batch costs the same however many contacts wait, and however much was shown."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the indexes."""
    op.drop_index("promises_next", "promises")
    op.create_index("promises_in_turn", "promises", ["connector", "urgent", "promised_at", "why"])
    op.create_index(
        "shown_opened",
        "shown",
        ["connector", "written_at"],
        sqlite_where=sa.text("allowed = 1 AND was_allowed IS 0"),
        postgresql_where=sa.text("allowed AND was_allowed IS false"),
    )


def downgrade() -> None:
    """Never: a register goes back by restoring a backup."""
    raise NotImplementedError
