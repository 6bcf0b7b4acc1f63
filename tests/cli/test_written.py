"""What a command writes for somebody is remembered, and looked into as it lies."""

from __future__ import annotations

import importlib
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from regclean.handed_out import LIST, forget, handed_out, note, text_in

NOW = datetime(2026, 11, 2, tzinfo=UTC)


def test_of_a_folder_only_what_was_written_into_it_is_remembered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = importlib.import_module("regclean.cli.app")
    monkeypatch.setattr(line._Chosen, "folder", tmp_path)
    (tmp_path / "var").mkdir()
    letters = tmp_path / "letters"
    letters.mkdir()
    (letters / "own.txt").write_text("somebody's own", encoding="utf-8")
    with line.noting(letters):
        (letters / "letters.csv").write_text("77001", encoding="utf-8")
    assert [Path(one.path).name for one in handed_out(tmp_path / "var")] == ["letters.csv"]


def test_a_file_stands_once_on_the_list_and_can_be_taken_off(tmp_path: Path) -> None:
    file = tmp_path / "findings.csv"
    for text in ("one", "another"):
        file.write_text(text, encoding="utf-8")
        note(tmp_path, [file], "findings", NOW)
    (known,) = handed_out(tmp_path)
    assert known.is_as_written
    file.write_text("mended", encoding="utf-8")
    assert not known.is_as_written
    with (tmp_path / LIST).open("a", encoding="utf-8") as torn:
        torn.write('{"path": "/half')
    assert handed_out(tmp_path) == [known]
    forget(tmp_path, {known.path})
    assert handed_out(tmp_path) == []


def test_what_is_damaged_or_drawn_cannot_be_looked_into(tmp_path: Path) -> None:
    packed = tmp_path / "packed.xlsx"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("sheet.xml", "Planttinen " * 99)
    assert b"Planttinen" in (text_in(packed) or b"")
    whole = packed.read_bytes()
    for harm in (whole[:-30], whole[:45] + b"\xff" * 9 + whole[54:]):
        packed.write_bytes(harm)
        assert text_in(packed) is None
    (tmp_path / "letter.pdf").write_bytes(b"%PDF-1.4")
    assert text_in(tmp_path / "letter.pdf") is None
