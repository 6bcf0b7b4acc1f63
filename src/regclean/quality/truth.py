"""Truth files: what is really the same, as a company or a test register wrote it down.

Three shapes are read, told apart by their columns (case and blanks do not matter):

- clusters: `customer_no` and one column that names the entity (`cluster_id`, `entity_id`, `cluster`, …);
- pairs: `customer_no_l`, `customer_no_r`, optionally a label (`match`, `label`, `same`, …), a `relation`, `shares`;
- member links: `bin_group_no`, `member_no`, `customer_no` (empty: the member is in no customer row), optionally
  `also_accepted`: further right answers (another account of the same customer), separated by `;`.

A pair file with explicit non-matches and no relations is a sample of labels: only its pairs can be judged. Any other
pair file lists everything that is the same, so that what it does not list is different.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import polars as pl

from regclean.errors import InputError, UsageError
from regclean.landing import read_sheet

Subject = Literal["pairs", "clusters", "member-links"]
SUBJECTS: tuple[Subject, ...] = get_args(Subject)

ENTITY_COLUMNS = ("cluster_id", "entity_id", "cluster", "entity", "group", "group_id", "person_id", "true_id", "truth")
LABEL_COLUMNS = ("label", "match", "is_match", "same", "is_same", "truth")
_YES = {"1", "1.0", "true", "t", "yes", "y", "same", "match"}
_NO = {"0", "0.0", "false", "f", "no", "n", "different", "non-match", "nonmatch"}
_PAIR = ("customer_no_l", "customer_no_r")
_MEMBER = ("bin_group_no", "member_no", "customer_no")


@dataclass(frozen=True, slots=True)
class Truth:
    """A truth file, read.

    `shape` says which frame is there. clusters: `customer_no, entity`. pairs: `customer_no_l, customer_no_r` (l < r),
    `same` (Boolean), `relation`, `shares` (text or null). member-links: `bin_group_no, member_no, customer_no`,
    `accepted` (list of customer numbers, empty where there is none).
    `complete`: what is not listed as the same is different. `customers`: those that the file knows; None: all.
    """

    path: Path
    shape: Subject
    frame: pl.DataFrame
    complete: bool = True

    @property
    def has_relation(self) -> bool:
        return self.shape == "pairs" and self.frame["relation"].null_count() < self.frame.height

    @property
    def has_shares(self) -> bool:
        return self.shape == "pairs" and self.frame["shares"].null_count() < self.frame.height


def read_truth(path: Path, *, shape: Subject | None = None) -> Truth:
    """Read a truth file; the shape comes from its columns, `shape` only decides when they fit several.

    Errors: InputError that names the file, the column or row, and what would do.
    """
    frame = _read_table(path)
    found = _shape(path, frame.columns, shape)
    if found == "member-links":
        return Truth(path, found, _member_links(path, frame))
    if found == "pairs":
        return _pairs(path, frame)
    return Truth(path, found, _clusters(path, frame))


def _read_table(path: Path) -> pl.DataFrame:
    if not path.is_file():
        raise InputError("there is no such truth file.", file=path, remedy="Give a csv, tsv or parquet file.")
    try:
        frame = pl.read_parquet(path) if path.suffix.lower() == ".parquet" else _read_text(path)
    except (pl.exceptions.PolarsError, UnicodeDecodeError, OSError) as error:
        raise InputError(
            "the truth file cannot be read.", file=path, remedy="Save it as csv, tsv or as parquet."
        ) from error
    names = [column.strip().lower().replace(" ", "_") for column in frame.columns]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise InputError("the column stands twice.", file=path, column=twice[0], remedy="Keep one of them.")
    frame.columns = names
    text = pl.all().cast(pl.String).str.strip_chars()
    return frame.select(text).select(pl.when(pl.all() == "").then(None).otherwise(pl.all()).name.keep())


def _read_text(path: Path) -> pl.DataFrame:
    sheet = read_sheet(path)
    width, lines = len(sheet.names), []
    for number, cells in sheet.lines:
        if cells is None or len(cells) > width:
            raise InputError("the line does not fit the header.", file=path, row=number, remedy="Quote its texts.")
        lines.append([*cells, *[None] * (width - len(cells))])
    return pl.DataFrame(lines, schema=dict.fromkeys(sheet.names, pl.String), orient="row")


def _shape(path: Path, columns: list[str], wanted: Subject | None) -> Subject:
    fits: list[Subject] = []
    if set(_MEMBER[:2]) <= set(columns):
        fits.append("member-links")
    if set(_PAIR) <= set(columns):
        fits.append("pairs")
    if "customer_no" in columns and "member-links" not in fits:
        fits.append("clusters")
    if wanted in fits:
        return wanted
    if not fits:
        raise InputError(
            f"no truth can be read from the columns {', '.join(columns) or '(none)'}.",
            file=path,
            remedy="Clusters need customer_no and an entity column; pairs need customer_no_l and customer_no_r; "
            "member links need bin_group_no, member_no and customer_no.",
        )
    return fits[0]


def _require(path: Path, frame: pl.DataFrame, columns: tuple[str, ...]) -> None:
    for column in columns:
        if column not in frame.columns:
            raise InputError("the column is missing.", file=path, column=column, remedy="Add it to the truth file.")
    for column in columns:
        empty = frame.select(pl.col(column).is_null().arg_true()).to_series()
        if empty.len():
            raise InputError("the value is empty.", file=path, row=int(empty[0]) + 2, column=column, remedy="Fill it.")


def _refuse_doubles(path: Path, frame: pl.DataFrame, keys: list[str]) -> None:
    doubled = frame.select(pl.struct(keys).is_duplicated().arg_true()).to_series()
    if doubled.len():
        raise InputError(
            "the key stands twice with different values.",
            file=path,
            row=int(doubled[-1]) + 2,
            column=", ".join(keys),
            remedy="Keep the true one.",
        )


def _clusters(path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    others = [column for column in frame.columns if column != "customer_no"]
    named = [column for column in ENTITY_COLUMNS if column in others]
    entity = named[0] if named else others[0] if len(others) == 1 else None
    if entity is None:
        raise InputError(
            "it is not clear which column names the true entity.",
            file=path,
            remedy="Call it cluster_id, or leave just two columns.",
        )
    _require(path, frame, ("customer_no", entity))
    chosen = frame.select("customer_no", pl.col(entity).alias("entity")).unique(maintain_order=True)
    _refuse_doubles(path, chosen, ["customer_no"])
    return chosen.sort("customer_no")


def _member_links(path: Path, frame: pl.DataFrame) -> pl.DataFrame:
    _require(path, frame, _MEMBER[:2])
    if "customer_no" not in frame.columns:
        raise InputError(
            "the column is missing.", file=path, column="customer_no", remedy="Leave it empty where there is none."
        )
    also = pl.col("also_accepted") if "also_accepted" in frame.columns else pl.lit(None, pl.String)
    further = also.fill_null("").str.replace_all(r"[\s|,]+", ";").str.split(";")
    accepted = pl.concat_list(further, pl.col("customer_no")).list.drop_nulls().list.unique().list.sort()
    accepted = accepted.list.eval(pl.element().filter(pl.element() != ""))
    chosen = frame.select(*_MEMBER, accepted.alias("accepted")).unique(maintain_order=True)
    _refuse_doubles(path, chosen, ["bin_group_no", "member_no"])
    return chosen.sort("bin_group_no", "member_no")


def _pairs(path: Path, frame: pl.DataFrame) -> Truth:
    _require(path, frame, _PAIR)
    label = next((column for column in LABEL_COLUMNS if column in frame.columns), None)
    relation = pl.col("relation").str.to_lowercase() if "relation" in frame.columns else pl.lit(None, pl.String)
    if label is not None:
        same = _labels(path, frame, label)
    elif "relation" in frame.columns:
        same = frame["relation"].str.to_lowercase().eq_missing("same")
    else:
        same = (
            pl.Series([True]).extend_constant(True, frame.height - 1)
            if frame.height
            else pl.Series([], dtype=pl.Boolean)
        )
    left, right = pl.col("customer_no_l"), pl.col("customer_no_r")
    pairs = (
        frame.with_columns(same.alias("_same"))
        .filter(left != right)
        .select(
            pl.min_horizontal(left, right).alias("customer_no_l"),
            pl.max_horizontal(left, right).alias("customer_no_r"),
            pl.col("_same").alias("same"),
            relation.alias("relation"),
            (pl.col("shares") if "shares" in frame.columns else pl.lit(None, pl.String)).alias("shares"),
        )
        .unique(subset=["customer_no_l", "customer_no_r", "same"], keep="first", maintain_order=True)
    )
    _refuse_doubles(path, pairs, list(_PAIR))
    complete = "relation" in frame.columns or bool(pairs["same"].all())
    return Truth(path, "pairs", pairs.sort(_PAIR), complete)


def _labels(path: Path, frame: pl.DataFrame, column: str) -> pl.Series:
    lower = frame[column].str.to_lowercase()
    unknown = lower.is_in(sorted(_YES | _NO)).fill_null(value=False).not_().arg_true()
    if unknown.len():
        raise InputError(
            "the label cannot be read.", file=path, row=int(unknown[0]) + 2, column=column, remedy="Write 1 or 0."
        )
    return lower.is_in(sorted(_YES))


def pairs_of(truth: Truth) -> pl.DataFrame:
    """Every true pair, `customer_no_l, customer_no_r`, of a clusters or pairs truth."""
    if truth.shape == "pairs":
        return truth.frame.filter("same").select(_PAIR)
    other = truth.frame.rename({"customer_no": "customer_no_r"})
    return (
        truth.frame.rename({"customer_no": "customer_no_l"})
        .join(other, on="entity")
        .filter(pl.col("customer_no_l") < pl.col("customer_no_r"))
        .select(_PAIR)
        .sort(_PAIR)
    )


def entities_of(truth: Truth) -> pl.DataFrame:
    """`customer_no, entity` of a clusters truth, or the connected components of a complete pairs truth."""
    if truth.shape == "clusters":
        return truth.frame
    if truth.shape != "pairs" or not truth.complete:
        raise UsageError(
            f"{truth.path}: clusters cannot be judged by {'member links' if truth.shape != 'pairs' else 'labelled pairs'}.",
            remedy="Give a truth file with customer_no and cluster_id, or ask for the subject that the file is about.",
        )
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        while parent.setdefault(key, key) != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for left, right in pairs_of(truth).iter_rows():
        first, second = sorted((root(left), root(right)))
        parent[second] = first
    members = sorted(parent)
    return pl.DataFrame(
        {"customer_no": members, "entity": [root(key) for key in members]},
        schema={"customer_no": pl.String, "entity": pl.String},
    )
