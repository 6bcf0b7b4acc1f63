"""Where a customer stands outside of the ledger: nights, pages, exports, caches and other files of the workspace.

Invariant: the register's own files, the night in force, the ledger, the key and backups are never touched here.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from sqlalchemy import Connection, select

from regclean.config import Workspace, workspace_key
from regclean.domain.register import TABLES
from regclean.erasure.marks import Marks, of_nobody_else, values_in
from regclean.errors import InputError, UnavailableError
from regclean.handed_out import LIST, forget, handed_out, text_in
from regclean.home import warehouse_of
from regclean.ledger.tables import receipts
from regclean.sealing import Seal
from regclean.warehouse import Warehouse, about_customer, rows

READINGS, REPORTS, CHECKS, BIN_PAGES = "readings", "reports", "checks", "reports/bin_groups"
_NEVER = (
    "ledger.db",
    "secret.key",
    "identity.json",
    "audit.anchor",
    "erasures.jsonl",
    LIST,
    "new-key",
    "key.lock",
    "night.lock",
    "page.lock",
    "schedule.lock",
)


@dataclass(slots=True)
class Places:
    """Files by their whole paths. `files` go; `stay` is for a person to look after; `folders` go whole; `perhaps`: written for
    somebody, and not there any more or not to be looked into; `unlisted` are forgotten, as their names tell of the customer.
    """

    nights: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    stay: list[str] = field(default_factory=list)
    perhaps: list[str] = field(default_factory=list)
    unlisted: list[str] = field(default_factory=list)


def rows_about(connection: duckdb.DuckDBPyConnection, customer_no: str) -> dict[str, int]:
    """Table -> rows of a night that are about the customer."""
    found = {}
    for table in TABLES.values():
        mine = about_customer(table)
        if mine is not None and table.name != "sites":
            query = f"SELECT count(*) FROM {table.name} AS t WHERE {mine}"  # noqa: S608  # names of our own declaration
            if count := int(rows(connection, query, {"no": customer_no})[0][0]):
                found[table.name] = count
    return found


def nights_with(workspace: Workspace, customer_no: str, in_force: str | None) -> tuple[list[str], set[str]]:
    """The kept nights that hold the customer, or cannot be asked, without the one in force; and what they may be told by."""
    warehouse, seal = warehouse_of(workspace), Seal(workspace_key(workspace.var))
    holding, values = [], set()
    for run_id in warehouse.published():
        try:
            with warehouse.read(run_id) as night:
                held = rows_about(night, customer_no)
                values |= values_in(night, customer_no, seal) if held else set()
        except (InputError, UnavailableError, duckdb.Error):
            held = {"": 1}
        if held and run_id != in_force:
            holding.append(run_id)
    return holding, values


def marks_of(
    workspace: Workspace, customer_no: str, values: set[str], in_force: str | None, also: Collection[str] = ()
) -> Marks:
    """What the customer is recognised by; without a night to compare with, by the number alone. `also`: numbers that go too."""
    if in_force is not None:
        with suppress(UnavailableError), warehouse_of(workspace).read(in_force) as night:
            return Marks(customer_no, of_nobody_else(night, {customer_no, *also}, values))
    return Marks(customer_no)


def find(workspace: Workspace, reading: Connection, marks: Marks, batch_ids: set[int], nights: list[str]) -> Places:
    """Files that tell of the customer."""
    var = workspace.var
    places = Places(nights=list(nights))
    if (var / READINGS).exists():
        places.folders.append(str(var / READINGS))
    if (var / BIN_PAGES).exists():
        places.folders.append(str(var / BIN_PAGES))
    for one in ("failed-", "damaged-", "building-"):
        places.files += [str(path) for path in sorted((var / "warehouse").glob(f"{one}*"))]
    for path in _exported(workspace, reading, batch_ids):
        places.files.append(str(path))
    _given_to_somebody(var, marks, places)
    for path in _looked_through(workspace):
        with suppress(OSError):
            if (
                str(path) not in (*places.files, *places.stay)
                and not path.is_relative_to(var / BIN_PAGES)
                and (held := text_in(path)) is not None
                and (marks.are_in(held) or (_lists_keys(path, var) and marks.are_keys_in(held)))
            ):
                derived = path.is_relative_to(var)
                (places.files if derived else places.stay).append(str(path))
    return places


def _given_to_somebody(var: Path, marks: Marks, places: Places) -> None:
    """What a command wrote for somebody, wherever: it goes while it is as it was written; what was changed is somebody's own."""
    for one in handed_out(var):
        if marks.tell(one.path):
            places.unlisted.append(one.path)
        if one.path in places.files:
            continue
        try:
            held = text_in(Path(one.path))
        except OSError:
            held = None
        if held is None:
            places.perhaps.append(one.path)
        elif marks.are_in(held) or marks.are_keys_in(held):
            (places.files if one.is_as_written else places.stay).append(one.path)


def _lists_keys(path: Path, var: Path) -> bool:
    """Is it what a gate found, or the page of a night? They say which rows failed by their keys alone."""
    return any(path.is_relative_to(var / name) for name in (CHECKS, REPORTS))


def _exported(workspace: Workspace, reading: Connection, batch_ids: set[int]) -> Iterator[Path]:
    """The files of batches with lines about the customer, as far as they are where they were written and as they were."""
    for batch_id in sorted(batch_ids):
        yield from sorted(
            path for path in (workspace.var / "exports" / f"batch-{batch_id}").rglob("*") if path.is_file()
        )
        for detail in reading.execute(select(receipts.c.detail).where(receipts.c.batch_id == batch_id)).scalars():
            folder = Path(detail.get("folder", ""))
            if not detail.get("folder") or folder.is_relative_to(workspace.var.resolve()):
                continue
            for name, digest in (detail.get("files") or {}).items():
                with suppress(OSError):
                    if hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest:
                        yield folder / name


def _looked_through(workspace: Workspace) -> Iterator[Path]:
    """Every file of the workspace that is text, or may be."""
    var = workspace.var
    for path in sorted(workspace.root.rglob("*")):
        if path.is_symlink() or not path.is_file():
            continue
        inner = path.relative_to(var).parts if path.is_relative_to(var) else ()
        if inner and (inner[0] in ("warehouse", READINGS, "models") or inner[0].startswith(_NEVER)):
            continue
        yield path


def remove(workspace: Workspace, places: Places) -> None:
    """Take them away; what is gone already is gone."""
    warehouse = warehouse_of(workspace)
    for run_id in places.nights:
        _forget(warehouse, run_id)
    for name in places.files:
        Path(name).unlink(missing_ok=True)
    forget(workspace.var, {*places.files, *places.unlisted})
    for name in places.folders:
        shutil.rmtree(name, ignore_errors=True)


def _forget(warehouse: Warehouse, run_id: str) -> None:
    warehouse.remove(run_id)
    if warehouse.share is not None:
        (warehouse.share / warehouse.path(run_id).name).unlink(missing_ok=True)
