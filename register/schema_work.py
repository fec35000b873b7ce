"""The tables of the work itself: what came in, what is promised, what was written outside, what runs.

Nothing of the law stands on them for long: they are emptied when they have served.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, Index, Integer, LargeBinary, SmallInteger, Table, Text

from contactable.register.columns import Id, Instant, Json, text_column
from contactable.register.schema import metadata

deliveries = Table(
    "deliveries",
    metadata,
    Column("id", Id, primary_key=True),
    Column("endpoint", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("state", Text, nullable=False, index=True),
    Column("proof_level", Text, nullable=False),
    Column("sha256", LargeBinary(32), nullable=False),
    Column("headers", LargeBinary),  # sealed, and gone when it has served
    Column("raw", LargeBinary),  # sealed, and gone when it has served
    text_column("note"),
    Column("settled_at", Instant, index=True),
)

promises = Table(
    "promises",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("record_id", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("refresh", Boolean, nullable=False),
    Column("why", Text, nullable=False),
    Column("promised_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("attempts", SmallInteger, nullable=False),
    # In the order in which they are claimed, so that it costs the same however many wait.
    Index("promises_in_turn", "connector", "urgent", "promised_at", "why"),
)

journal = Table(  # every write of ours to the outside: what comes back matching it is an echo
    "journal",
    metadata,
    Column("id", Id, primary_key=True),
    Column("target", Text, nullable=False),  # <connector or endpoint>:<property, opt_out or blocklist>
    Column("subject_id", Id, nullable=False),
    Column("channel", Text, nullable=False),
    text_column("value"),
    Column("written_at", Instant, nullable=False, index=True),
    Column("lifted_at", Instant),  # where a block was taken back
    Index("journal_of_subject", "subject_id", "target"),
)

members = Table(  # who is in the CRM's lists, sent its forms, had its calls, as far as a mapping asks
    "members",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("kind", Text, primary_key=True),  # list, form, outcome
    Column("name", Text, primary_key=True),
    Column("member", Text, primary_key=True),  # a record's id; of a form the subject that sent it
    Column("since", Instant),
    Index("members_by_member", "connector", "member"),
    sqlite_with_rowid=False,
)

blocks = Table(  # whom a sender is still to put on its blocklist; a row goes when it has served
    "blocks",
    metadata,
    Column("endpoint", Text, primary_key=True),
    Column("subject_id", Id, primary_key=True),
    Column("channel", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("identifier", LargeBinary),  # sealed; unknown where the act named a CRM's record
    Column("promised_at", Instant, nullable=False),
    Column("not_before", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("attempts", SmallInteger, nullable=False),
    text_column("why"),
    Index("blocks_next", "endpoint", "not_before"),
)

calls = Table(  # to whom we called, and who refused: as long as the frequency of calls counts them
    "calls",
    metadata,
    Column("call", LargeBinary(16), primary_key=True),  # salted digest of the source's id of it
    Column("subject_id", Id, primary_key=True),
    Column("source", Text, nullable=False),  # <connector or endpoint>
    Column("at", Instant, nullable=False),
    Column("made", Boolean, nullable=False),  # by us; a call that we received is none of ours
    Column("refused", Boolean, nullable=False),
    Index("calls_of_subject", "subject_id"),
    sqlite_with_rowid=False,
)

cursors = Table(
    "cursors",
    metadata,
    Column("connector", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Json),
    Column("updated_at", Instant, nullable=False),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("arguments", Json),
    Column("state", Text, nullable=False, index=True),
    Column("progress", Json),
    text_column("note"),
    Column("put_at", Instant, nullable=False),
    Column("leased_until", Instant),
    Column("ended_at", Instant),
)

runs = Table(
    "runs",
    metadata,
    Column("name", Text, primary_key=True),
    Column("started_at", Instant, nullable=False),
    Column("ended_at", Instant, nullable=False),
    Column("ok", Boolean, nullable=False),
    text_column("note"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("holder", Text, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("id", LargeBinary(16), primary_key=True),
    Column("purpose", Text, nullable=False),
    Column("subjects", Json),
    Column("payload", Json),
    Column("issued_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("once", Boolean, nullable=False),
    Column("used_at", Instant),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False),
    Column("scopes", Text, nullable=False),  # joined by spaces
    Column("sha256", LargeBinary(32), nullable=False),  # of the token, which is kept nowhere
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
)

accesses = Table(
    "accesses",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False, index=True),
    Column("what", Text, nullable=False),  # verdicts, scrub, explain, …
    Column("token_id", Id),
    Column("who", LargeBinary),  # sealed: whoever was logged in, where it was no token
    Column("subject_id", Id, index=True),  # nobody where the register did not know the person
)
