"""Under which licences is what requirements.lock installs? Prints each package with its own; fails for one that is not known to go with ours.

Usage: python scripts/licences.py [LOCK]
"""

from __future__ import annotations

import re
import sys
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
# As written in a package's metadata: licences that let the product be used, changed and passed on under its own.
FREE = re.compile(
    r"\b(MIT|BSD|Apache|Apache-2\.0|ISC|PSF|Python Software Foundation|PSF-2\.0|MPL|Mozilla|Unlicense|CC0|0BSD|HPND|Zlib|"
    r"Public Domain|Unicode|LGPL|Lesser|Artistic|ZPL|BSL)",
    re.I,
)
# What says nothing in its metadata, or says it in a text: looked up by hand.
BY_HAND: dict[str, str] = {}


def locked(lock: Path) -> list[str]:
    """The names of the packages of a lock."""
    return re.findall(r"^([a-z0-9][\w.\-]*)(?:\[[^\]]*\])?==", lock.read_text(encoding="utf-8"), flags=re.M)


def licence_of(name: str) -> str | None:
    """What a package says of its licence; None of one that is not installed here (for another system, say)."""
    if name in BY_HAND:
        return BY_HAND[name]
    try:
        told = metadata(name)
    except PackageNotFoundError:
        return None
    classified = [
        line.rpartition("::")[2].strip() for line in told.get_all("Classifier") or () if line.startswith("License")
    ]
    stated = told.get("License-Expression") or (told.get("License") or "").strip().partition("\n")[0]
    return "; ".join(part for part in (stated, *classified) if part) or "unknown"


def not_free(lock: Path) -> list[tuple[str, str]]:
    """Packages whose licence is not known to go with ours."""
    found = [(name, licence_of(name)) for name in locked(lock)]
    return [(name, licence) for name, licence in found if licence is not None and not FREE.search(licence)]


if __name__ == "__main__":
    chosen = Path(sys.argv[1]) if sys.argv[1:] else ROOT / "requirements.lock"
    for package in locked(chosen):
        print(f"{package}: {licence_of(package) or 'not installed here'}")  # noqa: T201  # that is what it is for
    if wrong := not_free(chosen):
        sys.exit("\n".join(f"not known to be free: {name} ({licence})" for name, licence in wrong))
