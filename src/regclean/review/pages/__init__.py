"""The pages: every module here has a `router`, and in `nav` what it adds to the navigation. Found by being here."""

from __future__ import annotations

import pkgutil
from importlib import import_module
from types import ModuleType


def modules() -> list[ModuleType]:
    """The modules of this folder, by name."""
    return [
        import_module(f"{__name__}.{found.name}")
        for found in sorted(pkgutil.iter_modules(__path__), key=lambda f: f.name)
    ]
