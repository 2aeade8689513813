"""The tables of the store. Plain SQL types, so that PostgreSQL can follow SQLite."""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text, UniqueConstraint

STORE_VERSION = 3
"""Version of the tables. 1: the first; 2: with `model_call`; 3: with `detail`, `sealing` and `home_audit`. Older ones
get what they lack when they are opened, newer ones are refused."""

metadata = MetaData()

about = Table("about", metadata, Column("version", Integer, nullable=False))

subject = Table(
    "subject",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("hash", String(96), nullable=False),
    Column("reference", Text, nullable=False),  # what stands for the patient when the input names no one
    Column("identity", Text),  # JSON; null when unknown or deleted: nothing else refers to it
    Column("replacements", Text),  # JSON: placeholder -> what it stands for
    Column("created", String(32), nullable=False),
)

consultation = Table(
    "consultation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("supersedes", String(64), ForeignKey("consultation.id"), unique=True),
    Column("status", String(32), nullable=False),
    Column("subject", String(32), ForeignKey("subject.key"), nullable=False),
    Column("created", String(32), nullable=False),
    Column("language", String(8), nullable=False),
    Column("engine", Text, nullable=False),
    Column("alerts", Integer, nullable=False),
    Column("open_items", Integer, nullable=False),
    Column("stale", Boolean, nullable=False),
    Column("results", String(64), nullable=False),  # hash of what is compared with later results
    Column("replacements", Text),  # JSON: what the placeholders in this document stand for; local, like the identity
    Column("document", Text, nullable=False),  # JSON without decisions, signatures and audit
    Index("consultation_subject", "subject"),
    Index("consultation_created", "created"),
)

decision = Table(
    "decision",
    metadata,
    Column("consultation", String(64), ForeignKey("consultation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)

signature = Table(
    "signature",
    metadata,
    Column("consultation", String(64), ForeignKey("consultation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("kid", String(64), nullable=False),
    Column("body", Text, nullable=False),
    UniqueConstraint("consultation", "kid"),  # each signer once
)

audit = Table(
    "audit",
    metadata,
    Column("consultation", String(64), ForeignKey("consultation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),  # two writers can never both append the same entry
    Column("body", Text, nullable=False),
)

model_call = Table(
    "model_call",
    metadata,
    Column("consultation", String(64), ForeignKey("consultation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),
    Column("key", String(96), nullable=False),  # of the request: equal questions have equal keys
    Column("body", Text, nullable=False),  # JSON of the ledger's row
    Column("reply", Text),  # JSON of what came back; null when nothing did or it was deleted: nothing refers to it
)

detail = Table(
    "detail",
    metadata,
    Column("consultation", String(64), ForeignKey("consultation.id"), primary_key=True),
    Column("seq", Integer, primary_key=True),  # of the audit entry that it belongs to, and that must not hold it
    Column("body", Text, nullable=False),
)

sealing = Table("sealing", metadata, Column("kid", String(32), primary_key=True))  # keys that rows are sealed with

home_audit = Table(
    "home_audit",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("body", Text, nullable=False),
)
