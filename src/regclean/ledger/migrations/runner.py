"""Running the steps on an open connection, from inside the installed package."""

from __future__ import annotations

from importlib import resources

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

from regclean.ledger.migrations import HEAD


def configuration(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(resources.files("regclean.ledger").joinpath("migrations")))
    config.attributes["connection"] = connection
    return config


def knows(revision: str) -> bool:
    """Is this step one of ours?"""
    try:
        return ScriptDirectory.from_config(configuration()).get_revision(revision) is not None
    except CommandError:
        return False


def upgrade(connection: Connection) -> None:
    """Run the missing steps inside the connection's transaction: all of them or none."""
    command.upgrade(configuration(connection), HEAD)
