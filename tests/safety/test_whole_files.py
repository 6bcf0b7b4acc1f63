"""A file of the program's own is there whole or as it was before: whatever stops the writing, and however many write."""

from __future__ import annotations

import json
import resource
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from regclean.config import workspace_key
from regclean.config.identity import Identity, remember
from regclean.ledger import Anchor
from regclean.linkage import parameters, registry
from regclean.register import write_files
from regclean.resources import write_page

MODEL = Path(__file__).parents[1] / "linkage" / "models" / "person-fi-v0001.json"


@contextmanager
def full_disk() -> Iterator[None]:
    """No file may grow beyond ten bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def a_model(folder: Path, version: int) -> None:
    found = json.loads(MODEL.read_text(encoding="utf-8")) | {"version": version}
    parameters.save(folder, parameters.Parameters.from_json(found))


WRITERS: dict[str, Callable[[Path, int], Any]] = {
    "identity": lambda folder, n: remember(folder, Identity("a" * 32, str(n))),
    "key": lambda folder, _: workspace_key(folder),
    "anchor": lambda folder, n: Anchor(folder / "audit.anchor", b"k" * 32).hold(n, "e" * 64),
    "models in use": lambda folder, n: registry.move(folder, {"person": n}, {"person": n + 1}),
    "model": a_model,
    "page": lambda folder, n: write_page(folder / "page.html", f"<p>{n}" + "x" * 50),
    "batch": lambda folder, n: write_files(folder, [], [], {"batch": n}),
}


def held(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", WRITERS)
def test_a_full_disk_leaves_what_was_there(name: str, tmp_path: Path) -> None:
    write = WRITERS[name]
    with full_disk(), pytest.raises(OSError, match="File too large"):
        write(tmp_path, 1)
    assert held(tmp_path) == {}, "a file that nobody asked for any more, or half of one"
    write(tmp_path, 2)
    before = held(tmp_path)
    assert before
    if name != "key":  # it is made once
        with full_disk(), pytest.raises(OSError, match="File too large"):
            write(tmp_path, 3)
        assert held(tmp_path) == before
    assert all(not path.stat().st_mode & 0o077 for path in tmp_path.rglob("*") if path.is_file())


def test_a_torn_line_of_the_copy_is_no_alarm(tmp_path: Path) -> None:
    anchor = Anchor(tmp_path / "audit.anchor", b"k" * 32, tmp_path / "copy")
    anchor.hold(1, "e" * 64)
    with (tmp_path / "copy").open("a") as copy:
        copy.write('{"seq": 2, "ha')
    assert anchor.spoilt() is None
    anchor.hold(2, "f" * 64)
    assert anchor.spoilt() is None
    assert Anchor(tmp_path / "copy", b"k" * 32).held() == (2, "f" * 64)
    with (tmp_path / "copy").open("a") as copy:
        copy.write('{"seq": 3, "hash": "x", "mac": "y"}\n')
    assert anchor.spoilt() == tmp_path / "copy"


def test_many_who_start_at_once_have_one_key(tmp_path: Path) -> None:
    for turn in range(20):
        folder, together = tmp_path / str(turn), Barrier(8)

        def key(folder: Path = folder, together: Barrier = together) -> bytes:
            together.wait()
            return workspace_key(folder)

        with ThreadPoolExecutor(8) as pool:
            assert len({one.result() for one in [pool.submit(key) for _ in range(8)]}) == 1


def test_of_two_ends_that_are_held_at_once_the_later_one_stays(tmp_path: Path) -> None:
    together = Barrier(8)

    def hold(number: int) -> None:
        together.wait()
        Anchor(tmp_path / "audit.anchor", b"k" * 32, tmp_path / "copy").hold(number, "e" * 64)

    for turn in range(10):
        with ThreadPoolExecutor(8) as pool:
            list(pool.map(hold, range(8 * turn, 8 * turn + 8)))
        for path in ("audit.anchor", "copy"):
            assert Anchor(tmp_path / path, b"k" * 32).held() == (8 * turn + 7, "e" * 64)
