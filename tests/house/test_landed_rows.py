"""One way to the landed row behind a typed one: through its origin, under the typed key."""

from __future__ import annotations

import re
from pathlib import Path

from regclean.domain.register import TABLES

SOURCE = Path(__file__).parents[2] / "src" / "regclean"
# Who may read the landed tables themselves, and why.
ROOMS = {
    "landing/": "writes them",
    "warehouse/database.py": "creates them, hands them to standardise, makes the views for everybody else",
    "warehouse/sql/landed.sql": "creates what is beside them",
    "checks/sql/landed/": "the gate before standardising",
    "checks/sql/macros.sql": "counts what landed against what was kept",
    "checks/sql/standardised/lost_rows.sql": "counts what landed against what was kept",
    "checks/sql/standardised/unusable_rows.sql": "counts what landed against what was kept",
    "checks/sql/protected_keys.sql": "is asked by the gate before standardising too",
    "carry_over.py": "copies them from night to night",
    "night_reading.py": "counts what was set aside before standardising",
    "rekeying/night.py": "writes what is sealed there under another key",
    "cli/demo_register.py": "makes a register of a landing, without a night",
}
_READS = re.compile(r"\blanded\.(?:\{|" + "|".join([*TABLES, "files", "quarantine"]) + r")")


def test_nobody_else_reads_landed_rows() -> None:
    found = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*")
        if path.suffix in {".py", ".sql"} and any(_READS.search(line) for line in _statements(path))
    }
    others = {name for name in found if not any(name.startswith(room) for room in ROOMS)}
    assert not others, "read raw.<table> under the typed key instead"
    assert all(any(name.startswith(room) for name in found) for room in ROOMS), "a reason without a reader"


def _statements(path: Path) -> list[str]:
    """The lines of a file without its comments."""
    mark = "--" if path.suffix == ".sql" else "#"
    return [line for line in path.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith(mark)]
