"""The nightly run: from dirty exports to checked findings, in the order in which it happens.

Nothing is visible before the last gate has passed: the night builds a database file of its own, publishes it by a
rename, then its findings by one transaction in the ledger. The ledger says which night is in force; a night that is
killed leaves the one before in force, and the next night sweeps what it left.
"""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter

import polars as pl

from regclean import batches, checks, enquiries, erasure, findings, landing, linkage, locks, quality, rules
from regclean.bin_reports import forget_bin_reports
from regclean.carry_over import (
    carry_landed,
    carry_over,
    carry_typed,
    linkage_digest,
)
from regclean.config import Workspace, workspace_key
from regclean.errors import ConflictError, RegcleanError, UsageError
from regclean.findings import counts_by_rule, seal
from regclean.home import own_expectations, own_ledger, warehouse_of
from regclean.inspection import write_search_index
from regclean.ledger import Ledger, runs
from regclean.night_page import write_night_page
from regclean.night_reading import read_anew
from regclean.night_state import Night, Observer, Step, StepResult
from regclean.operation import alerts, logs
from regclean.outside import unavailable
from regclean.sealing import Seal, masked
from regclean.warehouse import (
    KEPT_NIGHTS,
    DamagedNightError,
    Warehouse,
    finish,
    rows,
    write_frame,
)

__all__ = [
    "STEPS",
    "Night",
    "Observer",
    "Step",
    "StepResult",
    "open_night",
    "open_published",
    "run_night",
    "take",
    "today",
]


# What the steps do -----------------------------------------------------------------------------------------------------


def _load(night: Night) -> int:
    if (own := own_expectations(night.workspace)) is not None:
        checks.check_own(own)
    previous = night.last.landed if night.last and "fallen_count" not in night.accepted else {}
    night.carried = carry_landed(night)
    if night.carried and night.landed:
        landing.judged(night.landed, previous, night.workspace)
    else:
        night.landed = landing.load(night.workspace, night.connection, previous)
    night.notes += night.landed.notes
    runs.note(night.ledger, night.run_id, landed=night.landed.counts)
    return night.landed.loaded


def _standardise(night: Night) -> int:
    read = carry_typed(night) if night.carried else None
    if read is None:
        if night.carried:  # the last night's file could not be read to its end
            night.carried, night.landed = False, landing.load(night.workspace, night.connection, {})
        read = read_anew(night)
    night.notes += read.notes
    night.landed = night.landed.less(read.rejected) if night.landed else None
    night.decided = findings.standing(night.connection, findings.decided_edges(night.ledger))
    return read.rows


def _link_customers(night: Night) -> int:
    if carry_over(night):
        return _count(night, "pairs")
    config = night.workspace.config
    night.linked = linkage.link_customers(
        night.connection,
        country=config.country,
        settings=config.section("linkage"),
        models=night.workspace.var / "models",
        decided=night.decided,
        previous_clusters=night.clusters_before,
        as_of=night.as_of.isoformat(),
        engine=config.section("engine"),
    )
    return _count(night, "pairs")


def _link_members(night: Night) -> int:
    # Nothing linked the customers tonight: the member links came over together with their clusters.
    if night.linked:
        config = night.workspace.config
        linkage.link_members(night.connection, country=config.country, settings=config.section("linkage"))
    # After linking: the first night trains the models that the next one will find.
    runs.note(night.ledger, night.run_id, input_digest=linkage_digest(night))
    findings.protect_linked(night.connection)
    return _count(night, "member_links")


def _find(night: Night) -> int:
    write_frame(night.connection, "reported", enquiries.reported(night.ledger))
    night.found = rules.run_rules(night.connection, config=night.workspace.config, as_of=night.as_of)
    return _count(night, "rule_hits")


def _assemble(night: Night) -> int:
    language, hidden = night.workspace.config.languages[0], findings.ever_hidden(night.ledger)
    return findings.assemble(night.connection, language=language, decided=night.decided, ever_hidden=hidden)


def _index(night: Night) -> int:
    return write_search_index(night.connection, findings.ever_hidden(night.ledger))


def _gate(suite: str, night: Night) -> int:
    last, limits = night.last, night.workspace.config.section("landing")
    context = {
        "country": night.workspace.config.country,
        "configured_tables": sorted({source.table for source in night.workspace.config.sources}),
        "previous_counts": last.landed if last else {},
        **{name: limits[name] for name in ("max_fall_percent", "max_fall_usable_percent")},
        "decided": night.decided,
        "rules": sorted(rules.catalogue()),
        "previous_findings": _found_by_rule(night.ledger, last.run_id) if last else {},
        "previous_columns": checks.profiled(night.warehouse, last.run_id) if last and suite == "standardised" else None,
        "previous_open": findings.waiting_ids(night.ledger) if suite == "findings" else (),
    }
    own = own_expectations(night.workspace)
    before = checks.documents_of(night.workspace.var, last.run_id) if last and not night.full else {}
    result = checks.run_suite(suite, night.connection, night.as_of, context=context, own=own, before=before)
    night.gates.append(result)
    checks.keep(result, night.workspace.var, night.run_id, night.now)
    checks.gate([result], night.accepted)
    return len(result.results)


def _found_by_rule(ledger: Ledger, run_id: str) -> dict[str, int]:
    counts = counts_by_rule(ledger, run_id, None)
    return {rule: sum(one.found for one in counts if one.rule == rule) for rule in {one.rule for one in counts}}


def _publish(night: Night) -> int:
    finish(night.connection)
    night.warehouse.publish(night.run_id)
    night.notes += night.warehouse.copy_out(night.run_id, beside=night.last.run_id if night.last else None)
    with night.warehouse.read(night.run_id) as connection:
        # First: nothing may be seen of a customer before it is known that nobody should. A page of the night before may show one.
        forget_bin_reports(bin_reports_folder(night.workspace))
        seal(night.ledger, connection, workspace_key(night.workspace.var), night.run_id)
        night.published = findings.publish(
            night.ledger,
            connection,
            night.run_id,
            night.as_of,
            night.now,
            previous_clusters=night.clusters_before,
            clock=lambda: night.moment,
        )
        quality.choose_second(night.ledger, night.now)
        revoked = quality.revoke(
            night.ledger,
            connection,
            model_version=night.model_version,
            sources=quality.sources_digest(night.workspace),
            now=night.now,
        )
        night.notes += [f"The certificate of {band} holds no longer: {why}." for band, why in sorted(revoked.items())]
        batches.seal_older_lines(night.ledger, Seal(workspace_key(night.workspace.var)), night.now)
        batches.verify(night.ledger, connection, run_id=night.run_id, as_of=night.as_of, now=night.now)
        enquiries.follow(night.ledger, night.workspace, as_of=night.as_of, now=night.now)
        for old in runs.published(night.ledger, limit=10 * KEPT_NIGHTS)[KEPT_NIGHTS:]:
            night.warehouse.remove(old.run_id)
        return int(rows(connection, "SELECT count(*) FROM findings")[0][0])


def _count(night: Night, table: str) -> int:
    return int(rows(night.connection, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608  # a table of ours


STEPS = (
    Step("load", _load, retries=2),
    Step("check landed", partial(_gate, "landed")),
    Step("standardise", _standardise),
    Step("check standardised", partial(_gate, "standardised")),
    Step("link customers", _link_customers),
    Step("link members", _link_members),
    Step("check linked", partial(_gate, "linked")),
    Step("find", _find),
    Step("assemble findings", _assemble),
    Step("check findings", partial(_gate, "findings")),
    Step("index", _index),
    Step("publish", _publish),
)


# The night around them -------------------------------------------------------------------------------------------------


def run_night(
    workspace: Workspace,
    *,
    as_of: date,
    now: datetime,
    full: bool = False,
    force: bool = False,
    keep: bool = False,
    accepted: frozenset[str] = frozenset(),
    observer: Observer | None = None,
) -> Night:
    """Run every step in this process. Errors: RegcleanError of the step that stopped the night."""
    with open_night(workspace, as_of=as_of, now=now, full=full, force=force, keep=keep, accepted=accepted) as night:
        for step in STEPS:
            if observer:
                observer.started(step.name)
            result = take(night, step)
            if observer:
                observer.finished(result)
    return night


def take(night: Night, step: Step) -> StepResult:
    """Take one step of an open night, and note it."""
    begun = perf_counter()
    count = step.run(night)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    result = StepResult(step.name, count, perf_counter() - begun, peak_mb)
    night.steps.append(result)
    logs.event("step", step=step.name, rows=count, seconds=round(result.seconds, 3), peak_mb=peak_mb)
    return result


@contextmanager
def open_night(
    workspace: Workspace,
    *,
    as_of: date,
    now: datetime,
    full: bool = False,
    force: bool = False,
    keep: bool = False,
    accepted: frozenset[str] = frozenset(),
) -> Iterator[Night]:
    """One night at a time: sweep what a killed one left, begin a run, and end it as published or failed.

    `keep`: the file of a night that fails is set aside, to look into. Errors: UsageError when `as_of` has not come yet
    where the register is kept, unless `force`.
    """
    if as_of > now.astimezone(workspace.config.timezone).date() and not force:
        raise UsageError(
            f"{as_of} has not come yet.",
            remedy="Name a day up to today; to run that day's night all the same, add --force.",
        )
    begun, engine = perf_counter(), workspace.config.section("engine")
    warehouse = warehouse_of(workspace, threads=engine["threads"], memory_limit=engine["memory_limit"])
    with _one_at_a_time(workspace.var), own_ledger(workspace) as ledger:
        _sweep(warehouse, ledger, now)
        erasure.finish(workspace, ledger, now)
        last = runs.last_published(ledger)
        run_id = _run_id(warehouse, ledger, as_of)
        runs.start(ledger, run_id, as_of=as_of, now=now, previous_landed=last.landed if last else None)
        logs.begin(workspace)
        try:
            with logs.about(run_id=run_id), warehouse.build(run_id) as building:
                night = Night(
                    workspace=workspace,
                    as_of=as_of,
                    now=now,
                    full=full,
                    run_id=run_id,
                    warehouse=warehouse,
                    ledger=ledger,
                    connection=building.connection,
                    last=last,
                    clusters_before=findings.kept_clusters(ledger),
                    accepted=accepted,
                )
                if last and as_of < last.as_of:
                    note = f"This night is of {as_of}, before the last one's day, {last.as_of}; it is the one in force now."
                    night.notes.append(note)
                if last:
                    night.clusters_before = _clusters(night, last)
                try:
                    yield night
                except Exception as error:
                    known = error if isinstance(error, RegcleanError) else unavailable(error, workspace.var)
                    if known is not None:
                        with suppress(RegcleanError, OSError):  # a full disk, say, stops the page as well
                            night.page = write_night_page(night, stopped_because=masked(str(known)))
                    raise
                night.page = write_night_page(night, stopped_because=None)
                logs.event("night published")
                alerts.tell_quietly(workspace, ledger, night.moment)
        except BaseException as error:
            with logs.about(run_id=run_id):
                logs.event("night failed", error=type(error).__name__)
            # Whatever stopped it: the run is marked, the unfinished file goes, the night before stays in force. Where
            # the ledger or the disk is what stopped it, the next night does that.
            ended = now + timedelta(seconds=perf_counter() - begun)
            with suppress(RegcleanError, OSError):
                runs.fail(ledger, run_id, now=ended)
            alerts.tell_quietly(workspace, ledger, ended)
            with suppress(OSError):
                kept = warehouse.keep_failed(run_id) if keep else None
                if kept and isinstance(error, RegcleanError):
                    error.remedy = f"{error.remedy or ''} The night's file is kept for a week: {kept}".strip()
                warehouse.sweep(now)
            outside = unavailable(error, workspace.var) if isinstance(error, Exception) else None
            if outside is not None and outside is not error:
                raise outside from error
            raise


def bin_reports_folder(workspace: Workspace) -> Path:
    """Where the pages about shared bins are put when somebody asks for them."""
    return workspace.var / "reports" / "bin_groups"


def open_published(workspace: Workspace) -> tuple[Warehouse, str | None]:
    """The warehouse and the run id of the night in force."""
    with own_ledger(workspace) as ledger:
        last = runs.last_published(ledger)
    return warehouse_of(workspace), last.run_id if last else None


@contextmanager
def _one_at_a_time(var: Path) -> Iterator[None]:
    var.mkdir(parents=True, exist_ok=True)
    with locks.held(var / locks.NIGHT) as mine:
        if not mine:
            raise ConflictError("another night is running in this workspace.", file=var, remedy="Wait for its end.")
        yield


def _sweep(warehouse: Warehouse, ledger: Ledger, now: datetime) -> None:
    """Undo the halves of a killed night: unfinished files, and files whose findings the ledger never took."""
    warehouse.sweep(now)
    runs.sweep(ledger, now=now)
    for run_id in warehouse.published():
        run = runs.get(ledger, run_id)
        # A night that this ledger has never heard of is not one that it has killed.
        if run is not None and run.status != "published":
            warehouse.remove(run_id)


def _run_id(warehouse: Warehouse, ledger: Ledger, as_of: date) -> str:
    """`<as_of>-<n>`, the first number that no night of that day has used."""
    number = 1
    while runs.get(ledger, f"{as_of}-{number:03}") is not None or warehouse.path(f"{as_of}-{number:03}").exists():
        number += 1
    return f"{as_of}-{number:03}"


def _clusters(night: Night, last: runs.Run) -> pl.DataFrame:
    """Last night's clusters (cluster_id, customer_no): from its file, else what the ledger has kept of them."""
    try:
        with night.warehouse.read(last.run_id) as connection:
            clusters: pl.DataFrame = connection.sql("SELECT cluster_id, customer_no FROM clusters").pl()
            return clusters
    except DamagedNightError:
        night.set_aside(last.run_id)
        return night.clusters_before


def today(workspace: Workspace) -> date:
    """The day it is where the register is kept."""
    return datetime.now(workspace.config.timezone).date()
