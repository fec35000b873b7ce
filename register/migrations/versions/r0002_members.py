"""Who is in a CRM's lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table of members."""
    op.create_table(
        "members",
        sa.Column("connector", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("member", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("connector", "kind", "name", "member"),
        sqlite_with_rowid=False,
    )
    op.create_index("members_by_member", "members", ["connector", "member"])


def downgrade() -> None:
    """Never: a register goes back by restoring a backup."""
    raise NotImplementedError
