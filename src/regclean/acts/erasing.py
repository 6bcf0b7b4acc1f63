"""What two people do so that a person's data, or what is too old, is held no longer: one asks, another confirms."""

from __future__ import annotations

from regclean import erasure
from regclean.acts.context import Context, act
from regclean.acts.visibility import is_protected_customer
from regclean.erasure import Plan, Purge
from regclean.errors import NotFoundError


@act("erasure:ask")
def look_at_erasure(context: Context, customer_no: str) -> Plan:
    """What an erasure of a customer would take, and what stands against it. Errors: NotFoundError."""
    _check_there(context, customer_no)
    return erasure.look(context.workspace, context.ledger, customer_no, context.now)


@act("erasure:ask")
def ask_erasure(context: Context, customer_no: str, reason: str) -> Plan:
    """Ask that a customer be erased. Errors: NotFoundError, UsageError, ConflictError."""
    plan = look_at_erasure(context, customer_no)
    erasure.check_free(plan)
    erasure.ask(context.ledger, "customer", customer_no, reason, user=context.user.name, now=context.now)
    return look_at_erasure(context, customer_no)


@act("erasure:ask")
def withdraw_erasure(context: Context, customer_no: str) -> None:
    """Take a request back. Errors: NotFoundError, ConflictError."""
    _check_there(context, customer_no)
    erasure.withdraw(context.ledger, "customer", customer_no, user=context.user.name, now=context.now)


@act("erasure:confirm")
def confirm_erasure(context: Context, customer_no: str) -> Plan:
    """Erase a customer as another account has asked. Errors: NotFoundError, ConflictError."""
    _check_there(context, customer_no)
    return erasure.confirm(context.workspace, context.ledger, customer_no, user=context.user.name, now=context.now)


@act("erasure:ask")
def look_at_purge(context: Context) -> Purge:
    """What is too old, and would go."""
    return erasure.look_at_period(context.workspace, context.ledger, context.now)


@act("erasure:ask")
def ask_purge(context: Context) -> Purge:
    """Ask that what is too old today goes. Errors: ConflictError."""
    day = look_at_purge(context).before.isoformat()
    erasure.ask(context.ledger, "period", day, "period", user=context.user.name, now=context.now)
    return look_at_purge(context)


@act("erasure:ask")
def withdraw_purge(context: Context) -> None:
    """Take the request back. Errors: ConflictError."""
    day = look_at_purge(context).before.isoformat()
    erasure.withdraw(context.ledger, "period", day, user=context.user.name, now=context.now)


@act("erasure:confirm")
def confirm_purge(context: Context) -> Purge:
    """Take out what another account has asked for. Errors: ConflictError."""
    return erasure.purge(context.workspace, context.ledger, user=context.user.name, now=context.now)


def _check_there(context: Context, customer_no: str) -> None:
    """Errors: NotFoundError for a customer under non-disclosure, without the right to them."""
    with context.ledger.read() as connection:
        if is_protected_customer(connection, customer_no) and not context.user.may("restricted:open"):
            raise NotFoundError("there is no such customer.")
