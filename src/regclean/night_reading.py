"""What a night reads: from landed text to typed tables, each value once in its life."""

from __future__ import annotations

import shutil

from regclean import checks, landing
from regclean.carry_over import Read, note_reading, reading_digest
from regclean.config import derived_key, workspace_key
from regclean.night_state import Night
from regclean.sealing import Seal
from regclean.standardise import Memory, Options, lost_zeros, standardise_tables
from regclean.warehouse import LandedTables, rows, write_frame


def read_anew(night: Night) -> Read:
    """Type what this night has landed, keep what was set aside of it, and note what the tables rest on."""
    settings = night.workspace.config.section("workspace")
    options = Options(
        country=settings["country"],
        accept_test_ids=settings["accept_test_ids"],
        as_of=night.as_of,
        id_key=derived_key(workspace_key(night.workspace.var), "national_id"),
        default_language=settings["languages"][0],
        memory=_memory(night),
        streets=landing.company_streets(night.workspace),
    )
    landed = LandedTables(night.connection, Seal(workspace_key(night.workspace.var)).open_column)
    set_aside = int(rows(night.connection, "SELECT count(*) FROM landed.quarantine")[0][0])
    result = standardise_tables(landed, options)
    notes = lost_zeros(result.tables)
    for name, frame in result.tables.items():
        write_frame(night.connection, name, frame)
    write_frame(night.connection, "origins", result.origins)
    write_frame(night.connection, "unreadable", result.unreadable)
    checks.profile_columns(night.connection)
    landing.quarantine(night.workspace, night.connection, result.rejected)
    read = Read(result.rejected, notes, sum(frame.height for frame in result.tables.values()))
    note_reading(night, read, set_aside=set_aside, holds_until=result.holds_until)
    return read


def _memory(night: Night) -> Memory:
    """What the value rules answered in nights before; `--full` reads everything anew."""
    folder = night.workspace.var / "readings"
    if night.full:
        shutil.rmtree(folder, ignore_errors=True)
    return Memory(folder, derived_key(workspace_key(night.workspace.var), "readings"), reading_digest(), night.as_of)
