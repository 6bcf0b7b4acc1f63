"""serve, user, verify-audit."""

from __future__ import annotations

import typer

from regclean.cli.app import app, workspace_folder


@app.command(name="verify-audit")
def verify_audit() -> None:
    """Check the audit log's hash chain."""
    from regclean.config import load_workspace
    from regclean.errors import GateError
    from regclean.ledger import opened, verify

    with opened(load_workspace(workspace_folder()).ledger_url) as ledger:
        broken = verify(ledger)
    if broken is not None:
        raise GateError(f"The audit log is broken at entry {broken}.", remedy="Compare it with a backup.")
    typer.echo("The audit log is whole.")
