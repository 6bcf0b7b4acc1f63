"""The ledger's tables: what people decided, and what every night found.

Invariant: a reader sees either the last published night or the one before, never a mixture; what a decision rested on
(`seen_records`) and what was done (`audit`) is never changed afterwards.

Times are UTC and come from the caller. JSON is kept as canonical text: equal values are equal bytes on every database.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

from regclean.domain.batches import BATCH_STATES
from regclean.domain.findings import STATES
from regclean.ledger.types import Json, Moment

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _one_of(column: str, values: tuple[str, ...]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in values)})", name=column)


# Which ledger this is: the names "ledger" (its id) and "key" (the fingerprint of its workspace's key).
identity = Table(
    "identity",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", String(64), nullable=False),
)

# The nights ----------------------------------------------------------------------------------------------------------

runs = Table(
    "runs",
    metadata,
    Column("run_id", String(40), primary_key=True),
    Column("as_of", Date, nullable=False),
    Column("status", String(10), nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("steps", Json, nullable=False),  # [{"step", "rows", "seconds"}]
    Column("landed", Json, nullable=False),  # {source: rows}: what the next night compares its input with
    Column("previous_landed", Json, nullable=False),
    Column("input_digest", String(64)),
    Column("gates", Json, nullable=False),  # [{"suite", "passed", …}]
    Column("model_version", String(80)),
    Column("counts", Json, nullable=False),  # what publishing changed, by kind
    Column("measures", Json, nullable=False),  # the few numbers that trends over nights show
    Column("audit_seq", Integer),  # the audit log's end when this night was published: a cut tail shows
    Column("audit_hash", String(64)),
    _one_of("status", ("running", "published", "failed")),
)

# Findings --------------------------------------------------------------------------------------------------------------

findings = Table(
    "findings",
    metadata,
    Column("finding_id", String(21), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("rule", String(20), nullable=False),
    Column("severity", String(10), nullable=False),
    Column("subjects", Text, nullable=False),  # JSON text, as exported
    Column("score", Float),
    Column("summary", Text, nullable=False),
    Column("proposal", Text),  # JSON text, as exported
    Column("state", String(10), nullable=False),
    Column("state_since", Moment, nullable=False),
    Column("fingerprint", String(64), nullable=False),  # of the evidence shown now
    Column("evidence_digest", String(64), nullable=False),  # with finding_id the key of the evidence shown now
    Column("protected", Boolean, nullable=False),  # a subject is under non-disclosure: restricted queue, no export
    Column("present", Boolean, nullable=False),  # the last published night found it
    Column("first_seen_run", String(40), nullable=False),
    Column("last_seen_run", String(40), nullable=False),  # written when it goes away: read it by `runs.last_seen`
    Column("opened_at", Moment, nullable=False),  # when it last began to wait for somebody: its age in the queue
    Column("decision_id", Integer),  # the last decision on it, also when it has reopened since
    Column("decided_fingerprint", String(64)),  # differs from `fingerprint`: the evidence changed since the decision
    Column("rejected_fingerprint", String(64)),
    Column("deferred_until", Date),
    Column("reopened_because", String(20)),  # evidence_changed | contradicted | returned | due | undone
    Column("relation", String(10)),  # of duplicates: same | household | successor | related | unsure
    Column("workpool", String(12), nullable=False),
    Column("priority", Float, nullable=False),  # consequence first: higher is sooner
    Column("area", String(20)),  # postal code of the first subject
    Column("label", Text),  # how a queue names it
    Column("assignee", String(80)),
    Column("version", Integer, nullable=False),  # rises with every change of state or evidence
    Column("source", String(80)),  # the input file of its first record, without folder, number and date
    # The subject that one act is about: findings with the same one are worked on together.
    Column("case_key", Text, nullable=False, server_default=text("''")),
    Column("ends_in", String(10), nullable=False, server_default=text("'change'")),  # change | task
    _one_of("state", STATES),
    Index(None, "state", "workpool", "priority"),
    Index(None, "case_key", "state"),
    # The queue is read from this index alone: what waits, by case, with all that its order and its counts need.
    Index(
        "ix_findings_queue",
        "workpool",
        "state",
        "case_key",
        "priority",
        "opened_at",
        "deferred_until",
        "protected",
        "score",
        "finding_id",
    ),
    Index(None, "kind", "rule", "state"),
)

finding_subjects = Table(
    "finding_subjects",
    metadata,
    Column("finding_id", String(21), ForeignKey("findings.finding_id", ondelete="CASCADE"), nullable=False),
    Column("subject", Text, nullable=False),
    PrimaryKeyConstraint("finding_id", "subject"),
    Index(None, "subject"),
    sqlite_with_rowid=False,
)

# Written before the night that refers to it is published, hence no foreign key: unreferenced rows are swept.
evidence = Table(
    "evidence",
    metadata,
    Column("finding_id", String(21), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("payload", Text, nullable=False),  # JSON: basis, and what the rule or the pairs say; no records
    PrimaryKeyConstraint("finding_id", "digest"),
)

cluster_log = Table(
    "cluster_log",
    metadata,
    Column("seq", Integer, primary_key=True),
    Column("run_id", String(40), nullable=False),
    Column("event", String(10), nullable=False),
    Column("cluster_id", Text, nullable=False),
    Column("others", Json, nullable=False),  # the clusters that merged into it, or that it split into
    _one_of("event", ("merged", "split")),
    Index(None, "run_id"),
    Index(None, "cluster_id"),
)

# The clusters of the last published night that hold more than one customer, or whose id does not follow from them: what
# the next night needs when that night's own file is lost.
last_clusters = Table(
    "last_clusters",
    metadata,
    Column("customer_no", Text, primary_key=True),
    Column("cluster_id", Text, nullable=False),
)

# Decisions -------------------------------------------------------------------------------------------------------------

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", Integer, primary_key=True),
    Column("finding_id", String(21), index=True),
    Column("customer_no_l", Text),  # of a decision on a bare pair
    Column("customer_no_r", Text),
    Column("verdict", String(10), nullable=False),
    Column("user", String(80), nullable=False),
    Column("reason", Text),
    Column("comment", Text),
    # {"survivor", "leave_out": [customer_no], "from": {column: customer_no}, "fields": {column: value}}
    Column("choices", Json),
    Column("fingerprint", String(64)),  # of the evidence that was decided on
    Column("evidence_digest", String(64)),
    Column("seen_digest", String(64)),  # of `seen_records`; NULL: nobody looked, it followed
    Column("decided_at", Moment, nullable=False),
    Column("follows_from", Integer, ForeignKey("decisions.decision_id")),  # not asked: it followed from this one
    Column("superseded_by", Integer, ForeignKey("decisions.decision_id")),
    Column("undone_at", Moment),
    Column("undone_by", String(80)),
    Index(None, "user", "decided_at"),
    Index(None, "follows_from"),
    Index(None, "customer_no_l", "customer_no_r"),
)

pair_decisions = Table(
    "pair_decisions",
    metadata,
    Column("customer_no_l", Text, nullable=False),
    Column("customer_no_r", Text, nullable=False),  # l < r as text
    Column("decision_id", Integer, ForeignKey("decisions.decision_id"), nullable=False),
    Column("verdict", String(10), nullable=False),
    Column("fingerprint", String(64)),  # of the two records; NULL: holds whatever they become
    Column("current", Boolean, nullable=False),  # false: answered anew, or undone
    # The records have changed: apart until answered again.
    Column("lapsed", Boolean, nullable=False, server_default=false()),
    PrimaryKeyConstraint("customer_no_l", "customer_no_r", "decision_id"),
    CheckConstraint("customer_no_l < customer_no_r", name="ordered"),
    Index(None, "customer_no_r"),
    Index(None, "decision_id"),
)

comments = Table(
    "comments",
    metadata,
    Column("comment_id", Integer, primary_key=True),
    Column("finding_id", String(21), nullable=False, index=True),
    Column("user", String(80), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("seen_digest", String(64)),  # of `seen_records`; NULL: no person said it
)

# Privacy ---------------------------------------------------------------------------------------------------------------

sealed = Table(
    "sealed",
    metadata,
    Column("subject", Text, nullable=False),
    Column("field", String(80), nullable=False),
    Column("sealed", Text, nullable=False),  # encrypted under the workspace's key: the ledger alone reveals nothing
    Column("run_id", String(40), nullable=False),
    PrimaryKeyConstraint("subject", "field"),
)

# Customers under non-disclosure. A flag that goes away in the register does not take one out: that is for people.
protected_subjects = Table(
    "protected_subjects",
    metadata,
    Column("subject", Text, primary_key=True),
    Column("run_id", String(40), nullable=False),  # the last night that said so
)

# Audit -----------------------------------------------------------------------------------------------------------------

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("actor", String(80), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", Text, nullable=False),
    Column("field", String(80)),
    Column("detail", Json, nullable=False),  # codes, counts and digests: never a personal value
    Column("previous_hash", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    UniqueConstraint("previous_hash"),  # a chain does not fork
    Index(None, "subject"),
    Index(None, "actor", "at"),
)

# People ----------------------------------------------------------------------------------------------------------------

users = Table(
    "users",
    metadata,
    Column("user", String(80), primary_key=True),
    Column("full_name", Text),
    Column("roles", Json, nullable=False),  # [steward | clerk | approver | admin | auditor | restricted]
    Column("password_hash", Text),  # argon2; NULL: signs in elsewhere
    Column("oidc_subject", Text, unique=True),
    Column("language", String(5)),
    Column("active", Boolean, nullable=False, server_default=true()),
    Column("created_at", Moment, nullable=False),
)

# Failures count for the client that made them: nobody can keep another out of an account.
sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("user", String(80), ForeignKey("users.user"), nullable=False),
    Column("client", String(64), nullable=False),  # SHA-256 of an address, a known device or a shell
    Column("failures", Integer, nullable=False),
    Column("last_at", Moment, nullable=False),
    PrimaryKeyConstraint("user", "client"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_digest", String(64), primary_key=True),  # SHA-256 of the cookie's value
    Column("user", String(80), ForeignKey("users.user"), nullable=False, index=True),
    Column("csrf_token", String(64), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("data", Json, nullable=False),  # opened protected cases, language, what the next page tells
)

# What a person has begun and not submitted: it is theirs, whichever session they began it in.
desks = Table(
    "desks",
    metadata,
    Column("user", String(80), ForeignKey("users.user"), primary_key=True),
    Column("data", Json, nullable=False),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_digest", String(64), primary_key=True),
    Column("user", String(80), ForeignKey("users.user"), nullable=False, index=True),
    Column("label", Text, nullable=False),
    Column("scopes", Json, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment),
    Column("last_used_at", Moment),
    Column("revoked_at", Moment),
)

# Update batches ----------------------------------------------------------------------------------------------------------

batches = Table(
    "batches",
    metadata,
    Column("batch_id", Integer, primary_key=True),
    Column("state", String(10), nullable=False),
    Column("title", Text),
    Column("built_by", String(80), nullable=False),
    Column("built_at", Moment, nullable=False),
    Column("approved_by", String(80)),
    Column("approved_at", Moment),
    Column("undoes_batch_id", Integer, ForeignKey("batches.batch_id")),
    Column("gates", Json, nullable=False),
    Column("left_out", Json, nullable=False),  # [{"finding_id", "why"}]
    Column("version", Integer, nullable=False),
    Column("attempt", Json),  # {"act", "token", "finding_id", "by"}: begun in the register, its end not noted yet
    Column("token", String(64)),  # what the register knows it by, where its lines were sealed after it was built
    _one_of("state", BATCH_STATES),
)

batch_changes = Table(
    "batch_changes",
    metadata,
    Column("batch_id", Integer, ForeignKey("batches.batch_id"), nullable=False),
    Column("seq", Integer, nullable=False),
    Column("op", String(10), nullable=False),
    Column("table", String(30), nullable=False),
    Column("key", Text, nullable=False),
    Column("column", String(40)),
    Column("before", Text),
    Column("after", Text),
    Column("finding_id", String(21), ForeignKey("findings.finding_id"), index=True),
    Column("decision_id", Integer, ForeignKey("decisions.decision_id")),
    Column("why", Json),  # which survivorship rule, or whose choice
    Column("state", String(10), nullable=False),  # planned | rejected | ready | done | changed | gone | undone
    Column("state_reason", Text),
    PrimaryKeyConstraint("batch_id", "seq"),
    Index(None, "table", "key"),
)

receipts = Table(
    "receipts",
    metadata,
    Column("receipt_id", Integer, primary_key=True),
    Column("batch_id", Integer, ForeignKey("batches.batch_id"), nullable=False, index=True),
    Column("target", String(10), nullable=False),  # files | sql
    Column("applied_by", String(80), nullable=False),
    Column("applied_at", Moment, nullable=False),
    Column("detail", Json, nullable=False),  # counts, file names and their SHA-256
    Column("undo", Boolean, nullable=False, server_default=false()),
)

outcomes = Table(
    "outcomes",
    metadata,
    Column("batch_id", Integer, nullable=False),
    Column("seq", Integer, nullable=False),
    Column("run_id", String(40), nullable=False),
    Column("outcome", String(12), nullable=False),
    Column("found", Text),  # digest of the value that the night's extract held instead
    PrimaryKeyConstraint("batch_id", "seq", "run_id"),
    _one_of("outcome", ("verified", "contradicted")),
)
