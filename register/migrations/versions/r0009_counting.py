"""An index by which contacts that are there are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    there = sa.text("gone_at IS NULL")
    op.create_index("contacts_there", "contacts", ["connector"], sqlite_where=there, postgresql_where=there)


def downgrade() -> None:
    """Never: a register goes back by restoring a backup."""
    raise NotImplementedError
