"""The workspace: `regclean.toml`, mappings and the folders of `var/`."""

from regclean.config import identity
from regclean.config.mapping import Joined, Mapping, load_mapping
from regclean.config.secret import (
    another_key,
    derived_key,
    fingerprint,
    fresh_key,
    key_place,
    present_key,
    workspace_key,
)
from regclean.config.workspace import (
    Config,
    Section,
    Source,
    Workspace,
    default_config,
    init_workspace,
    load_workspace,
    presets,
    rooted_sqlite_url,
)

__all__ = [
    "Config",
    "Joined",
    "Mapping",
    "Section",
    "Source",
    "Workspace",
    "another_key",
    "default_config",
    "derived_key",
    "fingerprint",
    "fresh_key",
    "identity",
    "init_workspace",
    "key_place",
    "load_mapping",
    "load_workspace",
    "present_key",
    "presets",
    "rooted_sqlite_url",
    "workspace_key",
]
