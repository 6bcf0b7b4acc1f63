"""The documentation builds with every link strict and asks no other host; what can be run in it runs."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from regclean.cli.app import run as regclean

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
# A fence of three backquotes, its language, where it is put, and what stands in it.
BLOCK = re.compile(r'^```(\w+)(?: title="([^"]+)")?\n(.*?)^```$', re.MULTILINE | re.DOTALL)


def test_the_site_builds_with_every_link_strict_and_asks_no_other_host(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs", reason="the extra docs is not installed")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "-d", tmp_path / "site"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    for page in (tmp_path / "site").rglob("*.html"):
        asked = re.findall(
            r'<(?:link|script|img|iframe)\b[^>]*\b(?:href|src)="(https?://[^"]+)"', page.read_text("utf-8")
        )
        assert [one for one in asked if "canonical" not in one] == [], page


def pages_that_run() -> list[Path]:
    pages = [DOCS / "tutorial.md", *sorted((DOCS / "how-to").glob("*.md"))]
    return [page for page in pages if "```sh\n" in page.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", pages_that_run(), ids=lambda page: page.stem)
def test_what_a_page_tells_to_run_runs(
    page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """In their order: files are written where their titles say, `sh` is run. A page beyond the tutorial finds a register `savo`."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("REGCLEAN_PASSWORD", "a password of tests")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    text = page.read_text(encoding="utf-8")
    if page.stem != "tutorial" and "-w savo" in text:
        request.getfixturevalue("published_register").rename(tmp_path / "savo")
    for language, title, content in BLOCK.findall(text):
        if title:
            file = Path(title.removeprefix(">> "))
            file.parent.mkdir(parents=True, exist_ok=True)
            with file.open("a" if title.startswith(">> ") else "w", encoding="utf-8") as written:
                written.write(("\n" if title.startswith(">> ") else "") + content)
        elif language == "sh":
            for line in content.splitlines():
                assert run(line) == 0, line


def run(line: str) -> int | str | None:
    """One line of a block; what regclean does is done in this process, which has its guests imported already."""
    words = shlex.split(line)
    return (
        regclean(words[1:]) if words[0] == "regclean" else subprocess.run(["bash", "-c", line], check=False).returncode
    )
