"""The slices of the page, found by being there: each folder beside this one holds the work on one thing.

A slice's pages are its modules `page` and `…_page`, its answers for programs are `api` and `…_api`: each has a `router`,
and a page in `nav` what it adds to the navigation. Its templates stand in its folder `templates`.
"""

from __future__ import annotations

import pkgutil
from importlib import import_module
from pathlib import Path
from types import ModuleType

from regclean import review


def pages() -> list[ModuleType]:
    """The modules that show pages, by name."""
    return _modules("page")


def apis() -> list[ModuleType]:
    """The modules that answer programs, by name."""
    return _modules("api")


def template_folders() -> list[Path]:
    """Where templates are: one folder of each slice that has some."""
    return [folder for slice_ in _slices() if (folder := slice_ / "templates").is_dir()]


def _slices() -> list[Path]:
    return sorted(Path(where) / found.name for where in review.__path__ for found in pkgutil.iter_modules([where]))


def _modules(kind: str) -> list[ModuleType]:
    found = (
        import_module(f"{review.__name__}.{slice_.name}.{module.name}")
        for slice_ in _slices()
        for module in pkgutil.iter_modules([str(slice_)])
        if module.name.split("_")[-1] == kind
    )
    return sorted((module for module in found if hasattr(module, "router")), key=lambda module: module.__name__)
