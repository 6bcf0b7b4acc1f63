"""What an administrator does when the workspace is to have another key: see what that touches, and do it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from regclean import enquiries, erasure, rekeying
from regclean.acts.context import Context, act
from regclean.enquiries import EndingCodes
from regclean.errors import ConflictError
from regclean.home import warehouse_of
from regclean.ledger import runs
from regclean.rekeying import Rotation, Words


@dataclass(frozen=True, slots=True)
class KeyPlan:
    """What is kept under the key, and which codes end with it."""

    rotation: Rotation
    codes: EndingCodes


@act("workspace:keep")
def look_at_key(context: Context) -> KeyPlan:
    """What another key would touch. Changes nothing."""
    codes = enquiries.ending_codes(context.ledger, context.workspace)
    return KeyPlan(rekeying.look(context.workspace, context.ledger), codes)


@act("workspace:keep")
def rotate_key(context: Context) -> KeyPlan:
    """Give the workspace another key. Errors: ConflictError, UsageError, DamagedNightError."""
    workspace, ledger = context.workspace, context.ledger
    codes = enquiries.ending_codes(ledger, workspace)
    if codes.waiting:
        raise ConflictError(
            f"{codes.waiting} answers to enquiries wait to be taken, and would open no more. Nothing was changed.",
            remedy="Take them first: regclean enquiry import",
        )
    erasure.finish(workspace, ledger, context.now)
    last = runs.last_published(ledger)

    def of_enquiries(writing: Connection, words: Words) -> dict[str, int]:
        persons = {}
        if last is not None:
            with warehouse_of(workspace).read(last.run_id) as night:
                keys = (words.old, words.new)
                persons = enquiries.persons_told(ledger, night, workspace, last.as_of, keys)
        return {"asked_again": enquiries.end_codes(writing, context.now, persons, words.digest)}

    done = rekeying.rotate(
        workspace,
        ledger,
        user=context.user.name,
        now=context.now,
        exchange=str(enquiries.exchange(workspace).root),
        questions=codes.questions,
        also=of_enquiries,
    )
    return KeyPlan(done, codes)
