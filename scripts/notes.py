"""The notes of a release: what CHANGELOG.md says of the version in `regclean.__version__`, else of what is unreleased."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from regclean import __version__


def notes(changelog: str, version: str) -> str:
    """The section of a version, without its heading. Errors: LookupError."""
    sections = dict(re.findall(r"^## (\S+).*?\n(.*?)(?=^## |\Z)", changelog, flags=re.MULTILINE | re.DOTALL))
    for name in (version, "Unreleased"):
        if sections.get(name, "").strip():
            return str(sections[name].strip()) + "\n"
    raise LookupError(f"CHANGELOG.md says nothing of {version}")


if __name__ == "__main__":
    sys.stdout.write(notes(Path("CHANGELOG.md").read_text(encoding="utf-8"), __version__))
