"""Events' keys lie near their subject's from now on; a register that has keys of the form before says so."""

from __future__ import annotations

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Note it where entries with a key are there: what a sender tells again is looked for in both forms."""
    op.execute(
        "INSERT INTO facts (name, value) SELECT 'event_keys_before_0011', event_key FROM entries"
        " WHERE event_key IS NOT NULL LIMIT 1"
    )


def downgrade() -> None:
    """Never: a register goes back by restoring a backup."""
    raise NotImplementedError
