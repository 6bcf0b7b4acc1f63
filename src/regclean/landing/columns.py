"""Which column of a file is which canonical column.

Invariant: after `resolve`, every named column of a file is mapped, canonical or ignored; nothing is dropped silently.
Names are compared without regard to case, surrounding blanks, and blank against underscore.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from itertools import zip_longest

from regclean.config import Mapping
from regclean.domain.register import Table
from regclean.errors import InputError
from regclean.landing.synonyms import SYNONYMS
from regclean.standardise import fold as name_fold
from regclean.standardise import municipality_of, name_counts

_BLANKS = re.compile(r"[\s_\ufeff]+")
# A word with more bearers than this is a name before it is anything else.
_BEARERS = 100
_FORMS = frozenset(("oy", "oyj", "ab", "abp", "ky", "ry", "rf", "tmi", "kp"))
Row = Sequence[str | None]


def fold(name: str) -> str:
    """The form in which column names are compared."""
    return _BLANKS.sub(" ", unicodedata.normalize("NFC", name)).strip().casefold()


@dataclass(frozen=True, slots=True)
class Wanted:
    """The columns that one source looks for: what header search and resolution both start from.

    `required` holds, for each mapped or key column, the names of which one must be there.
    """

    table: Table
    mapping: Mapping
    names: dict[str, tuple[str, ...]]
    ignored: frozenset[str]
    known: frozenset[str]
    required: dict[str, frozenset[str]]
    keys: tuple[frozenset[str], ...]

    def score(self, row: Row) -> tuple[int, int]:
        """How much `row` looks like the header: required columns found, names known. (0, 0) is not at all."""
        cells = {fold(cell) for cell in row if cell}
        return sum(1 for names in self.required.values() if names & cells), len(self.known & cells)

    def recognises(self, row: Row) -> bool:
        """Whether the row as a whole is a header: one word of it that is also a column's name says nothing."""
        cells = [fold(cell) for cell in row if cell and cell.strip()]
        names = self.known | SYNONYMS.keys()
        found = sum(1 for cell in cells if cell in names)
        if found and (found == len(cells) or (found > 1 and found * 2 >= len(cells))):
            return True
        required = bool(self.required) and all(names & set(cells) for names in self.required.values())
        return required and not any(map(_is_value, cells))

    def has_keys(self, row: Row) -> bool:
        cells = {fold(cell) for cell in row if cell}
        return self.recognises(row) and all(names & cells for names in self.keys)


def wanted(table: Table, mapping: Mapping) -> Wanted:
    names = {column.name: mapping.columns.get(column.name, (column.name,)) for column in table.columns}
    parts = {f"{{{part}}}": (part,) for template in mapping.joined.values() for part in template.parts}
    # A key that a constant or other columns fill need not be in the file.
    filled = mapping.constants.keys() | mapping.joined.keys()
    needed = [name for name in table.keys if name not in filled or name in mapping.columns]
    required = {name: frozenset(map(fold, names[name])) for name in (*mapping.columns, *needed)}
    for name in needed:
        required[name] |= {fold(one) for other in table.by_name[name].unless for one in names[other]}
    names |= parts
    required |= {name: frozenset(map(fold, parts[name])) for name in parts}
    ignored = frozenset(map(fold, mapping.ignore))
    known = frozenset(fold(name) for alternatives in names.values() for name in alternatives) | ignored
    return Wanted(table, mapping, names, ignored, known, required, tuple(required[name] for name in needed))


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """How to read one file: positions by canonical column, in order of preference.

    `width`: a row has so many fields, or fewer where the last ones are empty. `unnamed`: positions without a heading, which
    must stay empty. `keys`: positions of the key columns, by what their values look like (`key_shape`).
    """

    header: tuple[str, ...]
    positions: dict[str, tuple[int, ...]]
    unnamed: tuple[int, ...]
    width: int
    keys: dict[int, frozenset[str]] = field(default_factory=dict)

    def ends_early(self, fields: Sequence[str]) -> bool:
        """Whether a short row is a row whose last fields are empty, not the half of a broken one.

        Excel stops writing empty fields at the end of a row where sixteen rows have none. The first half of a row that
        a line end broke has a key, too: who reads the next half tells.
        """
        return bool(self.keys) and all(at < len(fields) and key_shape(fields[at]) in self.keys[at] for at in self.keys)

    @property
    def keys_are_words(self) -> bool:
        """Whether most keys are several words: then a line of words below the table cannot be told from a row."""
        shapes = [shape for seen in self.keys.values() for shape in seen]
        return sum("A " in shape for shape in shapes) * 2 > len(shapes)

    @property
    def used(self) -> tuple[int, ...]:
        return tuple(sorted({*self.unnamed, *(at for places in self.positions.values() for at in places)}))


def find_header(rows: Sequence[Row], looked_for: Wanted) -> int:
    """The index of the recognised row that is most like the wanted header; without any, the first as full as most."""
    recognised = [at for at, row in enumerate(rows) if looked_for.recognises(row)]
    if recognised:
        return max(recognised, key=lambda at: (looked_for.score(rows[at]), -at))
    filled = [sum(1 for cell in row if cell and cell.strip()) for row in rows]
    usual, _ = max(Counter(filled).items(), key=lambda item: (item[0] > 1, item[1], -item[0]))
    return next(at for at, cells in enumerate(filled) if cells >= usual)


def resolve(rows: Sequence[Row], at: int, looked_for: Wanted, file: str) -> ColumnPlan:
    """Assign every column of the header `rows[at]`. `rows` is the file's beginning, to tell a header from data.

    Errors: InputError naming each column that is neither mapped nor ignored, or that is missing, with the line to add.
    """
    header = rows[at]
    if not looked_for.recognises(header) and not _looks_like_header(rows, at):
        raise InputError(
            f"no header was found: no row at the beginning has a column that stands for {_title(looked_for)}.",
            file=file,
            remedy="Export the table with its column names in the first row.",
        )
    labels = _labels(header)
    where = {fold(label): position for position, label in labels.items()}
    positions: dict[str, tuple[int, ...]] = {}
    for column, names in looked_for.names.items():
        found = tuple(where[fold(name)] for name in names if fold(name) in where)
        if found:
            positions[column] = found
    # A column that was renamed since the mapping was written is both missing and unknown: what is missing says more.
    if looked_for.mapping.columns:
        _stop_on_missing(labels, positions, looked_for, file)
    _stop_on_unknown(labels, positions, looked_for, file)
    _stop_on_missing(labels, positions, looked_for, file)
    taken = {at for places in positions.values() for at in places}
    named = [at for at in labels if _named(header, at) or at in taken or fold(labels[at]) in looked_for.ignored]
    unnamed = tuple(at for at in labels if at not in named)
    width = max(named, default=-1) + 1
    return ColumnPlan(
        tuple(labels.values()), positions, unnamed, width, _key_shapes(rows[at + 1 :], width, positions, looked_for)
    )


def _key_shapes(
    rows: Sequence[Row], width: int, positions: dict[str, tuple[int, ...]], looked_for: Wanted
) -> dict[int, frozenset[str]]:
    # A line of which nothing but the key is filled may be a total or a footer.
    filled = [row for row in rows if sum(1 for cell in row if cell and cell.strip()) > 1] or rows
    whole = [row for row in filled if len(row) >= width] or filled
    places = [positions[name][0] for name in looked_for.table.keys if name in positions]
    return {at: frozenset(key_shape(row[at]) for row in whole if at < len(row)) - {""} for at in places}


def key_shape(text: str | None) -> str:
    """What a key looks like: "K-00017" -> "A-9"."""
    return re.sub(r"\d+", "9", re.sub(r"[^\W\d_]+", "A", (text or "").strip()))


def _named(header: Row, at: int) -> bool:
    return bool(fold(header[at] or ""))


def _labels(header: Row) -> dict[int, str]:
    """A distinct name for every position: "Nimi", "Nimi (2)"; without a heading "column 3"."""
    labels: dict[int, str] = {}
    seen: dict[str, int] = {}
    for at, cell in enumerate(header):
        label = " ".join((cell or "").replace("\ufeff", "").split()) or f"column {at + 1}"
        seen[fold(label)] = nth = seen.get(fold(label), 0) + 1
        labels[at] = label if nth == 1 else f"{label} ({nth})"
    return labels


def _looks_like_header(rows: Sequence[Row], at: int) -> bool:
    """Whether the cells of a row that was not recognised may be shown in a message: a row of data must never be.

    They are names of columns if none of them is a value or a person's name, and what stands below is different.
    """
    cells = [cell.strip() for cell in rows[at] if cell and cell.strip()]
    if not cells or len(set(cells)) < len(cells) or any(_is_value(cell) or _is_of_a_row(cell) for cell in cells):
        return False
    below = rows[at + 1 :]
    return not below or any(map(_mostly_values, zip_longest(*below)))


def _mostly_values(column: Row) -> bool:
    cells = [cell for cell in column if cell]
    return sum(1 for cell in cells if re.search(r"[\d@]", cell)) * 10 >= len(cells) * 8 > 0


def _is_value(cell: str) -> bool:
    """Whether a cell can only be data: "ADDR1" and "osuus 2" are names of columns, a number or an address is not."""
    return "@" in cell or (
        re.fullmatch(r"[^\W\d_]+[ _-]?\d{1,2}", cell.strip()) is None and any(map(str.isdigit, cell))
    )


def _is_of_a_row(cell: str) -> bool:
    """Whether a cell names, or may name, a person, an organisation or a town."""
    counts = name_counts()
    words = name_fold(cell).split()
    names = [max(counts.first.get(word, 0), counts.last.get(word, 0)) > _BEARERS for word in words]
    told = any(
        word in _FORMS or (name and word not in _column_words()) for word, name in zip(words, names, strict=True)
    )
    return told or (bool(words) and all(names)) or municipality_of(cell) is not None


@cache
def _column_words() -> frozenset[str]:
    """Words of columns' names, some of which are names of people, too."""
    return frozenset(word for name in SYNONYMS for word in name_fold(name).split()) | {"lisa", "sarja"}


def _stop_on_unknown(
    labels: dict[int, str], positions: dict[str, tuple[int, ...]], looked_for: Wanted, file: str
) -> None:
    taken = {at for places in positions.values() for at in places}
    unknown = [
        label
        for at, label in labels.items()
        if at not in taken
        and not label.startswith("column ")
        and fold(label) not in looked_for.ignored
        and fold(re.sub(r" \(\d+\)\Z", "", label)) not in looked_for.ignored
    ]
    if not unknown:
        return
    free = [name for name in looked_for.table.by_name if name not in positions]
    advice = [_advice(label, suggest(label, free)) for label in unknown]
    verb = "column is" if len(unknown) == 1 else "columns are"
    raise InputError(
        f"{len(unknown)} {verb} neither mapped nor ignored: {', '.join(repr(label) for label in unknown)}.",
        file=file,
        column=unknown[0],
        remedy="In the source's mapping, write " + "; ".join(advice) + ".",
    )


def _advice(label: str, column: str | None) -> str:
    quoted = _quoted(label)
    ignore = f"[ignore] columns = [{quoted}]"
    return f"[columns] {column} = {quoted} (or {ignore})" if column else ignore


def _quoted(label: str) -> str:
    return '"' + label.replace("\\", "\\\\").replace('"', '\\"') + '"'


def suggest(label: str, columns: Sequence[str]) -> str | None:
    """The canonical column nearest to a file's column name, by its own name or by what registers call it."""
    names = {fold(column): column for column in columns}
    names |= {fold(name): column for name, column in SYNONYMS.items() if column in columns}
    near = get_close_matches(fold(label), names, n=1, cutoff=0.6)
    return names[near[0]] if near else None


def _stop_on_missing(
    labels: dict[int, str], positions: dict[str, tuple[int, ...]], looked_for: Wanted, file: str
) -> None:
    by_name = looked_for.table.by_name
    missing = [
        column
        for column in looked_for.required
        if column not in positions and not (column in by_name and positions.keys() & set(by_name[column].unless))
    ]
    if not missing:
        return
    taken = {at for places in positions.values() for at in places}
    free = [label for at, label in labels.items() if at not in taken and not label.startswith("column ")]
    said, hints = [], []
    for column in missing:
        role = "the key column" if column in looked_for.table.keys else "the column"
        said.append(f"{role} {column} (here {' or '.join(repr(name) for name in looked_for.names[column])}) is missing")
        if near := _nearest(column, looked_for, free):
            hints.append(f"Did you mean {_quoted(near)}? Then write [columns] {column} = {_quoted(near)}.")
    found = ", ".join(label for label in labels.values() if not label.startswith("column "))
    hints.append(f"The file has: {found or 'no named column'}.")
    raise InputError("; ".join(said) + ".", file=file, column=missing[0], remedy=" ".join(hints))


def _nearest(column: str, looked_for: Wanted, free: Sequence[str]) -> str | None:
    """The file's column that is named most like what is missing, or as registers call it."""
    names = {fold(label): label for label in free}
    for name in looked_for.names[column]:
        if near := get_close_matches(fold(name), names, n=1):
            return names[near[0]]
    return next((label for label in free if suggest(label, [column])), None)


def _title(looked_for: Wanted) -> str:
    return ", ".join(looked_for.table.keys) + f" of {looked_for.table.name}"
