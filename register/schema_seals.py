"""The tables of the seals: a leaf for each entry that was sealed, and a signed root for each seal."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, Table, Text

from contactable.register.columns import Id
from contactable.register.schema import metadata

leaves = Table(
    "leaves",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),  # from 0, without a gap
    Column("entry_id", Id, nullable=False, unique=True),
    Column("leaf", LargeBinary(32), nullable=False),
    Column("tag", LargeBinary(16), nullable=False),  # under the key: tells a changed leaf from a changed entry
    Column("salt", LargeBinary(16)),  # dropped with the content of a purged entry
    Column("purge", Text),  # the entry of kind purged that answers for it
)

seals = Table(
    "seals",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),  # from 1, without a gap
    Column("first", BigInteger, nullable=False),
    Column("count", Integer, nullable=False),
    Column("line", Text, nullable=False),  # as it is published
)
