"""What a person does for the honest numbers: draw a blind sample, and say what its pairs are.

Blind: neither the sheet nor any answer tells the score of a pair, its stratum, or what somebody else said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import Connection, Row, func, insert, select

from regclean import findings, linkage, quality
from regclean.acts.context import Context, act
from regclean.acts.visibility import hidden_from
from regclean.domain.findings import digest
from regclean.domain.register import subject_text
from regclean.errors import UsageError
from regclean.home import warehouse_of
from regclean.ledger import runs
from regclean.ledger.audit import Entry, append
from regclean.ledger.sample_tables import labels, sample_pairs, samples
from regclean.warehouse import load_sql, registered

LARGEST = 10_000


@dataclass(frozen=True, slots=True)
class LabelReport:
    """How many answers were taken; the others by line and reason. `waiting`: drawn pairs of these samples without an answer."""

    taken: int
    refused: tuple[tuple[int, str], ...]
    waiting: int


@act("findings:decide")
def draw_sample(context: Context, size: int) -> pl.DataFrame:
    """Draw a blind sample of pairs from the night in force, and return the sheet to fill in: a row for each pair, both records side by side, without
    a score, and `verdict` empty.

    Nobody under non-disclosure is in it. Errors: UsageError for a size that is none, or where there is no pair to draw.
    """
    if not 1 <= size <= LARGEST:
        raise UsageError(f"a sample holds between 1 and {LARGEST:,} pairs, not {size:,}.")
    with night_in_force(context) as (night, run):
        frame = sampling_frame(context, night)
        with context.ledger.write() as connection:
            sample_id = next_sample(connection)
            second = _second(connection, frame, size)
            sample = quality.draw(frame.join(second, on=quality.PAIR, how="anti"), size - second.height, seed=sample_id)
            if sample.frame.is_empty():
                raise UsageError("the night in force compared no two customers: there is nothing to draw.")
            drawn = _mixed(sample.frame, second, seed=sample_id)
            shown = sheet(night, sample_id, drawn)
            strata = [stratum.to_json() for stratum in sample.strata]
            keep_sample(context, connection, sample_id, run, drawn, scheme=sample.scheme, strata=strata)
        return shown


@act("findings:decide")
def label_pairs(context: Context, lines: Iterable[quality.LabelLine]) -> LabelReport:
    """Take what this account says of drawn pairs; a line that cannot be taken is refused with its number, the others are taken."""
    taken: list[tuple[int, int, str]] = []
    refused: list[tuple[int, str]] = []
    with context.ledger.write() as connection:
        drawn = _drawn(connection)
        hidden = hidden_from(connection, context.user)
        for line in lines:
            pair = (line.customer_no_l, line.customer_no_r)
            found = drawn.get(pair, {})
            sample = line.sample if line.sample is not None else max(found, default=None)
            if line.answer is None:
                refused.append((line.number, "the verdict is none of: same, different, unsure"))
            elif line.user is not None and line.user != context.user.name:
                refused.append((line.number, f"the user must be {context.user.name}, who is signed in"))
            elif sample not in found or hidden & set(pair):
                refused.append((line.number, "this pair is in no such sample"))
            else:
                assert sample is not None
                taken.append((sample, found[sample], line.answer))
        keep_labels(context, connection, taken)
        answered = quality.answers(connection)
        touched = {sample for sample, _, _ in taken}
        waiting = sum(
            (sample, number) not in answered
            for found in drawn.values()
            for sample, number in found.items()
            if sample in touched
        )
    return LabelReport(len(taken), tuple(refused), waiting)


@contextmanager
def night_in_force(context: Context) -> Iterator[tuple[duckdb.DuckDBPyConnection, runs.Run]]:
    """The night in force, read-only. Errors: InputError when there is none."""
    run = runs.last_published(context.ledger)
    with warehouse_of(context.workspace).read(run.run_id if run else None) as night:
        assert run is not None
        yield night, run


def sampling_frame(context: Context, night: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """Every pair that may be drawn: what the night compares and a little beyond, without anybody under non-disclosure."""
    config = context.workspace.config
    frame = linkage.sampling_frame(
        night,
        country=config.country,
        settings=config.section("linkage"),
        models=context.workspace.var / "models",
        decided=findings.standing(night, findings.decided_edges(context.ledger)),
    )
    with findings.hidden_customers(night, findings.ever_hidden(context.ledger)) as hidden:
        names = sorted(hidden)
    return frame.filter(~pl.col("customer_no_l").is_in(names) & ~pl.col("customer_no_r").is_in(names))


def present(context: Context, night: duckdb.DuckDBPyConnection, rows: Sequence[Row[Any]]) -> pl.DataFrame:
    """Of drawn pairs (number, customer_no_l, customer_no_r, …) those whose customers are both in the night and under no
    non-disclosure.
    """
    schema = {"sample_id": pl.Int64, "number": pl.Int64, **dict.fromkeys(quality.PAIR, pl.String)}
    with findings.hidden_customers(night, findings.ever_hidden(context.ledger)) as hidden:
        shown = [(0, *row[:3]) for row in rows if not hidden & {row[1], row[2]}]
    with registered(night, "drawn", pl.DataFrame(shown, schema=schema, orient="row")):
        found: pl.DataFrame = night.sql(load_sql("sample_status", "regclean.quality")).pl()
    return found.filter("present").select("number", *quality.PAIR)


def sheet(night: duckdb.DuckDBPyConnection, sample_id: int, drawn: pl.DataFrame) -> pl.DataFrame:
    """The drawn pairs as people see them: both records, and an empty verdict."""
    with registered(night, "drawn", drawn.select(pl.lit(sample_id).alias("sample"), "number", *quality.PAIR)):
        shown: pl.DataFrame = night.sql(load_sql("blind_sheet", "regclean.quality")).pl()
    return shown


def keep_sample(
    context: Context,
    connection: Connection,
    sample_id: int,
    run: runs.Run,
    drawn: pl.DataFrame,
    *,
    scheme: str,
    strata: list[dict[str, object]],
    certificate_id: int | None = None,
) -> None:
    """Write a sample into the ledger and the audit log: what was drawn, and with which chance."""
    connection.execute(
        insert(samples).values(
            sample_id=sample_id,
            certificate_id=certificate_id,
            run_id=run.run_id,
            model_version=run.model_version or "",
            scheme=scheme,
            strata=strata,
            drawn_at=context.now,
            drawn_by=context.user.name,
        )
    )
    columns = [column.name for column in sample_pairs.c if column.name in drawn.columns]
    rows = drawn.select(columns).with_columns(pl.lit(sample_id).alias("sample_id"))
    connection.execute(insert(sample_pairs), rows.to_dicts())
    detail = {"pairs": drawn.height, "run": run.run_id, "digest": digest(rows.rows())}
    append(
        connection,
        Entry(context.now, context.user.name, "sample_draw", subject_text("samples", sample_id), detail=detail),
    )


def _second(connection: Connection, frame: pl.DataFrame, size: int) -> pl.DataFrame:
    """Pairs of the frame whose decisions wait for a second person, a tenth of a sample at most: the pair, known."""
    schema = {**dict.fromkeys(quality.PAIR, pl.String), "known": pl.String}
    found = pl.DataFrame(quality.waiting_for_second(connection, size // 10), schema=schema, orient="row")
    return found.join(frame, on=quality.PAIR, how="semi")


def _mixed(drawn: pl.DataFrame, second: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """The drawn pairs with those for a second person at random places among them, numbered anew."""
    if second.is_empty():
        return drawn
    both = pl.concat([drawn.drop("number"), second], how="diagonal_relaxed")
    order = pl.struct(quality.PAIR).map_elements(
        lambda row: quality.rank(-2 - seed, *row.values()), return_dtype=pl.String
    )
    return both.sort(order).with_row_index("number", offset=1).with_columns(pl.col("number").cast(pl.Int64))


def next_sample(connection: Connection) -> int:
    """The number of the next sample, inside a write transaction."""
    return int(connection.execute(select(func.coalesce(func.max(samples.c.sample_id), 0))).scalar_one()) + 1


def _drawn(connection: Connection) -> dict[tuple[str, str], dict[int, int]]:
    """Pair -> {sample: its number there}."""
    found: dict[tuple[str, str], dict[int, int]] = {}
    for row in connection.execute(select(sample_pairs)):
        found.setdefault((row.customer_no_l, row.customer_no_r), {})[row.sample_id] = row.number
    return found


def keep_labels(context: Context, connection: Connection, taken: list[tuple[int, int, str]]) -> None:
    """Write answers (sample, number, word) into the ledger and the audit log."""
    if not taken:
        return
    user = context.user.name
    rows = [
        {"sample_id": sample, "number": number, "answer": answer, "user": user, "at": context.now}
        for sample, number, answer in taken
    ]
    connection.execute(insert(labels), rows)
    for sample_id in sorted({sample for sample, _, _ in taken}):
        said = [[number, answer] for sample, number, answer in taken if sample == sample_id]
        detail = {"labels": len(said), "digest": digest(said)}
        append(connection, Entry(context.now, user, "label", subject_text("samples", sample_id), detail=detail))
