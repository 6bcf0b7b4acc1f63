"""Files that belong to the product: folders of the repository's top level, and the texts beside the code."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from pathlib import Path
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
    partial = path.with_name(path.name + ".part")
    partial.write_text(html, encoding="utf-8")
    partial.replace(path)
