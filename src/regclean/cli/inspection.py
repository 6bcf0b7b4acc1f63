"""explain, show, person-report, sql: ways to look inside the night in force. Each reading of a customer is written down first."""

from __future__ import annotations

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from regclean.cli.app import app
from regclean.cli.listing import Listing, as_table, listing
from regclean.domain.languages import LANGUAGES
from regclean.domain.register import customers_among, join_key, subject_text

if TYPE_CHECKING:
    import duckdb

    from regclean.config import Workspace
    from regclean.ledger import Ledger
    from regclean.linkage import PairExplanation

Restricted = Annotated[
    bool, typer.Option("--restricted", help="Customers under non-disclosure too, as an account with the right.")
]
SHELL = "shell:"  # before the name of the shell's user, who has no account


@dataclass(frozen=True, slots=True)
class _Night:
    workspace: Workspace
    ledger: Ledger
    connection: duckdb.DuckDBPyConnection
    run_id: str
    protected: frozenset[str]  # customer numbers that are left out, beside those of the night itself
    actor: str
    restricted: bool

    def note(self, command: str, subject: str, **told: Any) -> None:
        from regclean.inspection import note_reading

        if self.restricted:
            told["detail"] = {**told.get("detail", {}), "restricted": True}
        note_reading(self.ledger, self.actor, command, subject, datetime.now(UTC), **told)


@contextmanager
def _night(*, restricted: bool = False) -> Iterator[_Night]:
    """The night in force, to look into; `restricted` as an account that may open protected customers.

    Errors: SignInError, ForbiddenError.
    """
    from regclean.night import open_published
    from regclean.quality import protected_customers

    with _reader(restricted=restricted) as (workspace, ledger, actor):
        warehouse, run_id = open_published(workspace)
        with warehouse.read(run_id) as connection:
            protected = frozenset(customers_among(protected_customers(ledger)))
            yield _Night(workspace, ledger, connection, str(run_id), protected, actor, restricted)


@contextmanager
def _reader(*, restricted: bool) -> Iterator[tuple[Workspace, Ledger, str]]:
    """The workspace, its ledger, and who reads: the account that is signed in, else the shell's user."""
    from regclean.cli.identity import acting, opened, signed_in

    if restricted:
        with acting(needs="restricted:open") as context:
            yield context.workspace, context.ledger, context.user.name
        return
    with opened() as (workspace, ledger):
        account = signed_in(workspace, ledger)
        yield workspace, ledger, account.name if account else f"{SHELL}{getpass.getuser()}"[:80]


@app.command()
@listing
def explain(
    one: Annotated[str, typer.Argument(metavar="A", help="A customer's number.")],
    other: Annotated[str, typer.Argument(metavar="B", help="Another customer's number.")],
    restricted: Restricted = False,
) -> Listing:
    """Say why two customers are, or are not, taken for one: what was compared, what it says, what would change it."""
    from dataclasses import asdict

    from regclean.cli.inspection_tables import print_explanation
    from regclean.errors import UsageError
    from regclean.findings import decided_edges, standing
    from regclean.inspection import hidden_customers
    from regclean.linkage import explain_pair

    with _night(restricted=restricted) as night:
        hidden = frozenset() if restricted else hidden_customers(night.connection, night.protected)
        for number in sorted({one, other} & hidden):
            raise UsageError(f"the night in force knows no customer {number}.")
        night.note("explain", subject_text("pairs", join_key(sorted((one, other)))), customers=(one, other))
        found: PairExplanation = explain_pair(
            night.connection,
            one,
            other,
            country=night.workspace.config.country,
            settings=night.workspace.config.section("linkage"),
            models=night.workspace.var / "models",
            decided=standing(night.connection, decided_edges(night.ledger)),
        )
    return Listing(printed=lambda: print_explanation(found), document=asdict(found) | {"compared": found.compared})


@app.command()
@listing
def show(
    subject: Annotated[str, typer.Argument(help="TABLE:KEY, for example bin_groups:K1; or a customer's number.")],
    restricted: Restricted = False,
) -> Listing:
    """Show everything about one subject: as landed and as read, links, findings, decisions, batches."""
    from regclean.cli.inspection_tables import print_subject
    from regclean.inspection import hidden_subjects, look_up

    with _night(restricted=restricted) as night:
        hidden = frozenset() if restricted else hidden_subjects(night.connection, night.protected)
        page = look_up(night.connection, night.ledger, subject, hidden=hidden)
        night.note("show", page.subject)
    return Listing(printed=lambda: print_subject(page), document=page.data)


@app.command(name="person-report")
@listing
def person_report(
    customer: Annotated[str, typer.Argument(help="The customer's number.")],
    language: Annotated[str | None, typer.Option(help="fi, sv or en; by default the workspace's first.")] = None,
) -> Listing:
    """Answer a person who asks what is held of them, from where, to whom it was given, what was decided and why."""
    from regclean import acts
    from regclean.cli.identity import acting
    from regclean.cli.inspection_tables import print_person
    from regclean.errors import NotFoundError, UsageError
    from regclean.handed_out import handed_out
    from regclean.inspection import hidden_subjects
    from regclean.inspection import person_report as report
    from regclean.night import open_published
    from regclean.quality import protected_customers

    with acting(needs="findings:read") as context:
        known = context.workspace.config.languages
        chosen = language or known[0]
        if chosen not in LANGUAGES:
            raise UsageError(f"'{chosen}' is not a language.", remedy=f"Known: {', '.join(LANGUAGES)}.")
        warehouse, run_id = open_published(context.workspace)
        with warehouse.read(run_id) as connection:
            hidden = hidden_subjects(connection, customers_among(protected_customers(context.ledger)))
            if subject_text("customers", customer) in hidden and not context.user.may("restricted:open"):
                raise NotFoundError("there is no such customer.")
            acts.report_person(context, customer)
            found = report(
                connection,
                context.ledger,
                customer,
                run_id=str(run_id),
                language=chosen,
                hidden=hidden,
                files=handed_out(context.workspace.var),
            )
    return Listing(printed=lambda: print_person(found, chosen), document=found.data)


@app.command()
@listing
def sql(
    question: Annotated[
        str | None, typer.Argument(help="One SELECT; without it, the tables and columns there are.")
    ] = None,
) -> Listing:
    """Ask the night in force in SQL, read only: without protected customers and national ids."""
    from regclean.cli.inspection_tables import print_answer
    from regclean.inspection import MOST_ROWS, ask, customers_in, tables

    with _night() as night:
        if question is None:
            known = tables(night.connection).items()
            return as_table("Tables", ("table", "columns"), [(name, ", ".join(columns)) for name, columns in known])
        answer = ask(night.connection, question, protected=night.protected)
        note = {"rows": answer.height}
        night.note("sql", subject_text("runs", night.run_id), customers=customers_in(answer), detail=note)
    if answer.height == MOST_ROWS:
        typer.echo(f"These are the first {MOST_ROWS:,} rows; there may be more. Ask for fewer.", err=True)
    return Listing(answer, lambda: print_answer(answer))
