"""The nightly run as a Prefect flow: one task a step, with its retries, artifacts and progress.

The steps are those of `regclean.night`; nothing is decided here. What a task returns holds names, counts and seconds
only: results may be stored by the server.
"""

# No deferred annotations here: Prefect reads the flow's signature where it cannot look names up.
from datetime import UTC, date, datetime
from pathlib import Path
from typing import cast
from uuid import UUID

from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_link_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from regclean.config import Workspace, load_workspace
from regclean.errors import RegcleanError, kind_of
from regclean.home import own_ledger
from regclean.night import STEPS, Night, Step, StepResult, open_night, take, today
from regclean.operation import has_begun
from regclean.outside import in_words
from regclean.resources import flow_module

CAUGHT_UP = "catch-up"  # the tag of a night that is run since one was missed


def _run_name() -> str:
    """Which register and which night, in the list of runs."""
    given = flow_run.parameters
    return f"{Path(str(given.get('workspace'))).name} {given.get('as_of') or 'tonight'}"


@flow(name="regclean-nightly", flow_run_name=_run_name, persist_result=False)
def nightly(
    workspace: str,
    as_of: date | None = None,
    full: bool = False,
    force: bool = False,
    keep: bool = False,
    cron: str | None = None,
) -> State[str]:
    """One night on the workspace in the folder `workspace`; the final state's message is the run id, or what stopped it.

    `cron`: when nights are due, of one that a schedule starts; where a night has begun since the last time, it is left out.

    What stops a night is said in one sentence, as on the command line: an error ends the flow as Failed, with its kind
    as the state's name, and without a traceback or an engine's message in the logs.
    """
    try:
        if cron is not None and _is_late_again(Path(workspace), cron):
            return Completed(name="Skipped", message="a night has begun since this one was due")
        return Completed(message=_night(Path(workspace), as_of, full=full, force=force, keep=keep))
    except RegcleanError as error:
        return Failed(name=kind_of(error), message=str(error))
    except Exception as error:  # its message could quote a value, and the server would keep it
        said = in_words(error)
        return Failed(name=kind_of(said), message=str(said))


def _is_late_again(folder: Path, cron: str) -> bool:
    """Does the schedule start this night, and has another one begun since the last was due?

    A machine that slept for days finds a late run for each of them: the first one catches up for all.
    """
    context = FlowRunContext.get()
    run = context.flow_run if context else None
    if run is None or not (run.auto_scheduled or CAUGHT_UP in run.tags):
        return False
    place = load_workspace(folder)
    moment = max(datetime.now(UTC), run.expected_start_time or datetime.now(UTC))
    due = flow_module("due").last_due(cron, place.config.timezone, moment)
    with own_ledger(place) as ledger:
        return due is not None and has_begun(ledger, place.var, due)


def _night(workspace: Path, as_of: date | None, *, full: bool, force: bool, keep: bool) -> str:
    logger = get_run_logger()
    place = load_workspace(workspace)
    progress = cast(
        UUID, create_progress_artifact(0.0, key="regclean-night-progress", description="Steps of the night done")
    )
    day = as_of or today(place)
    with open_night(place, as_of=day, now=datetime.now(UTC), full=full, force=force, keep=keep) as night:
        for note in night.notes:
            logger.warning("%s", note)
        try:
            for number, step in enumerate(STEPS, 1):
                result = _take_as_task(night, step)
                logger.info("%s: %d rows in %.2f s", result.name, result.rows, result.seconds)
                update_progress_artifact(progress, 100.0 * number / len(STEPS))
        finally:
            _leave_artifacts(night)
    return night.run_id


def _take_as_task(night: Night, step: Step) -> StepResult:
    """Take one step as a task. The night goes in by closure: Prefect would look through everything a parameter holds."""
    stopped: list[RegcleanError] = []

    # Only another host can answer better a moment later; a wrong file stays wrong.
    retries = step.retries if any(source.url for source in night.workspace.config.sources) else 0

    @task(
        name=step.name,
        tags=["regclean", "gate" if step.name.startswith("check ") else "step"],
        retries=retries,
        retry_delay_seconds=30,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def run() -> StepResult | State[None]:
        try:
            return take(night, step)
        except RegcleanError as error:
            stopped.append(error)
        except Exception as error:
            stopped.append(in_words(error))
        return Failed(name=kind_of(stopped[-1]), message=str(stopped[-1]))

    state = run(return_state=True)
    if stopped and not state.is_completed():
        raise stopped[-1]
    return cast(StepResult, state.result())


def page_address(workspace: Workspace) -> str:
    """Where the review page is reached from a browser: no link to a file opens from another page."""
    hosts = workspace.config.section("review")["hosts"]
    return f"https://{hosts[0]}" if hosts else "http://127.0.0.1:8000"


def _leave_artifacts(night: Night) -> None:
    """What the night did, for the server's pages: the steps, the gates, and where the report is."""
    create_table_artifact(
        [{"step": step.name, "rows": step.rows, "seconds": round(step.seconds, 2)} for step in night.steps],
        key="regclean-night-steps",
        description=f"Steps of {night.run_id}",
    )
    create_table_artifact(
        [
            {
                "gate": gate.name,
                "expectation": result.expectation,
                "severity": result.severity,
                "seen": result.summary,
                "what to do": result.remedy,
            }
            for gate in night.gates
            for result in gate.failed
        ],
        key="regclean-night-gates",
        description=f"Expectations of {night.run_id} that did not hold",
    )
    create_link_artifact(
        f"{page_address(night.workspace)}/reports/{night.run_id}.html",
        link_text="The night's page",
        key="regclean-night-report",
        description=f"Report of {night.run_id}",
    )
