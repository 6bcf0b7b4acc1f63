"""Where the files live that belong to the product but stand at the top level of the repository."""

from __future__ import annotations

from pathlib import Path

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
