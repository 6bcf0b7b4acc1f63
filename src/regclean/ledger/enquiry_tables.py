"""The tables of enquiries: rounds, whom they ask, what was answered, and which members were told of it."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from regclean.domain.enquiries import ENQUIRY_STATES
from regclean.ledger.tables import metadata
from regclean.ledger.types import Json, Moment

rounds = Table(
    "enquiry_rounds",
    metadata,
    Column("round_id", Integer, primary_key=True),
    Column("title", Text),
    Column("planned_by", String(80), nullable=False),
    Column("planned_at", Moment, nullable=False),
    Column("per_week", Integer, nullable=False),
    Column("answer_days", Integer, nullable=False),
    Column("left_out", Json, nullable=False),  # why -> how many shared bins were not asked
)

# Codes are not kept: they follow from the workspace's key, the enquiry's number and its issue.
enquiries = Table(
    "enquiries",
    metadata,
    Column("enquiry_id", Integer, primary_key=True),
    Column("round_id", Integer, ForeignKey("enquiry_rounds.round_id"), nullable=False, index=True),
    Column("bin_group_no", Text, nullable=False),
    Column("weight", String(10), nullable=False),  # wrong | unknown | confirm
    Column("week", Integer, nullable=False),  # of the round in which it is to go out, from 1
    Column("mode", String(10), nullable=False),  # list | empty
    Column("language", String(5), nullable=False),
    Column("channel", String(10), nullable=False),  # letter | email
    Column("issue", Integer, nullable=False),  # a code that was withdrawn makes the next one
    Column("state", String(10), nullable=False),
    Column("state_since", Moment, nullable=False),
    Column("question", Json),  # what was asked, as it was made for the letter
    Column("answer_by", Date),
    Column("written_at", Moment),  # the letter was made, and waits to be sent
    Column("sent_at", Moment),
    Column("reminded_at", Moment),
    Column("answered_at", Moment),
    Column("ended_at", Moment),
    CheckConstraint(f"state IN ({', '.join(map(repr, ENQUIRY_STATES))})", name="state"),
    Index(None, "bin_group_no", "state"),
)

# An answer stays as it came; the latest one of an enquiry that is not withdrawn holds.
answers = Table(
    "enquiry_answers",
    metadata,
    Column("answer_id", Integer, primary_key=True),
    Column("enquiry_id", Integer, ForeignKey("enquiries.enquiry_id"), nullable=False, index=True),
    Column("digest", String(64), nullable=False),  # of what came: the same thing twice is taken once
    Column("way", String(10), nullable=False),  # reply_page | form | clerk
    Column("said_by", Text),  # contact, or the account of the clerk who typed it
    Column("answered_on", Date, nullable=False),
    Column("taken_by", String(80), nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("told", Json, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
    UniqueConstraint("digest"),
)

# Members who are to be told that the contact person gave their data (GDPR, article 14); once for each line and person.
notices = Table(
    "member_notices",
    metadata,
    Column("notice_id", Integer, primary_key=True),
    Column("bin_group_no", Text, nullable=False),
    Column("member_no", Text, nullable=False),
    Column("person_digest", String(64), nullable=False),  # keyed, of name and address as they were told
    Column("due_on", Date, nullable=False),
    Column("language", String(5), nullable=False),
    Column("state", String(10), nullable=False),  # due | sent | not_sent | objected
    Column("why_not", String(20)),
    Column("question", Json),
    Column("written_at", Moment),
    Column("sent_at", Moment),
    Column("objected_at", Moment),
    Column("told", Json),
    Column("channel", String(10), nullable=False, server_default=text("'letter'")),  # letter | email
    UniqueConstraint("bin_group_no", "member_no", "person_digest"),
    Index(None, "state", "due_on"),
)
