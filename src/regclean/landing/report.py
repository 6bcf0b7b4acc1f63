"""What a night's loading did, file by file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import polars as pl

# The line of a text file, the row of a sheet, or the number of a record; 1-based, header included.
ROW = "_row"


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that cannot be used. `record` is its text as written: it goes to the quarantine and nowhere else."""

    line: int
    why: str
    record: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of a source, as text: a column for each position in use ("0", "3", …), and `ROW`, where it starts."""

    frame: pl.DataFrame
    rejected: tuple[Rejected, ...] = ()


@dataclass(frozen=True, slots=True)
class FileReport:
    """One file (or sheet, or query) read into one table. `loaded + quarantined == records`, always.

    `records` is counted by another reader than the one that loads. `notes` say what was left out, without values.
    """

    table: str
    file: str
    sha256: str
    encoding: str | None
    delimiter: str | None
    records: int
    loaded: int
    quarantined: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LandingReport:
    """All files of a night, in the order in which they were read."""

    files: tuple[FileReport, ...]

    def __iter__(self) -> Iterator[FileReport]:
        return iter(self.files)

    @property
    def notes(self) -> list[str]:
        """What was left out, with the file it was left out of."""
        return list(
            dict.fromkeys(f"{report.file.partition('#')[0]}: {note}." for report in self for note in report.notes)
        )

    def less(self, rejected: pl.DataFrame) -> LandingReport:
        """The report after rows (table_name, file, …) that were loaded were set aside: the counts still add up."""
        aside = {(table, file): n for table, file, n in rejected.group_by("table_name", "file").len().iter_rows()}
        return LandingReport(
            tuple(
                replace(report, loaded=report.loaded - n, quarantined=report.quarantined + n)
                for report in self
                for n in [aside.get((report.table, report.file), 0)]
            )
        )

    @property
    def counts(self) -> dict[str, int]:
        """Rows loaded by table: what the next night compares itself with."""
        counts: dict[str, int] = {}
        for report in self.files:
            counts[report.table] = counts.get(report.table, 0) + report.loaded
        return dict(sorted(counts.items()))

    @property
    def records(self) -> int:
        return sum(report.records for report in self.files)

    @property
    def loaded(self) -> int:
        return sum(report.loaded for report in self.files)

    @property
    def quarantined(self) -> int:
        return sum(report.quarantined for report in self.files)
