"""What a person does with the linkage's models: put another one in force, or go back to the one before."""

from __future__ import annotations

from regclean import linkage
from regclean.acts.context import Context, act
from regclean.domain.register import subject_text
from regclean.ledger.audit import Entry, append


@act("models:use")
def use_model(context: Context, number: int) -> dict[str, int]:
    """Put a stored version in force from the next night on; returns model -> version. Errors: UsageError when there is none."""
    folder, country = context.workspace.var / "models", context.workspace.config.country
    found = linkage.numbered(folder, country, number)
    before = linkage.chosen(folder, country)
    now = linkage.use(folder, country, {model: one.version for model, one in found.items()})
    _note(context, "model_use", before, now)
    return now


@act("models:use")
def go_back(context: Context) -> dict[str, int]:
    """Put in force what was in force before; returns model -> version. Errors: ConflictError when there is nothing before."""
    folder, country = context.workspace.var / "models", context.workspace.config.country
    before = linkage.chosen(folder, country)
    now = linkage.back(folder, country)
    _note(context, "model_back", before, now)
    return now


def _note(context: Context, action: str, before: dict[str, int], now: dict[str, int]) -> None:
    subject = subject_text("models", ",".join(f"{model}-{version}" for model, version in sorted(now.items())))
    with context.ledger.write() as connection:
        detail = {"before": before, "now": now}
        append(connection, Entry(context.now, context.user.name, action, subject, detail=detail))
