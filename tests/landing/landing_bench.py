"""Shared by the landing tests: a workspace of given sources, and a night to load it into."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import fastexcel
import polars as pl

from regclean.config import Mapping as ColumnMapping
from regclean.config import load_workspace
from regclean.domain.register import TABLES
from regclean.landing import LandingReport, load
from regclean.landing.columns import find_header, wanted
from regclean.landing.delimited import examine_layout
from regclean.landing.encoding import examine
from regclean.warehouse.database import create_tables

Night = duckdb.DuckDBPyConnection


def literal(value: Any) -> str:
    """A TOML literal."""
    if isinstance(value, str):
        escaped = "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\\x7f' else c for c in value)
        return f'"{escaped}"'
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    return str(value).lower()


def section(name: str, entries: Mapping[str, Any]) -> str:
    return f"[{name}]\n" + "".join(f"{literal(key)} = {literal(value)}\n" for key, value in entries.items())


class Bench:
    """A workspace in a temporary folder, and the night it was last loaded into."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.sources: list[dict[str, str]] = []
        self.limits: dict[str, float] = {}
        self.night: Night = duckdb.connect()
        (root / "in").mkdir(parents=True, exist_ok=True)

    def put(self, name: str, content: bytes | str) -> Path:
        path = self.root / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def source(self, table: str, mapping: str | None = None, **where: str) -> None:
        """Add a source; `mapping` is the text of its mapping file."""
        entry = {"table": table, **where}
        if mapping is not None:
            entry["mapping"] = f"mapping{len(self.sources)}.toml"
            (self.root / entry["mapping"]).write_text(mapping, encoding="utf-8")
        self.sources.append(entry)

    def load(self, previous: Mapping[str, int] | None = None) -> LandingReport:
        text = section("landing", self.limits)
        text += "".join(section("[source]", source) for source in self.sources)
        (self.root / "regclean.toml").write_text(text, encoding="utf-8")
        self.night.close()
        self.night = duckdb.connect()
        create_tables(self.night)
        return load(load_workspace(self.root), self.night, previous or {})

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """The loaded rows in the order of reading."""
        return self.night.execute(f"SELECT {', '.join(columns)} FROM landed.{table} ORDER BY _file, _row").fetchall()


def guess_mapping(path: Path, key: str = "site_no", table: str = "sites") -> str:
    """A mapping that takes a file's first named column for the key and ignores the others."""
    names = [name for name in guess_header(path) if name and name.strip()] or ["none"]
    return section("columns", {key: names[0]}) + section("ignore", {"columns": names[1:]})


def guess_header(path: Path) -> list[str | None]:
    nothing = wanted(TABLES["sites"], ColumnMapping())
    start = path.read_bytes()[:4]
    if path.suffix.lower() in {".xls", ".xlsx", ".xlsm", ".xlsb", ".ods"} and b"\0" in path.read_bytes()[:4096]:
        for name in fastexcel.read_excel(path).sheet_names:
            cells = pl.DataFrame(fastexcel.read_excel(path).load_sheet(name, header_row=None, dtypes="string"))
            if cells.height:
                rows = cells.rows()
                return list(rows[find_header(rows[:100], nothing)])
        return []
    if start == b"PK\x03\x04":
        return []
    with examine(path).lines() as lines:
        return list(examine_layout(lines, nothing, path.name).header.fields)
