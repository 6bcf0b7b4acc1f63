"""Files that belong to the product: folders of the repository's top level, and the texts beside the code."""

from __future__ import annotations

import importlib.util
import os
import sys
import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
from threading import get_ident
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jinja2 import Template

# name -> place in the source tree; inside the wheel all of them are in regclean/_bundled/.
_SOURCES = {
    "expectations": "expectations",
    "flows": "flows",
    "fixtures/register": "data/fixtures/register",
}


def bundled(name: str) -> Path:
    """The folder `name` ("expectations", "flows" or "fixtures/register"), from the wheel or from the source tree.

    Errors: KeyError for another name, FileNotFoundError when the installation is incomplete.
    """
    source = _SOURCES[name]
    package = Path(__file__).parent
    places = (package / "_bundled" / name, package.parents[1] / source)
    for place in places:
        if place.is_dir():
            return place
    raise FileNotFoundError(f"regclean is not completely installed: {name} is missing")


@cache
def flow_module(name: str) -> Any:
    """The module `flows/<name>.py`, loaded once; Prefect is imported with it."""
    qualified = f"regclean_flows_{name}"
    spec = importlib.util.spec_from_file_location(qualified, bundled("flows") / f"{name}.py")
    if spec is None or spec.loader is None:
        raise FileNotFoundError(name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[qualified] = module
    spec.loader.exec_module(module)
    return module


@cache
def load_texts(package: str, name: str) -> dict[str, Any]:
    """The tables of `<name>.toml` of a package: what a night writes in words, each text as {fi, sv, en}."""
    return tomllib.loads(resources.files(package).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def report_template(name: str, *packages: str) -> Template:
    """A template of a page that a night writes, from the first of these packages that has it; it may extend the others'."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package) for package in packages]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(name)


def write_page(path: Path, html: str) -> None:
    """Put a page in its place as a whole: whoever reads meanwhile sees the one before."""
    write_whole(path, html, durable=False)


def write_whole(path: Path, content: str | bytes, *, durable: bool = True, exclusive: bool = False) -> None:
    """Put a file in its place as a whole, its owner's alone: whatever stops it, what was there before is there.

    `durable`: it outlasts a loss of power, too. `exclusive`: it must not be there yet. Errors: OSError, FileExistsError.
    """
    fresh = path.with_name(f".{path.name}.{os.getpid()}-{get_ident()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content.encode() if isinstance(content, str) else content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if exclusive:
            os.link(fresh, path)
        else:
            fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    if durable:
        keep_names(path.parent)


def keep_names(folder: Path) -> None:
    """What a folder's files are called now outlasts a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
