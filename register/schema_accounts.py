"""The tables of the console: who may look, and who is logged in."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, LargeBinary, Table, Text

from contactable.register.columns import Id, Instant, text_column
from contactable.register.schema import metadata

accounts = Table(
    "accounts",
    metadata,
    Column("id", Id, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("role", Text, nullable=False),
    text_column("password"),  # argon2's own text; empty where only the company's login opens
    Column("second_factor", LargeBinary),  # sealed: the secret of one-time codes
    Column("second_factor_used", BigInteger),  # the last step of thirty seconds whose code counted
    Column("made_at", Instant, nullable=False),
)

logins = Table(
    "logins",
    metadata,
    Column("sha256", LargeBinary(32), primary_key=True),  # of what the browser holds, which is kept nowhere
    Column("account_id", Id, nullable=False, index=True),
    Column("made_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
