"""The data dictionary: one Markdown page made from the register's shape, so that it cannot disagree with it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

from regclean.domain.register import TABLES, Column, Table
from regclean.standardise import identifiers

COMMAND = "python -m regclean.standardise.dictionary docs/data-dictionary.md"
_INTRODUCTION = f"""# Data dictionary

Made from `src/regclean/domain/register/tables.toml` and `src/regclean/standardise/identifiers`; do not edit. Write it anew with
`{COMMAND}`.

A typed table has every column of the input, cleaned and typed; NULL means missing or a placeholder. Beside them stand the
columns that standardising derives; those that begin with `m_` are match columns, in lower case and folded to ASCII. Each
night's database holds these tables, and in `landed` the input as text.

Marks: **\\*** part of the row's key; **!** a row is not loaded without it; **personal** tells something of a person;
**sealed** leaves `landed` only as a keyed hash and a mask; **compared** by linkage, so that a decision on a pair is asked
again when it changes; **kept with** what a merged customer keeps together; **choosable** by a steward; **never written** by
a batch.
"""

_IDENTIFIERS = """Where a column may hold several kinds, the first that can read a text reads it.
"""


def dictionary() -> str:
    """The page, in Markdown."""
    return "\n".join([_INTRODUCTION, *map(_section, TABLES.values()), _identifiers()]).rstrip() + "\n"


def _section(table: Table) -> str:
    kept = " Rows may stand several times under one key." if table.repeatable else ""
    head = f"## {table.name}\n\n{table.meaning}. Key: `{'`, `'.join(table.key_columns)}`.{kept}\n"
    parts = [head, *_lines("column", table.columns)]
    if table.derived:
        parts += ["", *_lines("derived", table.derived)]
    return "\n".join(parts) + "\n"


def _lines(title: str, columns: Iterable[Column]) -> list[str]:
    rows = [f"| `{one.name}`{_signs(one)} | {_type(one)} | {_meaning(one)} | {_marks(one)} |" for one in columns]
    return [f"| {title} | type | meaning | marks |", "|---|---|---|---|", *rows]


def _signs(column: Column) -> str:
    needed = column.key if column.needed is None else column.needed
    return (r"\*" if column.key else "") + ("!" if needed else "")


def _type(column: Column) -> str:
    if column.codes:
        return "code: " + ", ".join(column.codes)
    kind = "list of text" if column.type == "list" else column.type
    return f"{kind} ({column.unit or column.refers})" if column.unit or column.refers else kind


def _meaning(column: Column) -> str:
    text = column.meaning.replace("|", "\\|")
    return f"{text}; from {', '.join(column.of)}" if column.of else text


def _marks(column: Column) -> str:
    marks = [name for name in ("personal", "sealed", "compared", "choosable") if getattr(column, name)]
    if column.survives_with:
        marks.append(f"kept with {column.survives_with}")
    if not column.exported:
        marks.append("never written")
    return ", ".join(marks)


def _identifiers() -> str:
    rows = [
        f"| {kind.name} | {', '.join(f'`{name}`' for name in kind.columns)} | {', '.join(kind.countries) or 'any'} | "
        f"{' '.join((kind.__doc__ or '').split())} |"
        for kind in identifiers.KINDS
    ]
    head = "| kind | stands in | country | what it is |"
    return "\n".join(["## Identifiers\n", _IDENTIFIERS, head, "|---|---|---|---|", *rows])


def main() -> None:
    Path(sys.argv[1]).write_text(dictionary(), encoding="utf-8")


if __name__ == "__main__":
    main()
