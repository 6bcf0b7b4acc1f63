"""What a person or a schedule does with an update batch: build, approve, send back, export, apply, take back.

Invariant: nobody approves, applies or takes back a line that they may not see; what a build collects, its builder may see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import or_, select

from regclean import batches
from regclean.acts.context import Context, act
from regclean.acts.visibility import hidden_findings, visible_to
from regclean.batches import BuildReport, Outcome
from regclean.config import Workspace
from regclean.domain.register import subject_text
from regclean.errors import ConflictError, NotFoundError, UsageError
from regclean.findings import propose_decided
from regclean.home import warehouse_of
from regclean.ledger import runs
from regclean.ledger.audit import Entry, append
from regclean.ledger.tables import batch_changes, findings
from regclean.ledger.tables import batches as batch_rows
from regclean.register import SqlTarget, open_target
from regclean.standardise import strike_out_ids

# Why an approver sends lines back; the code stands in front of the note that the steward reads.
SENT_BACK = ("wrong_customer", "wrong_value", "evidence", "ask", "other")
LONGEST_NOTE = 300
Step = Callable[[str], None]


def _quiet(_: str) -> None:
    """Nobody watches."""


@act("batches:build")
def build(context: Context, *, title: str | None = None, only: Iterable[str] | None = None) -> BuildReport:
    """A batch of everything that is accepted (or of the findings in `only`), as far as this account may know of it.

    Pairs that were decided without a finding are in it too.

    Errors: UsageError before the first night, GateError, ConflictError.
    """
    last = runs.last_published(context.ledger)
    if last is None:
        raise UsageError("No night has been published here yet.", remedy="Start one with: regclean run")
    config = context.workspace.config
    with warehouse_of(context.workspace).read(last.run_id) as night:
        propose_decided(context.ledger, night, last, context.now, language=config.languages[0])
        query = select(findings.c.finding_id).where(
            (findings.c.state == "accepted") | (findings.c.reopened_because == "returned"), visible_to(context.user)
        )
        with context.ledger.read() as connection:
            seen = set(connection.execute(query).scalars())
        return batches.build(
            context.ledger,
            night,
            config,
            as_of=last.as_of,
            user=context.user.name,
            now=context.now,
            title=strike_out_ids(title) if title else title,
            only=seen if only is None else seen & set(only),
        )


@act("batches:approve")
def approve(context: Context, batch_id: int) -> None:
    """Approve a batch, all of which this account may see and none of which it has decided.

    Errors: NotFoundError, ConflictError.
    """
    _check_all_seen(context, batch_id, "approve")
    batches.approve(context.ledger, batch_id, user=context.user.name, now=context.now)


@act("batches:approve")
def send_back(context: Context, batch_id: int, seqs: Sequence[int], *, reason: str, note: str = "") -> list[str]:
    """Send lines back to the steward: their findings leave the batch whole, and reopen. Returns the findings.

    `reason` is one of `SENT_BACK`. Errors: NotFoundError, UsageError without a reason or for a line that is not there (for
    this account), ConflictError.
    """
    said = strike_out_ids(note.strip())[:LONGEST_NOTE]
    if reason not in SENT_BACK:
        raise UsageError("a rejection needs a reason.", remedy=f"Reasons: {', '.join(SENT_BACK)}.")
    if reason == "other" and not said:
        raise UsageError("say in a few words what the reason is.")
    hidden = check_there(context, batch_id)
    with context.ledger.read() as connection:
        query = select(batch_changes.c.finding_id).where(
            batch_changes.c.batch_id == batch_id, batch_changes.c.seq.in_(sorted(set(seqs)))
        )
        if hidden & set(connection.execute(query).scalars()):
            raise UsageError(f"batch {batch_id} has no such line.")
    why = f"{reason}: {said}" if said else reason
    return batches.reject_lines(context.ledger, batch_id, seqs, reason=why, user=context.user.name, now=context.now)


@act("batches:apply")
def export(context: Context, batch_id: int, folder: Path) -> list[str]:
    """Write the files of an approved batch to `folder`; returns their names. Protected customers are in none of them.

    Errors: NotFoundError, ConflictError when nobody has approved it.
    """
    check_there(context, batch_id)
    return batches.export(context.workspace, context.ledger, batch_id, folder, user=context.user.name, now=context.now)


@act("batches:apply")
def take_files(context: Context, batch_id: int) -> list[Path]:
    """The files that were written for the clerk, to take away: they hold personal data, so it is noted who took them.

    Errors: NotFoundError when there are none.
    """
    check_there(context, batch_id)
    files = exported_files(context.workspace, batch_id)
    if not files:
        raise NotFoundError(f"batch {batch_id} was not exported yet.")
    with context.ledger.write() as connection:
        append(connection, Entry(context.now, context.user.name, "batch_files", subject_text("batches", batch_id)))
    return files


@act("batches:apply")
def take_change_book(context: Context, batch_id: int) -> bytes:
    """An approved batch as a workbook to read. Protected customers are not in it; who took it is noted.

    Errors: NotFoundError, ConflictError when nobody has approved it, UsageError where a sheet cannot hold it.
    """
    check_there(context, batch_id)
    made = batches.change_book(context.workspace, context.ledger, batch_id)
    with context.ledger.write() as connection:
        append(connection, Entry(context.now, context.user.name, "batch_files", subject_text("batches", batch_id)))
    return made


@act("batches:apply")
def apply(context: Context, batch_id: int, *, whole: bool = False, step: Step = _quiet) -> Outcome:
    """Apply an approved batch; where files are imported instead, note that they were.

    `whole`: nothing unless all of it can be applied. Errors: NotFoundError, ConflictError.
    """
    _check_all_seen(context, batch_id, "apply")
    with _register(context) as target:
        if target is None:
            return batches.confirm_import(context.ledger, batch_id, user=context.user.name, now=context.now)
        return batches.apply(
            context.ledger, target, batch_id, user=context.user.name, now=context.now, whole=whole, step=step
        )


@act("batches:apply")
def undo(context: Context, batch_id: int, finding_id: str | None = None, *, step: Step = _quiet) -> Outcome:
    """Take a batch back, or one finding of it. Errors: NotFoundError, ConflictError, UsageError."""
    if finding_id is None:
        _check_all_seen(context, batch_id, "take back")
    elif finding_id in check_there(context, batch_id):
        raise UsageError(f"the finding is not in batch {batch_id}.")
    with _register(context) as target:
        return batches.undo(
            context.ledger,
            target,
            batch_id,
            user=context.user.name,
            now=context.now,
            finding_id=finding_id,
            step=step,
        )


def export_folder(workspace: Workspace, batch_id: int) -> Path:
    """Where the page keeps the files of a batch."""
    return workspace.var / "exports" / f"batch-{batch_id}"


def exported_files(workspace: Workspace, batch_id: int) -> list[Path]:
    """The files of a batch that were written whole: what a killed export has left half written begins with a dot."""
    return sorted(export_folder(workspace, batch_id).glob("[!.]*"))


def check_there(context: Context, batch_id: int) -> frozenset[str]:
    """The findings of the batch that this account must not know of.

    Errors: NotFoundError when there is no such batch, or every line of it is about people it must not know of.
    """
    seen = (
        select(batch_changes.c.seq)
        .outerjoin(findings, findings.c.finding_id == batch_changes.c.finding_id)
        .where(batch_changes.c.batch_id == batch_id)
        .where(or_(batch_changes.c.finding_id.is_(None), visible_to(context.user)))
        .limit(1)
    )
    with context.ledger.read() as connection:
        there = connection.execute(select(batch_rows.c.batch_id).where(batch_rows.c.batch_id == batch_id)).first()
        hidden = hidden_findings(connection, context.user, batch_id)
        if there is None or (hidden and connection.execute(seen).first() is None):
            raise NotFoundError(f"there is no batch {batch_id}.", remedy="List them with: regclean batch list")
    return hidden


def _check_all_seen(context: Context, batch_id: int, what: str) -> None:
    if check_there(context, batch_id):
        raise ConflictError(
            f"batch {batch_id} holds lines that you may not see: somebody with the right to them must {what} it."
        )


@contextmanager
def _register(context: Context) -> Iterator[SqlTarget | None]:
    """The register's database; None where it is updated by files."""
    target = open_target(context.workspace)
    try:
        yield target
    finally:
        if target is not None:
            target.close()
