"""A check-up of a workspace and of what it stands on. It changes nothing, and works where everything else stops."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from regclean.config import load_workspace
from regclean.errors import RegcleanError
from regclean.operation import alerts, ground, nights
from regclean.operation.checkup import Check, Finder, Patient, examine
from regclean.outside import in_words

CHECKS: tuple[tuple[str, Finder], ...] = (
    ("configuration", ground.configuration),
    ("inputs", ground.inputs),
    ("permissions", ground.permissions),
    ("disk", ground.disk),
    ("key", ground.key),
    ("ledger", ground.ledger),
    ("migrations", ground.migrations),
    ("register", ground.register),
    ("models", nights.models),
    ("clock", nights.clock),
    ("schedule", nights.schedule),
    ("last night", nights.last_night),
    ("last backup", nights.last_backup),
    ("alerts", alerts.can_be_sent),
)


def check_up(root: Path, now: datetime, *, send_test: bool = False) -> list[Check]:
    """Every check of the workspace in `root`, in an order in which a cause stands before what follows from it.

    `send_test`: also send an alert to every address.
    """
    patient = Patient(root, now, send_test=send_test)
    try:
        patient.known = load_workspace(root)
    except RegcleanError as error:
        patient.config_error = error
    except Exception as error:  # whatever it is, the other checks go on
        patient.config_error = in_words(error)
    return [check for name, finder in CHECKS for check in examine(name, finder, patient)]


def exit_code(checks: list[Check]) -> int:
    """0 when nothing needs to be done now, 1 when a problem stands, 3 when something outside is away or full."""
    problems = [check for check in checks if check.state == "problem"]
    if any(check.outside for check in problems):
        return 3
    return 1 if problems else 0
