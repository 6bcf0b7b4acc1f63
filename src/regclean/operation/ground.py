"""Checks of what a workspace stands on: its configuration, inputs, files and rights, disk, key, and the databases."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from sqlalchemy.engine import make_url

from regclean.config import another_key, fingerprint, load_mapping, present_key
from regclean.config.identity import FILE as IDENTITY
from regclean.config.identity import remembered
from regclean.domain.register import TABLES
from regclean.errors import ConfigError, UnavailableError, counted
from regclean.home import identity_of, restore_remedy
from regclean.landing import check_query, matching_files
from regclean.ledger import is_whole, look_at, tables_of
from regclean.operation.checkup import NotLooked, Patient, Sign
from regclean.register import open_target

MB = 2**20
LEAST_FREE = 200 * MB
NIGHTS_FREE = 2  # so many more files like the largest night's must find room; a night spills about as much again
FILES_LOOKED_AT = 20_000
_FIRST = "Start the first night: regclean run"


def configuration(patient: Patient) -> Iterator[Sign]:
    """Is regclean.toml as it should be, and every mapping that it names?"""
    if patient.config_error is not None:
        raise patient.config_error
    sources = patient.workspace.config.sources
    if not sources:
        remedy = "Name the inputs under [[source]]."
        yield Sign("warning", "no input is named yet.", patient.root / "regclean.toml", remedy)
        return
    for source in sources:
        if source.mapping is not None:
            load_mapping(source.mapping, TABLES[source.table])
    yield Sign("ok", f"{counted(len(sources), 'input')} named.", patient.root / "regclean.toml")


def inputs(patient: Patient) -> Iterator[Sign]:
    """Is every input there, and does every database answer?"""
    found, open_to_others = 0, 0
    for number, source in enumerate(patient.workspace.config.sources, 1):
        if source.url is not None and source.query is not None:
            check_query(source.url, source.query, number)
            found += 1
        elif source.path is not None:
            for path in matching_files(patient.root, source.path):
                found += 1
                open_to_others += bool(path.stat().st_mode & stat.S_IROTH and _is_reachable(path.parent))
                if not os.access(path, os.R_OK):
                    yield Sign("problem", "this input cannot be read.", path, "Give its right to this account.")
    if open_to_others:
        remedy = "Take the others' rights away: chmod -R o-rwx in"
        yield Sign("warning", f"everybody on this machine can read {open_to_others} of {found} inputs.", None, remedy)
    elif found:
        yield Sign("ok", f"{found} files and queries are there.")


def _is_reachable(folder: Path) -> bool:
    """Can others come into this folder?"""
    return all(place.stat().st_mode & stat.S_IXOTH for place in (folder.resolve(), *folder.resolve().parents))


def permissions(patient: Patient) -> Iterator[Sign]:
    """Are the files that hold personal data their owner's alone, and can they be written?"""
    settings, var = patient.root / "regclean.toml", patient.var
    if settings.exists() and settings.stat().st_mode & stat.S_IWOTH:
        yield Sign("problem", "everybody can change the configuration.", settings, f"chmod o-w {settings}")
    if not var.exists():
        yield Sign("ok", "there is nothing yet that holds personal data.", var)
        return
    if not os.access(var, os.R_OK | os.W_OK | os.X_OK):
        what = "this account cannot write here."
        remedy = "Check who owns it, its rights, and that its disk is not mounted read-only."
        yield Sign("problem", what, var, remedy, outside=True)
        return
    open_files = [path for path in islice(_everything(var), FILES_LOOKED_AT) if _mode(path) & 0o077]
    secret = var / "secret.key"
    if secret in open_files:
        remedy = f"chmod 600 {secret}; if anybody may have read it, tell who answers for the data."
        yield Sign("problem", "others have rights to the key.", secret, remedy)
    if var in open_files:
        yield Sign("problem", "others can look into the folder of personal data.", var, f"chmod -R go-rwx {var}")
    elif rest := [path for path in open_files if path != secret]:
        what = f"others have rights to {counted(len(rest), 'file')} here; the folder itself keeps them out."
        yield Sign("warning", what, rest[0], f"chmod -R go-rwx {var}")
    if not open_files:
        yield Sign("ok", "what holds personal data is its owner's alone.", var)


def _everything(var: Path) -> Iterator[Path]:
    yield var
    yield from var.rglob("*")


def _mode(path: Path) -> int:
    try:
        return 0 if path.is_symlink() else path.stat().st_mode
    except FileNotFoundError:  # it was there a moment ago
        return 0


def disk(patient: Patient) -> Iterator[Sign]:
    """Is there room for the next nights?"""
    place = next(folder for folder in (patient.var, patient.root, Path.cwd()) if folder.exists())
    nights = [path.stat().st_size for path in (patient.var / "warehouse").glob("*.duckdb")]
    needed = max(NIGHTS_FREE * max(nights, default=0), LEAST_FREE)
    free = shutil.disk_usage(place).free
    said = f"{free // MB:,} MB are free; the next night may take {needed // MB:,} MB."
    if free < needed:
        remedy = "Free space there, or give the workspace a larger disk."
        yield Sign("problem", said, place, remedy, outside=True)
    elif free < 3 * needed:
        yield Sign("warning", said, place, "Free space there before long.")
    else:
        yield Sign("ok", said, place)


def key(patient: Patient) -> Iterator[Sign]:
    """Is the key there, and is it the one that the workspace was made with?"""
    var = patient.var
    known, here = remembered(var), present_key(var)
    if known is None and here is None:
        yield Sign("ok", "a new workspace: the key is made with its ledger.", var)
    elif here is None or (known is not None and fingerprint(here) != known.key):
        raise another_key(var, missing=here is None)
    else:
        yield Sign("ok", "the key is there, and the workspace's own." if known else "the key is there.", var)


def ledger(patient: Patient) -> Iterator[Sign]:
    """Can the ledger be reached, is it whole, and is it this workspace's?"""
    workspace = patient.workspace
    known = remembered(patient.var)
    try:
        with look_at(workspace.ledger_url) as looked, looked.read() as connection:
            if not is_whole(connection):
                remedy = "Restore it from a backup: regclean restore DIR"
                yield Sign("problem", "the database file is damaged.", looked.place, remedy, outside=True)
                return
            stands = tables_of(connection)
        if stands in ("older", "newer"):  # where they may say otherwise whose they are
            raise NotLooked(f"its tables are {stands} than this program")
        found = identity_of(looked) if stands == "current" else None
    except UnavailableError as error:
        if known is None and "not there" in error.message:
            yield Sign("warning", "there is no ledger yet: the first command makes it.", error.file, _FIRST)
            return
        error.remedy = restore_remedy(workspace)
        raise
    if known is not None and found != known:
        raise ConfigError(
            "this is not the ledger that the workspace was made with.",
            file=looked.place,
            remedy=restore_remedy(workspace),
        )
    if known is None and found is not None:
        remedy = f"Restore {patient.var / IDENTITY} from a backup, or let the next command meet it again."
        yield Sign("warning", "the workspace does not remember its ledger.", looked.place, remedy)
        return
    yield Sign("ok", "it answers, is whole, and is the workspace's own.", looked.place)


def migrations(patient: Patient) -> Iterator[Sign]:
    """Are the ledger's tables those that this program uses?"""
    stands, where = patient.ledger_tables(), _ledger_place(patient)
    if stands == "newer":
        remedy = "Use the newer program, or restore the backup of before the upgrade."
        yield Sign("problem", "the ledger was written by a newer regclean.", where, remedy)
    elif stands == "older":
        remedy = "Make a backup first if there is none; then run any command."
        yield Sign("warning", "the next command brings the ledger's tables up to date.", where, remedy)
    elif stands == "none":
        yield Sign("warning", "there are no tables yet: the first command makes them.", where, _FIRST)
    else:
        yield Sign("ok", "the ledger's tables are up to date.", where)


def _ledger_place(patient: Patient) -> str:
    return make_url(patient.workspace.ledger_url).render_as_string(hide_password=True)


def register(patient: Patient) -> Iterator[Sign]:
    """Does the register's database answer?"""
    if patient.workspace.config.section("register")["target"] == "files":
        yield Sign("ok", "the register is updated by files.")
        return
    if present_key(patient.var) is None:  # opening it would make one
        raise NotLooked("there is no key")
    target = open_target(patient.workspace)
    if target is None:
        return
    try:
        target.answer()
    finally:
        target.close()
    yield Sign("ok", "the register's database answers.", target.place)
