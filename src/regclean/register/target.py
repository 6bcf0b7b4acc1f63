"""Which register a workspace has."""

from __future__ import annotations

from regclean.config import Workspace, rooted_sqlite_url, workspace_key
from regclean.errors import ConfigError
from regclean.register.sql import SqlTarget
from regclean.sealing import Seal


def open_target(workspace: Workspace) -> SqlTarget | None:
    """The register's database, or None where it is updated by files. Errors: ConfigError."""
    settings = workspace.config.section("register")
    if settings["target"] == "files":
        return None
    if not settings["url"]:
        raise ConfigError(
            '[register] target = "sql" needs a url.', file=workspace.root / "regclean.toml", column="register.url"
        )
    opened = Seal(workspace_key(workspace.var)).opened
    return SqlTarget(rooted_sqlite_url(str(settings["url"]), workspace.root), opened)
