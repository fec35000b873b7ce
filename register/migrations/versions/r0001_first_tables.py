"""The first tables."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# Types as they were when this was written; the schema may move on.
ID = sa.LargeBinary(16)
INSTANT = sa.BigInteger()
JSON = sa.Text()
TEXT = sa.Text()


def upgrade() -> None:
    """Make them."""
    _journal()
    _facts()
    _clock()
    _keys()
    _identifiers()
    _entries()
    _proofs()
    _wordings()
    _declarations()
    _deliveries()
    _contacts()
    _carried()
    _promises()
    _shown()
    _cursors()
    _jobs()
    _runs()
    _leases()
    _tokens()


def downgrade() -> None:
    """Never: a register goes back by restoring a backup."""
    raise NotImplementedError


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", ID, nullable=False),
        sa.Column("target", TEXT, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("value", TEXT, server_default="", nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("lifted_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_journal_written_at", "journal", ["written_at"], unique=False)
    op.create_index("journal_of_subject", "journal", ["subject_id", "target"], unique=False)


def _facts() -> None:
    op.create_table(
        "facts",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _clock() -> None:
    op.create_table(
        "clock",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )


def _keys() -> None:
    op.create_table(
        "keys",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("check_value", sa.LargeBinary(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("id"),
    )


def _identifiers() -> None:
    op.create_table(
        "identifiers",
        sa.Column("digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("key", sa.Integer(), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_identifiers_subject_id", "identifiers", ["subject_id"], unique=False)


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("subject_id", ID, nullable=True),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("scope_kind", TEXT, nullable=False),
        sa.Column("scope_id", TEXT, server_default="", nullable=False),
        sa.Column("origin", TEXT, nullable=False),
        sa.Column("proof_level", TEXT, nullable=False),
        sa.Column("occurred_at", INSTANT, nullable=True),
        sa.Column("whole_day", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("time_quality", TEXT, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("event_key", sa.LargeBinary(length=16), nullable=True),
        sa.Column("reason", TEXT, server_default="", nullable=False),
        sa.Column("confidence", TEXT, nullable=False),
        sa.Column("batch", TEXT, server_default="", nullable=False),
        sa.Column("ends", ID, nullable=True),
        sa.Column("evidence", TEXT, nullable=True),
        sa.Column("details", JSON, nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("event_key"),
    )
    some = sa.text("batch <> ''")
    op.create_index("entries_of_batch", "entries", ["batch"], unique=False, postgresql_where=some, sqlite_where=some)
    op.create_index("ix_entries_subject_id", "entries", ["subject_id"], unique=False)


def _proofs() -> None:
    op.create_table(
        "proofs",
        sa.Column("id", ID, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("collected_at", INSTANT, nullable=False),
        sa.Column("keep_until", INSTANT, nullable=False),
        sa.Column("for_calls", sa.Boolean(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_proofs_keep_until", "proofs", ["keep_until"], unique=False)
    op.create_index("ix_proofs_subject_id", "proofs", ["subject_id"], unique=False)


def _wordings() -> None:
    op.create_table(
        "wordings",
        sa.Column("version", TEXT, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("statements", JSON, nullable=True),
        sa.Column("since", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )


def _declarations() -> None:
    op.create_table(
        "declarations",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", JSON, nullable=False),
        sa.Column("signed_by", sa.LargeBinary(), nullable=False),
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", "version"),
    )


def _deliveries() -> None:
    op.create_table(
        "deliveries",
        sa.Column("id", ID, nullable=False),
        sa.Column("endpoint", TEXT, nullable=False),
        sa.Column("provider", TEXT, nullable=False),
        sa.Column("received_at", INSTANT, nullable=False),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("proof_level", TEXT, nullable=False),
        sa.Column("sha256", sa.LargeBinary(length=32), nullable=False),
        sa.Column("headers", sa.LargeBinary(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("note", TEXT, server_default="", nullable=False),
        sa.Column("settled_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_deliveries_settled_at", "deliveries", ["settled_at"], unique=False)
    op.create_index("ix_deliveries_state", "deliveries", ["state"], unique=False)


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("connector", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("facts", JSON, nullable=True),
        sa.Column("input_hash", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.LargeBinary(), nullable=True),
        sa.Column("written", JSON, nullable=True),
        sa.Column("written_at", INSTANT, nullable=True),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("until", TEXT, nullable=True),
        sa.Column("seen_at", INSTANT, nullable=False),
        sa.Column("gone_at", INSTANT, nullable=True),
        sa.Column("merged_into", TEXT, nullable=True),
        sa.PrimaryKeyConstraint("connector", "record_id"),
    )
    op.create_index("contacts_due", "contacts", ["until"], unique=False)


def _carried() -> None:
    op.create_table(
        "carried",
        sa.Column("connector", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("subject_id", ID, nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("left_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("connector", "record_id", "subject_id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_carried_subject_id", "carried", ["subject_id"], unique=False)


def _promises() -> None:
    op.create_table(
        "promises",
        sa.Column("connector", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("refresh", sa.Boolean(), nullable=False),
        sa.Column("why", TEXT, nullable=False),
        sa.Column("promised_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("attempts", sa.SmallInteger(), nullable=False),
        sa.PrimaryKeyConstraint("connector", "record_id"),
    )
    op.create_index("promises_next", "promises", ["connector", "urgent", "not_before"], unique=False)


def _shown() -> None:
    op.create_table(
        "shown",
        sa.Column("id", ID, nullable=False),
        sa.Column("connector", TEXT, nullable=False),
        sa.Column("record_id", TEXT, nullable=False),
        sa.Column("offer", TEXT, nullable=False),
        sa.Column("channel", TEXT, nullable=False),
        sa.Column("allowed", sa.Boolean(), nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sa.Column("was_allowed", sa.Boolean(), nullable=True),
        sa.Column("until", TEXT, nullable=True),
        sa.Column("facts", JSON, nullable=True),
        sa.Column("versions", JSON, nullable=True),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("shown_in_time", "shown", ["written_at"], unique=False)
    op.create_index("shown_of_contact", "shown", ["connector", "record_id", "written_at"], unique=False)


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("connector", TEXT, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("value", JSON, nullable=True),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("connector", "name"),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("arguments", JSON, nullable=True),
        sa.Column("state", TEXT, nullable=False),
        sa.Column("progress", JSON, nullable=True),
        sa.Column("note", TEXT, server_default="", nullable=False),
        sa.Column("put_at", INSTANT, nullable=False),
        sa.Column("leased_until", INSTANT, nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_jobs_state", "jobs", ["state"], unique=False)


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("note", TEXT, server_default="", nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _leases() -> None:
    op.create_table(
        "leases",
        sa.Column("name", TEXT, nullable=False),
        sa.Column("holder", TEXT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )


def _tokens() -> None:
    op.create_table(
        "tokens",
        sa.Column("id", sa.LargeBinary(length=16), nullable=False),
        sa.Column("purpose", TEXT, nullable=False),
        sa.Column("subjects", JSON, nullable=True),
        sa.Column("payload", JSON, nullable=True),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("once", sa.Boolean(), nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
