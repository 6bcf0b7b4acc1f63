"""From a file's columns to the canonical ones: first non-empty, values, constants, keys."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from regclean.config import Joined
from regclean.landing.columns import ColumnPlan, Wanted, fold
from regclean.landing.delimited import as_line
from regclean.landing.report import ROW, Batch, Rejected
from regclean.standardise import PLACEHOLDERS

_WHY = "_why"
_ERROR_CELL = r"^(?:#(?:[A-ZÅÄÖ_]+[/!?]?[A-Z0]*[!?]?|[A-Z]+/[A-Z]+)|Err:\d{3})$"
_TRUTH = r"(?i)^(?:true|false|tosi|epätosi|sant|falskt)$"
_SHORTENED = r"^\d(?:[.,]\d+)?E\+?\d{1,2}$"
# "Yhteensä 4", "Kaikki yhteensä", "Grand total: 4".
_TOTAL = (
    r"(?i)^(?:\pL+\s){0,2}(?:yhteensä|yht\.|yht|summa|total|totals|totalt|summa summarum|sammanlagt|inalles|loppusumma|välisumma|"
    r"rivejä|antal rader|[Σ∑])(?:[\s:.(=]|$)"
)
# "uusi asiakas", "ei numeroa", "no number yet": words that say that there is no key yet.
_NO_KEY = (
    r"(?i)^(?:(?:uusi|uudet|puuttuu|tulossa|avoin|temp|tmp|dummy|tunt\.?|saknas|okänd|unknown)|"
    r"(?:uusi|uudet|ny|nytt|new|ei|ingen|inget|no|not)(?:[\s.:-]+(?:asiakas|asiakasta|asiakasnumeroa|numeroa|nroa?|as\.?\s?nroa?|tunnusta|"
    r"kund|kundnummer|nummer|number|customer|id|vielä|ole|on|tiedossa|annettu|saatu|yet|known|given|än|tilldelat))+)\.?$"
)
# "(numero)": what a column holds, in a second row of headings.
_IN_BRACKETS = r"^\([^()\d]*\)$"
# What is a key whatever else stands on its row, as nearly every key is: nothing that is said of keys below is said of one.
_SURE = r"^\pL{0,3}-?\d+(?:[-./]\d+)*$"
# What a key may look like that stands alone on its row.
_CODE = r"^\pL{0,3}[-_./ ]?\d+(?:[-_./]?\pL{0,3}[-_./]?\d+)*\pL?$"


class FillDown:
    """Fills empty cells with what stands above them, batch after batch, in the columns that the mapping names for it."""

    def __init__(self, plan: ColumnPlan, looked_for: Wanted) -> None:
        wanted = {fold(name) for name in looked_for.mapping.fill_down}
        named = {at for at, label in enumerate(plan.header) if fold(label) in wanted}
        named |= {at for name, places in plan.positions.items() if fold(name) in wanted for at in places}
        self._columns = [str(at) for at in sorted(named.intersection(plan.used))]
        self._last: dict[str, str | None] = dict.fromkeys(self._columns)

    def __call__(self, batch: Batch) -> Batch:
        if not self._columns or not batch.frame.height:
            return batch
        above = [
            pl.when(_filled(pl.col(at)))
            .then(pl.col(at))
            .forward_fill()
            .fill_null(pl.lit(self._last[at], pl.String))
            .alias(at)
            for at in self._columns
        ]
        frame = batch.frame.with_columns(above)
        self._last = dict(zip(self._columns, frame.select(self._columns).row(-1), strict=True))
        return Batch(frame, batch.rejected)


def shape(batch: Batch, plan: ColumnPlan, looked_for: Wanted, delimiter: str) -> tuple[pl.DataFrame, list[Rejected]]:
    """The batch's good rows as `ROW` and canonical columns, as written; and every row that is not good, by line.

    An empty text is null. A row without a key, or with a value under no heading, is rejected; so are a total, a line below
    the table, and the header when it comes again, as in exports that were put together or broken into pages.
    """
    stray = [
        pl.when(_filled(pl.col(str(at)))).then(pl.lit(f"a value in column {at + 1}, which has no heading"))
        for at in plan.unnamed
    ]
    why = batch.frame.select(
        ROW, pl.coalesce(*_header_again(batch.frame, plan), *stray, pl.lit(None, pl.String)).alias(_WHY)
    )
    columns = {column: _column(column, plan, looked_for) for column in looked_for.table.by_name}
    present = {column: value for column, value in columns.items() if value is not None}
    # Each is worked out once; what is asked of them below is asked of the outcome.
    canonical = _as_texts(batch.frame).with_columns(**present).select(ROW, why[_WHY], *present)
    empty = [
        pl.when(_empty(key, present, looked_for)).then(pl.lit(f"{key} is empty")) for key in looked_for.table.keys
    ] + [reason for key in looked_for.table.keys if key in present for reason in _no_key(canonical, key, plan)]
    shaped = canonical.with_columns(pl.coalesce(*empty, _WHY).alias(_WHY))
    good = shaped.filter(pl.col(_WHY).is_null()).drop(_WHY)
    bad = batch.frame.with_columns(shaped[_WHY]).filter(pl.col(_WHY).is_not_null())
    rejected = list(batch.rejected)
    for line, *cells, why in bad.rows():
        rejected.append(Rejected(line, why, as_line(cells, delimiter)))
    return good, sorted(rejected, key=lambda item: item.line)


def _empty(key: str, present: Iterable[str], looked_for: Wanted) -> pl.Expr:
    """Where a key has no value, and nothing else stands in its place."""
    names = [name for name in (key, *looked_for.table.by_name[key].unless) if name in present]
    return pl.all_horizontal(pl.lit(value=True), *(pl.col(name).is_null() for name in names))


def _no_key(canonical: pl.DataFrame, key: str, plan: ColumnPlan) -> list[pl.Expr]:
    """Why what stands in a key column is no key: an error of a spreadsheet, a placeholder, a total or a footer.

    Each text is judged once, and the many that are sure are not judged at all.
    """
    text = pl.col(key).str.strip_chars()
    doubtful = canonical.select(text.unique()).filter(~pl.col(key).str.contains(_SURE))
    seen = frozenset().union(*plan.keys.values())
    unlike = ~(text.str.contains(_CODE) | text.str.replace_all(r"\pL+", "A").str.replace_all(r"\d+", "9").is_in(seen))
    bare = text.str.strip_chars("<>()[]*").str.to_lowercase()
    why = pl.coalesce(
        pl.when(text.str.contains(_SHORTENED)).then(pl.lit(f"{key} was shortened by a spreadsheet")),
        pl.when(text.str.contains(_ERROR_CELL)).then(pl.lit(f"{key} is an error of the spreadsheet")),
        pl.when(text.str.contains(_TRUTH)).then(pl.lit(f"{key} is a truth value of a spreadsheet, no key")),
        pl.when(
            ~text.str.contains(r"[\pL\d]")
            | bare.is_in(sorted(PLACEHOLDERS - {"0"}))
            | text.str.contains(_NO_KEY)
            | text.str.contains(_IN_BRACKETS)
        ).then(pl.lit(f"{key} is a placeholder")),
        pl.when(text.str.contains(_TOTAL)).then(pl.lit("a total, not a row")),
    )
    words = text.str.contains(r"\pL.*\s") | (text.str.contains(r"\pL") & unlike)
    judged = doubtful.with_columns(why.alias(_WHY), words.alias("words"))
    no_keys = judged.filter(pl.col(_WHY).is_not_null())
    others = [pl.col(name).is_null() for name in canonical.columns if name not in (key, ROW, _WHY)]
    reasons = []
    if no_keys.height:
        reasons.append(text.replace_strict(no_keys[key], no_keys[_WHY], default=None, return_dtype=pl.String))
    if judged["words"].any() and others and not plan.keys_are_words:
        said_alone = pl.all_horizontal(others) & text.is_in(judged.filter("words")[key].to_list())
        reasons.append(pl.when(said_alone).then(pl.lit("a line below the table, not a row")))
    return reasons


def _header_again(frame: pl.DataFrame, plan: ColumnPlan) -> list[pl.Expr]:
    places = [positions[0] for positions in plan.positions.values()]
    same = [pl.col(str(at)).str.replace_all("\ufeff", "").str.strip_chars() == plan.header[at] for at in places]
    # Most files have no row whose first value is the first name.
    if not same or not frame.select(same[0].any()).item():
        return []
    return [pl.when(pl.all_horizontal(same)).then(pl.lit("the header again"))]


def _as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """What a spreadsheet shows of a cell that says that it is text: `="0012"`, `'0012` and `’0012` are 0012."""
    signs = (('="', r'^\s*="([^"]*)"\s*$'), ("'", r"^\s*'([+=\d][^']*)$"), ("’", r"^\s*’([+=\d][^’]*)$"))
    for sign, pattern in signs:
        # Looking for the sign is quick, and few columns of few files have one.
        marked = frame.select(pl.col(pl.String).str.contains(sign, literal=True).any())
        names = [name for name in marked.columns if marked[name][0]]
        frame = frame.with_columns(pl.col(names).str.replace(pattern, "$1"))
    return frame


def _filled(text: pl.Expr) -> pl.Expr:
    return text.str.strip_chars().fill_null("") != ""


def _column(column: str, plan: ColumnPlan, looked_for: Wanted) -> pl.Expr | None:
    """The expression of one canonical column; None when neither the file nor a constant has it."""
    texts = [pl.col(str(at)) for at in plan.positions.get(column, ())]
    parts: list[pl.Expr] = [pl.when(_filled(text)).then(text) for text in texts]
    if template := looked_for.mapping.joined.get(column):
        parts.insert(0, _joined(template, plan))
    value: pl.Expr | None = pl.coalesce(*parts) if parts else None
    changes = looked_for.mapping.values.get(column)
    if value is not None and changes:
        folded = {key.strip().lower(): new for key, new in changes.items()}
        value = value.str.strip_chars().str.to_lowercase().replace_strict(folded, default=value, return_dtype=pl.String)
        value = pl.when(value.str.strip_chars() != "").then(value)
    constant = looked_for.mapping.constants.get(column)
    if constant:
        value = pl.coalesce(value, pl.lit(constant)) if value is not None else pl.lit(constant)
    return value


def _joined(template: Joined, plan: ColumnPlan) -> pl.Expr:
    """The text of several columns; null where all of them are empty."""
    cell = {name: pl.col(str(plan.positions[f"{{{name}}}"][0])).str.strip_chars() for name in template.parts}
    filled = {name: _filled(pl.col(str(plan.positions[f"{{{name}}}"][0]))) for name in template.parts}
    texts = []
    for literals, names, optional in template.groups:
        pieces: list[pl.Expr] = [pl.lit(literals[0])]
        for name, literal in zip(names, literals[1:], strict=True):
            pieces += [cell[name].fill_null(""), pl.lit(literal)]
        text = pl.concat_str(pieces)
        texts.append(
            pl.when(pl.all_horizontal(filled[name] for name in names)).then(text).otherwise(pl.lit(""))
            if optional and names
            else text
        )
    whole = pl.concat_str(texts).str.replace_all(r"\s+", " ").str.strip_chars(" ,;")
    return pl.when(pl.any_horizontal(filled.values())).then(whole)
