"""Applying approved batches on a schedule, for companies that want that: one task a batch.

Nothing is decided here: a batch is applied only when a second person has approved it and the account of the schedule has
the right to it, and it says itself what it holds back. What a task returns holds numbers and states only.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prefect import flow, get_run_logger, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from regclean import acts, batches
from regclean.accounts import local
from regclean.acts import Context
from regclean.config import load_workspace
from regclean.errors import RegcleanError, UsageError, kind_of
from regclean.home import own_ledger
from regclean.outside import in_words


@flow(name="regclean-release", flow_run_name="batches of {account}", persist_result=False)
def release(workspace: str, account: str) -> State[str]:
    """Apply every approved batch of the workspace in the folder `workspace`, oldest first, as the account `account`.

    A batch of which something was held back, or that the register refused, ends the flow as Failed after all others.
    """
    try:
        return _release(Path(workspace), account)
    except RegcleanError as error:
        return Failed(name=kind_of(error), message=str(error))
    except Exception as error:  # its message could quote a value, and the server would keep it
        said = in_words(error)
        return Failed(name=kind_of(said), message=str(said))


def _release(folder: Path, account: str) -> State[str]:
    place = load_workspace(folder)
    if place.config.section("register")["target"] == "files":
        raise UsageError("this register is updated by files: there is nothing to apply on a schedule.")
    with own_ledger(place) as ledger:
        clerk = local.active_user(ledger, account, "schedule")
        waiting = [
            one.batch_id for one in batches.list_batches(ledger) if one.state in ("approved", "applying", "unknown")
        ]
        done = [
            _apply_as_task(Context(place, ledger, clerk, datetime.now(UTC)), batch_id) for batch_id in sorted(waiting)
        ]
    create_table_artifact(done, key="regclean-release", description="Batches applied")
    message = f"{len(done)} batch(es)"
    if any(row["held"] for row in done):
        return Failed(name="ConflictError", message=f"{message}; some findings went back to the stewards")
    return Completed(message=message)


def _apply_as_task(context: Context, batch_id: int) -> dict[str, int | str]:
    @task(name=f"batch {batch_id}", tags=["regclean", "batch"], cache_policy=NO_CACHE, persist_result=False)
    def run() -> dict[str, int | str]:
        try:
            outcome = acts.apply(context, batch_id)
        except RegcleanError as error:
            get_run_logger().error("batch %d: %s", batch_id, error)
            return {"batch": batch_id, "state": kind_of(error), "written": 0, "held": 1}
        except Exception as error:
            raise in_words(error) from None
        written = outcome.count("ready")
        return {"batch": batch_id, "state": outcome.state, "written": written, "held": len(outcome.held)}

    return run()
