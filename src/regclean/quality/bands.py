"""Bands of pairs, the certificates on them as they stand, and what takes a certificate back.

A certificate is about the pairs that its band held in the night when it was opened, in a random order that was written down
then. What counts are the answers up to the first pair that still waits, so that nobody chooses which pairs count; "unsure" counts
as wrong. It is revoked when another model is in force, when the input comes from elsewhere, or when the band has drifted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb
import polars as pl
from sqlalchemy import Connection, RowMapping, select, update

from regclean.config import Workspace
from regclean.domain.findings import digest
from regclean.domain.register import subject_text
from regclean.errors import NotFoundError
from regclean.ledger import Entry, Ledger, append
from regclean.ledger.sample_tables import certificates, sample_pairs, samples
from regclean.quality.certificates import Checks
from regclean.quality.given import GONE, answers
from regclean.quality.sampling import PAIR, rank
from regclean.warehouse import load_sql, rows

PACKAGE = "regclean.quality"
# So many pairs are put in order when a certificate is opened; one known pair among so many.
LONGEST = 3000
ONE_KNOWN_IN = 7
# A band has drifted when it is so much larger or smaller, or when a level's share of it has moved by so much.
GROWN = 0.2
MOVED = 0.1
# Bands that are offered begin and end at these scores.
STEPS = (0.9, 0.95, 0.99, 0.999, 1.0)
_BAND = re.compile(r"(?P<evidence>.+?)[ :@]+(?P<low>[01]?\.?\d*)\s*(?:-|–|\.\.)\s*(?P<high>[01]?\.?\d*)\Z")


@dataclass(frozen=True, slots=True)
class Band:
    """Pairs of one pattern of evidence with a score in [low, high), with 1 itself where high is 1."""

    evidence: str
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.evidence} {self.low:g}-{self.high:g}"

    @classmethod
    def parse(cls, text: str) -> Band:
        """Of "person place 0.99-1". Errors: NotFoundError for a text that names no band."""
        match = _BAND.match(text.strip())
        try:
            band = cls(match["evidence"].strip(), float(match["low"]), float(match["high"])) if match else None
        except ValueError:
            band = None
        if band is None or not 0 <= band.low < band.high <= 1:
            raise NotFoundError(
                f"'{text}' is no band.",
                remedy='A band is a kind of evidence and a range of scores: "person place 0.99-1".',
            )
        return band

    def pairs(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The pairs of a sampling frame that are in the band."""
        p = pl.col("probability")
        above = pl.lit(value=True) if self.high >= 1 else p < self.high
        return frame.filter((pl.col("evidence") == self.evidence) & (p >= self.low) & above)

    def holds(self, evidence: str | None, probability: float) -> bool:
        """Is a pair of this evidence and score in the band?"""
        return evidence == self.evidence and self.low <= probability and (self.high >= 1 or probability < self.high)

    def profile(self, night: duckdb.DuckDBPyConnection) -> dict[str, int]:
        """Level -> published pairs of the band that reached it; "" is all of them."""
        parameters = {"evidence": self.evidence, "low": self.low, "high": self.high}
        return {str(level): int(n) for level, n in rows(night, load_sql("band_profile", PACKAGE), parameters)}


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate as it stands. `waiting`: checks that are in order and unanswered."""

    certificate_id: int
    sample_id: int
    band: str
    checks: Checks
    waiting: int
    called_apart: int  # of known same pairs, those that were called different
    known_same: int
    opened_at: datetime
    run_id: str
    model_version: str
    revoked_because: str | None


def band_sizes(night: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Band -> published pairs in it, by kind of evidence and `STEPS` of score, the most certain first; empty ones are left out,
    and so are the pairs of `hidden_customers`, which must be there.
    """
    found = rows(night, load_sql("band_sizes", PACKAGE), {"steps": list(STEPS)})
    return {str(Band(evidence, low, high)): int(pairs) for evidence, low, high, pairs in found}


def known_pairs(
    night: duckdb.DuckDBPyConnection, *, ids_are_proof: bool, most: int = LONGEST // ONE_KNOWN_IN
) -> pl.DataFrame:
    """customer_no_l, customer_no_r, known (same | different); `hidden_customers` must be there."""
    parameters = {"ids_are_proof": ids_are_proof, "most": most}
    found: pl.DataFrame = night.sql(load_sql("known_pairs", PACKAGE), params=parameters).pl()
    return found


def in_order(band: pl.DataFrame, known: pl.DataFrame, *, seed: int) -> pl.DataFrame:
    """The band's pairs in random order, known ones among them at random places: number, pair, stratum, inclusion, probability,
    known. A known pair that is in the band counts as one of the band.
    """
    known = known.join(band, on=PAIR, how="anti")
    first = sorted(band.iter_rows(named=True), key=lambda row: rank(seed, row[PAIR[0]], row[PAIR[1]]))[:LONGEST]
    mixed = sorted(known.iter_rows(named=True), key=lambda row: rank(seed, "known", row[PAIR[0]], row[PAIR[1]]))
    # Two different ones to one that is the same: what matters is how often a wrong pair passes.
    apart, alike = ([row for row in mixed if row["known"] == word] for word in ("different", "same"))
    found: list[dict[str, Any]] = []
    slots = ONE_KNOWN_IN - 1
    for start in range(0, len(first), slots):
        chunk = [row | {"known": None} for row in first[start : start + slots]]
        turn = start // slots
        source = (apart if turn % 3 != 2 else alike) or apart or alike
        if source:
            place = int(rank(seed, "place", turn)[:8], 16) % (len(chunk) + 1)
            chunk.insert(place, source.pop(0))
        found += chunk
    return pl.DataFrame(
        [
            (
                number,
                row[PAIR[0]],
                row[PAIR[1]],
                None if row["known"] else 1,
                None if row["known"] else len(first) / band.height,
                row.get("probability"),
                row["known"],
            )
            for number, row in enumerate(found, 1)
        ],
        schema={
            "number": pl.Int64,
            **dict.fromkeys(PAIR, pl.String),
            "stratum": pl.Int64,
            "inclusion": pl.Float64,
            "probability": pl.Float64,
            "known": pl.String,
        },
        orient="row",
    )


def stands(connection: Connection, band: str | None = None, *, settled: bool = False) -> list[Certificate]:
    """Every certificate, or those of one band, newest first; by all answers, or by those that are settled."""
    query = select(certificates, samples.c.sample_id).join(
        samples, samples.c.certificate_id == certificates.c.certificate_id
    )
    if band is not None:
        query = query.where(certificates.c.band == band)
    given = answers(connection, settled=settled)
    found = connection.execute(query.order_by(certificates.c.certificate_id.desc())).mappings()
    return [_as_it_stands(connection, row, given) for row in found]


def _as_it_stands(connection: Connection, row: RowMapping, given: Mapping[tuple[int, int], str]) -> Certificate:
    query = select(sample_pairs.c.number, sample_pairs.c.known).where(sample_pairs.c.sample_id == row["sample_id"])
    ordered = connection.execute(query.order_by(sample_pairs.c.number)).fetchall()
    said: list[tuple[str | None, str]] = []
    for number, known in ordered:
        answer = given.get((row["sample_id"], number))
        if answer is None:
            break
        if answer != GONE:
            said.append((known, answer))
    own = [answer for known, answer in said if known is None]
    apart = [answer for known, answer in said if known == "different"]
    alike = [answer for known, answer in said if known == "same"]
    return Certificate(
        certificate_id=row["certificate_id"],
        sample_id=row["sample_id"],
        band=row["band"],
        checks=Checks(
            population=row["population"],
            looked=len(own),
            wrong=sum(answer != "same" for answer in own),
            known=len(apart),
            missed=sum(answer == "same" for answer in apart),
        ),
        waiting=sum((row["sample_id"], number) not in given for number, _ in ordered),
        called_apart=sum(answer == "different" for answer in alike),
        known_same=len(alike),
        opened_at=row["opened_at"],
        run_id=row["run_id"],
        model_version=row["model_version"],
        revoked_because=row["revoked_because"],
    )


def sources_digest(workspace: Workspace) -> str:
    """Where the input comes from, and how it is read: the sources and their mappings, not the rows."""
    found = []
    for source in workspace.config.sources:
        mapping = source.mapping
        text = hashlib.sha256(mapping.read_bytes()).hexdigest() if mapping and mapping.is_file() else ""
        found.append([source.table, source.path, source.query, text])
    return digest(sorted(found, key=str))


def drifted(then: Mapping[str, int], now: Mapping[str, int]) -> bool:
    """Has a band changed too much for what was checked of it to hold? Both are profiles."""
    before, after = then.get("", 0), now.get("", 0)
    if not before or abs(after - before) > GROWN * before:
        return before != after
    return any(
        abs(now.get(level, 0) / after - then.get(level, 0) / before) > MOVED for level in then.keys() | now.keys()
    )


def revoke(
    ledger: Ledger, night: duckdb.DuckDBPyConnection, *, model_version: str | None, sources: str, now: datetime
) -> dict[str, str]:
    """Take back the certificates that a night has overtaken; returns band -> why."""
    found: dict[str, str] = {}
    with ledger.write() as connection:
        open_ones = connection.execute(select(certificates).where(certificates.c.revoked_at.is_(None))).mappings().all()
        for row in open_ones:
            because = None
            if row["model_version"] != (model_version or ""):
                because = "new_model"
            elif row["sources"] != sources:
                because = "new_input"
            elif drifted(row["profile"], Band.parse(row["band"]).profile(night)):
                because = "drift"
            if because:
                take_back(connection, row["certificate_id"], row["band"], because, actor="night", now=now)
                found[row["band"]] = because
    return found


def take_back(
    connection: Connection, certificate_id: int, band: str, because: str, *, actor: str, now: datetime
) -> None:
    """Revoke one certificate, inside a write transaction, and note it."""
    connection.execute(
        update(certificates)
        .where(certificates.c.certificate_id == certificate_id)
        .values(revoked_at=now, revoked_because=because)
    )
    detail = {"band": band, "because": because}
    append(
        connection,
        Entry(now, actor, "certificate_revoke", subject_text("certificates", certificate_id), detail=detail),
    )
