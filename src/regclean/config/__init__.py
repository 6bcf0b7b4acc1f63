"""The workspace: `regclean.toml`, mappings and the folders of `var/`."""

from regclean.config.mapping import Mapping, load_mapping
from regclean.config.workspace import (
    Config,
    Section,
    Source,
    Workspace,
    default_config,
    init_workspace,
    load_workspace,
    presets,
)

__all__ = [
    "Config",
    "Mapping",
    "Section",
    "Source",
    "Workspace",
    "default_config",
    "init_workspace",
    "load_mapping",
    "load_workspace",
    "presets",
]
