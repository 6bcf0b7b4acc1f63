"""Loading a night's sources into `landed.*`.

Invariants: nothing is dropped silently (a column is mapped, canonical, ignored by name, or an error; a row is loaded or
in quarantine), and loaded + quarantined equals a count made by another reader. A national id is where it belongs, or masked.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from collections.abc import Mapping as Counts
from dataclasses import replace
from pathlib import Path

import duckdb
import polars as pl

from regclean.config import Config, Mapping, Source, Workspace, load_mapping, workspace_key
from regclean.domain.register import TABLES, Table
from regclean.errors import GateError, InputError, counted
from regclean.landing.apart import FileReader
from regclean.landing.columns import Wanted, wanted
from regclean.landing.concealment import conceal, conceal_known, keep
from regclean.landing.delimited import as_line
from regclean.landing.encoding import sha256
from regclean.landing.report import ROW, FileReport, LandingReport, Rejected
from regclean.landing.shape import FillDown, shape
from regclean.landing.sources import Piece, matching_files, open_query
from regclean.sealing import SEAL, Seal
from regclean.standardise import NOBODY, mask_national_id, strike_out_ids
from regclean.warehouse import load_sql, registered, write_frame

QUARANTINE_FILE = "quarantine.csv"
LANDED = (*TABLES, "files", "quarantine", "misplaced_ids", "reading")
QUARANTINE_COLUMNS = ("table", "file", "line", "why", "record")
# Enough to find the record again; a quote that was never closed may run on for very long.
LONGEST_QUARANTINED = 10_000
# A file of which so many rows, or so many characters of them, cannot be read is read no further when most of it is so: nobody
# will look at them one by one, and they would fill the memory.
MOST_QUARANTINED, MOST_CHARACTERS = 20_000, 16_000_000
QUARANTINE_CHUNK = 10_000
# A handful of bad rows in a short list is the clerk's everyday, not a broken export.
FEW = 10
# DuckDB writes row groups of 122,880: a few at a time are four times as fast as parts of one.
APPENDED_ROWS = 250_000


def load(
    workspace: Workspace, connection: duckdb.DuckDBPyConnection, previous_counts: Counts[str, int]
) -> LandingReport:
    """Read every source into `landed.*`, write `var/quarantine.csv`, and stop the night if too much is missing.

    `connection` has the tables of a night. `previous_counts`: rows by table of the last night.
    Errors: InputError or ConfigError when a source cannot be read as it is; GateError when a table lost more rows than
    `[landing] max_fall_percent`, or a file had more unreadable ones than `max_quarantined_percent`.
    """
    reports: list[FileReport] = []
    read: set[tuple[object, ...]] = set()
    seal = Seal(workspace_key(workspace.var))
    # A second try begins anew.
    for name in LANDED:
        connection.execute(f"DELETE FROM landed.{name}")  # noqa: S608  # tables of ours
    limits = workspace.config.section("landing")
    try:
        with FileReader(limits["file_memory_mb"], limits["file_minutes"]) as reader:
            for number, source in enumerate(workspace.config.sources, 1):
                for piece, looked_for in _pieces(workspace, number, source, read, reader):
                    reports.append(_land(connection, piece, looked_for, seal, workspace.config))
        if workspace.config.country == "fi":
            conceal_known(connection, seal)
    finally:
        # Also when a source stops the load: what was read so far tells the clerk more.
        write_quarantine(workspace, connection)
    return judged(LandingReport(tuple(reports)), previous_counts, workspace)


def judged(report: LandingReport, previous_counts: Counts[str, int], workspace: Workspace) -> LandingReport:
    """The report, when enough of everything could be read. Errors: GateError, as `load` says."""
    _check_gates(report, previous_counts, workspace)
    return report


def kept_report(connection: duckdb.DuckDBPyConnection, notes: Counts[str, list[str]]) -> LandingReport:
    """The report of the files that stand in `landed.files`. `notes`: by `<table>:<file>`."""
    read = connection.execute(
        "SELECT table_name, file, sha256, encoding, delimiter, records, loaded, quarantined FROM landed.files ORDER BY rowid"
    ).fetchall()
    return LandingReport(
        tuple(replace(FileReport(*row), notes=tuple(notes.get(f"{row[0]}:{row[1]}", ()))) for row in read)
    )


def files_now(workspace: Workspace) -> dict[str, str] | None:
    """File -> digest of everything that the sources would read now. None: that is not to be told from files, or not now."""
    if any(source.url is not None for source in workspace.config.sources):
        return None
    try:
        paths = {path for one in workspace.config.sources for path in matching_files(workspace.root, one.path or "")}
        return {_relative(path, workspace.root): sha256(path) for path in sorted(paths)}
    except (InputError, OSError):
        return None


def quarantine(workspace: Workspace, connection: duckdb.DuckDBPyConnection, rejected: pl.DataFrame) -> None:
    """Set aside rows that were loaded but mean nothing (table_name, file, line, why, record), and say so in the file."""
    if rejected.height:
        masked = [_shortened(record) for record in rejected["record"]]
        write_frame(connection, "landed.quarantine", rejected.with_columns(record=pl.Series(masked, dtype=pl.String)))
        write_quarantine(workspace, connection)
        _forget_others(connection)


def _forget_others(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep nothing of what an authority said of people who are no customers, but that it said so."""
    connection.execute(
        """
        UPDATE landed.evidence SET detail = NULL, national_id = NULL FROM landed.quarantine AS q
        WHERE q.table_name = 'evidence' AND q.file = _file AND q.line = _row AND starts_with(q.why, $nobody)
        """,
        {"nobody": NOBODY},
    )


def set_aside(connection: duckdb.DuckDBPyConnection, limit: int) -> list[tuple[str, str, int]]:
    """(table, why, rows) of what is in quarantine, the most frequent reasons first."""
    query = "SELECT table_name, why, count(*) FROM landed.quarantine GROUP BY ALL ORDER BY 3 DESC, 1, 2 LIMIT $limit"
    return connection.execute(query, {"limit": limit}).fetchall()


def _pieces(
    workspace: Workspace, number: int, source: Source, read: set[tuple[object, ...]], reader: FileReader
) -> Iterator[tuple[Piece, Wanted]]:
    table = TABLES[source.table]
    mapping = load_mapping(source.mapping, table) if source.mapping else Mapping()
    looked_for = wanted(table, mapping)
    if source.url is not None:
        yield open_query(source.url, source.query or "", number, looked_for), looked_for
        return
    for path in matching_files(workspace.root, source.path or ""):
        # Two patterns may name one file: its rows are there once.
        if (reading := (source.table, source.mapping, path)) in read:
            continue
        read.add(reading)
        for piece in reader.open(path, looked_for, _relative(path, workspace.root)):
            yield piece, looked_for


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _land(
    connection: duckdb.DuckDBPyConnection, piece: Piece, looked_for: Wanted, seal: Seal, config: Config
) -> FileReport:
    table, country = looked_for.table, config.country
    limit = float(config.section("landing")["max_quarantined_percent"])
    loaded = quarantined = characters = 0
    waiting: list[pl.DataFrame] = []
    fill_down = FillDown(piece.plan, looked_for)
    for read in piece.batches:
        batch = fill_down(read)
        good, rejected = shape(batch, piece.plan, looked_for, piece.delimiter or ";")
        if country == "fi":
            good, misplaced, nameless = conceal(good, table)
            keep(connection, table, piece.file, misplaced, seal)
            why = f"{' or '.join(table.keys)} holds a national id"
            rejected += [
                Rejected(line, why, as_line(cells, piece.delimiter or ";")) for line, *cells in nameless.rows()
            ]
        waiting.append(good)
        if sum(frame.height for frame in waiting) >= APPENDED_ROWS:
            _append(connection, table, piece.file, waiting, seal)
        _quarantine(connection, table, piece.file, rejected)
        loaded += good.height
        quarantined += len(rejected)
        characters += sum(min(len(item.record), LONGEST_QUARANTINED) for item in rejected)
        if (quarantined > MOST_QUARANTINED or characters > MOST_CHARACTERS) and quarantined * 100 > max(limit, 50) * (
            loaded + quarantined
        ):
            raise _too_many(piece, table, rejected, quarantined, loaded + quarantined, limit)
    _append(connection, table, piece.file, waiting, seal)
    records = piece.count()
    if loaded + quarantined != records:
        raise InputError(
            f"{counted(records, 'record')} counted, but {loaded} loaded and {quarantined} set aside.",
            file=piece.file,
            remedy="The file may have been written to meanwhile: export it again, and run again.",
        )
    report = FileReport(
        table.name,
        piece.file,
        piece.sha256(),
        piece.encoding,
        piece.delimiter,
        records,
        loaded,
        quarantined,
        piece.notes,
    )
    write_frame(
        connection,
        "landed.files",
        pl.DataFrame(
            {
                "table_name": [report.table],
                "file": [report.file],
                "sha256": [report.sha256],
                "encoding": [report.encoding],
                "delimiter": [report.delimiter],
                "records": [records],
                "loaded": [loaded],
                "quarantined": [quarantined],
            },
            schema_overrides={"encoding": pl.String, "delimiter": pl.String},
        ),
    )
    return report


def _too_many(
    piece: Piece, table: Table, last: list[Rejected], quarantined: int, records: int, limit: float
) -> GateError:
    """Most of a file cannot be read, and reading stopped."""
    why, _ = Counter(item.why for item in last).most_common(1)[0]
    return GateError(
        f"{quarantined} of the first {records} rows for {table.name} are unreadable, more than [landing] max_quarantined_percent ="
        f" {limit:g}, the last ones mostly for this: {why}. The rest was not read (var/{QUARANTINE_FILE} has those rows).",
        file=piece.file,
        remedy="Export the file again; text with quotes or line breaks must stand between quotes.",
    )


def _append(
    connection: duckdb.DuckDBPyConnection, table: Table, file: str, waiting: list[pl.DataFrame], seal: Seal
) -> None:
    """Write the frames that wait, sealed where the table says so, and let them go."""
    if not sum(frame.height for frame in waiting):
        return
    good = pl.concat(waiting)
    waiting.clear()
    # Both hold identifiers of our own declaration. The hash is over the canonical values alone, each with its length, so
    # that no two different rows are written alike. A null takes no part: a new column without values changes nothing.
    # Of a sealed value its mask takes part: a hash that no key goes into would tell the few values that it may stand for.
    columns = [column for column in good.columns if column != ROW]
    sealed = [column.name for column in table.columns if column.sealed and column.name in columns]
    seen = {name: f"regexp_replace(_sealed_{name}, '{SEAL}', '', 'g')" for name in sealed}
    values = [(column, seen.get(column, column)) for column in columns]
    hashed = ", ".join(
        f"if({column} IS NULL, '', concat('{column}=', strlen({value}), ':', {value}, ';'))" for column, value in values
    )
    stored = ", ".join(f"_sealed_{name} AS {name}" for name in sealed)
    chosen = f"* EXCLUDE ({', '.join(f'_sealed_{name}' for name in sealed)}) REPLACE ({stored})" if sealed else "*"
    columns_and_hash = f"{chosen}, $file AS _file, sha256(concat({hashed})) AS _hash"
    statement = f"INSERT INTO landed.{table.name} BY NAME SELECT {columns_and_hash} FROM incoming"  # noqa: S608  # names of `domain/register`, no text of the input
    good = good.with_columns(seal.close_column(good[name]).alias(f"_sealed_{name}") for name in sealed)
    with registered(connection, "incoming", good):
        connection.execute(statement, {"file": file})


def _quarantine(connection: duckdb.DuckDBPyConnection, table: Table, file: str, rejected: list[Rejected]) -> None:
    if not rejected:
        return
    frame = pl.DataFrame(
        {
            "table_name": [table.name] * len(rejected),
            "file": [file] * len(rejected),
            "line": [item.line for item in rejected],
            "why": [item.why for item in rejected],
            "record": [_shortened(item.record) for item in rejected],
        },
    )
    write_frame(connection, "landed.quarantine", frame)


def _shortened(record: str) -> str:
    text = strike_out_ids(record.rstrip("\r\n"), mask_national_id)
    return text if len(text) <= LONGEST_QUARANTINED else text[:LONGEST_QUARANTINED] + " …"


def write_quarantine(workspace: Workspace, connection: duckdb.DuckDBPyConnection) -> None:
    """Write the quarantine as a file, whole or not at all; rows stand in the order of reading."""
    path = workspace.var / QUARANTINE_FILE
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = connection.execute(load_sql("quarantine", "regclean.landing"))
    building = path.with_name(f"building-{path.name}")
    with building.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle)
        writer.writerow(QUARANTINE_COLUMNS)
        while chunk := rows.fetchmany(QUARANTINE_CHUNK):
            writer.writerows(chunk)
    building.replace(path)


def _check_gates(report: LandingReport, previous_counts: Counts[str, int], workspace: Workspace) -> None:
    limits = workspace.config.section("landing")
    fall, unreadable = float(limits["max_fall_percent"]), float(limits["max_quarantined_percent"])
    problems, remedies = [], []
    for item in report:
        if item.quarantined >= FEW and item.quarantined * 100 > unreadable * item.records:
            problems.append(
                f"{item.file}: {item.quarantined} of {item.records} rows for {item.table} are unreadable, more than"
                f" [landing] max_quarantined_percent = {unreadable:g} (they are in var/{QUARANTINE_FILE})"
            )
    if problems:
        remedies.append("Correct the export; or, if these rows may stay away, raise the setting.")
    counts = report.counts
    fallen = [
        f"{table}: {counted(before, 'row')} last night, {now} now, a fall of more than [landing] max_fall_percent = {fall:g}"
        for table, before in sorted(previous_counts.items())
        for now in [counts.get(table, 0)]
        if before > 0 and (before - now) * 100 > fall * before
    ]
    if fallen:
        remedies.append("Correct the export; or, if it is right as it is: regclean run --accept fallen_count")
    if problems or fallen:
        raise GateError("; ".join(problems + fallen) + ".", remedy=" ".join(remedies))
