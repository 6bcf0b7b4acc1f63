"""A small register in a database, with one night, and who asks its contact persons."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # what the tests share stands beside them

from asking import Office, new_office
from mail_server import MailServer, listen


@pytest.fixture
def office(_asked_once: Path, tmp_path: Path) -> Office:
    return new_office(_asked_once, tmp_path)


@pytest.fixture
def server() -> Iterator[MailServer]:
    yield from listen()


@pytest.fixture(scope="session")
def _asked_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from asking import make_register

    return make_register(tmp_path_factory.mktemp("asking"))
