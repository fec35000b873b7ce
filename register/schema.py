"""The tables of the register. What each keeps, why and how long, is told in ``docs/register.md``.

There is no table of subjects: a subject is a random id that identifiers, entries and mirrored contacts have in common
(its first six bytes are the time at which it was made, so that new people lie together in each index).
What is about the work and not about people is in ``schema_work``. Nothing stores "opposed": the rules derive it from
``entries``. Migrations, not these definitions, make the tables; a test proves that both say the same.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    false,
    text,
)

from contactable.register.columns import Id, Instant, Json, text_column

metadata = MetaData()


# One row of each: the register's own id, its event salt (sealed), when the key was backed up, …
facts = Table("facts", metadata, Column("name", Text, primary_key=True), Column("value", LargeBinary, nullable=False))
clock = Table(
    "clock",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("last", BigInteger, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # newest highest
    Column("id", Text, nullable=False, unique=True),
    Column("check_value", LargeBinary, nullable=False),
    Column("since", Instant, nullable=False),
)

identifiers = Table(
    "identifiers",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),  # HMAC-SHA256; the kind is part of what is digested
    Column("key", Integer, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subject_id", Id, nullable=False, index=True),
    sqlite_with_rowid=False,
)

kept = Table(  # only where the settings name a key for it
    "kept",
    metadata,
    Column("subject_id", Id, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),  # under a key of its own
)

entries = Table(
    "entries",
    metadata,
    Column("id", Id, primary_key=True),  # UUIDv7: in order of arrival
    Column("kind", Text, nullable=False),
    Column("subject_id", Id, index=True),
    Column("channel", Text, nullable=False),  # one of the five, or all
    Column("scope_kind", Text, nullable=False),
    text_column("scope_id"),
    Column("origin", Text, nullable=False),
    Column("proof_level", Text, nullable=False),
    Column("occurred_at", Instant),
    Column("whole_day", Boolean, nullable=False, server_default=false()),  # occurred_at is a day of Europe/Paris
    Column("time_quality", Text, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("event_key", LargeBinary(16), unique=True),  # salted digest: senders' ids may hold addresses
    text_column("reason"),
    Column("confidence", Text, nullable=False),
    text_column("batch"),  # the import, the hour of unverified closings: what one annulment ends
    Column("ends", Id),  # the entry that an annulment ends
    Column("evidence", Text),
    Column("details", Json),
    Column("note", LargeBinary),  # sealed: what a person wrote
    Index("entries_of_batch", "batch", postgresql_where=text("batch <> ''"), sqlite_where=text("batch <> ''")),
)

proofs = Table(
    "proofs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("subject_id", Id, nullable=False, index=True),
    Column("collected_at", Instant, nullable=False),
    Column("keep_until", Instant, nullable=False, index=True),
    Column("for_calls", Boolean, nullable=False),  # kept three years whatever else is erased (R223-2)
    Column("content", LargeBinary, nullable=False),  # sealed
)

wordings = Table(
    "wordings",
    metadata,
    Column("version", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("statements", Json),  # of the list of its kind, those that it makes
    Column("since", Instant, nullable=False),
)

declarations = Table(
    "declarations",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", Json, nullable=False),
    Column("signed_by", LargeBinary, nullable=False),  # sealed: a name
    Column("entry_id", Id, nullable=False),
    Column("recorded_at", Instant, nullable=False),
)

contacts = Table(
    "contacts",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("facts", Json),
    Column("input_hash", LargeBinary, nullable=False),
    Column("label", LargeBinary),  # sealed
    Column("written", Json),  # offer -> values
    Column("written_at", Instant),
    Column("confirmed_at", Instant),
    Column("until", Text),  # the next day on which a verdict changes by itself
    Column("seen_at", Instant, nullable=False),
    Column("gone_at", Instant),  # tombstone: deleted or merged away in the CRM
    Column("merged_into", Text),
    Index("contacts_due", "until"),
    # Counting those that are there: a million rows are wide, and the index is not.
    Index(
        "contacts_there", "connector", postgresql_where=text("gone_at IS NULL"), sqlite_where=text("gone_at IS NULL")
    ),
)

carried = Table(
    "carried",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("subject_id", Id, primary_key=True, index=True),
    Column("kind", Text, nullable=False),
    Column("since", Instant, nullable=False),
    Column("left_at", Instant),  # what was recorded until then still binds the contact
    sqlite_with_rowid=False,
)

shown = Table(
    "shown",
    metadata,
    Column("id", Id, primary_key=True),
    Column("connector", Text, nullable=False),
    Column("record_id", Text, nullable=False),
    Column("offer", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("allowed", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("was_allowed", Boolean),
    Column("until", Text),
    Column("facts", Json),
    Column("versions", Json),  # of law, readings, mapping, declarations
    Column("written_at", Instant, nullable=False),
    Column("confirmed_at", Instant),
    Index("shown_of_contact", "connector", "record_id", "written_at"),
    Index("shown_in_time", "written_at"),
    # What opened is counted before each batch, and is little of what is shown.
    Index(
        "shown_opened",
        "connector",
        "written_at",
        postgresql_where=text("allowed AND was_allowed IS false"),
        sqlite_where=text("allowed = 1 AND was_allowed IS 0"),
    ),
)
