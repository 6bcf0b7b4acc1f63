"""A company's own table of streets with a Finnish and a Swedish name, `[addresses] street_names`."""

from __future__ import annotations

from collections.abc import Iterator

from regclean.config import Workspace
from regclean.errors import InputError
from regclean.landing.sheets import FilledSheet, read_sheet
from regclean.standardise import StreetNames, municipality_name, municipality_of, street_names

COLUMNS = ("fi", "sv")


def company_streets(workspace: Workspace) -> StreetNames:
    """The table that the workspace names, empty without one.

    Errors: InputError when the file is not there or lacks a column, and for a line without both names or of an unknown municipality.
    """
    given = workspace.config.section("addresses")["street_names"]
    if not given:
        return {}
    sheet = read_sheet(workspace.root / given)
    sheet.require(COLUMNS, "The table has the columns fi and sv, and municipality where a pair holds only there.")
    return street_names(_pairs(sheet))


def _pairs(sheet: FilledSheet) -> Iterator[tuple[str, str, str | None]]:
    for number, values in sheet.records:
        fi, sv, place = (values.get(name, "") for name in (*COLUMNS, "municipality"))
        if not fi or not sv:
            raise InputError(
                "a street needs both names.",
                file=sheet.path,
                row=number,
                remedy="Fill in fi and sv, or delete the line.",
            )
        code = place.zfill(3) if place.isdigit() else municipality_of(place) if place else None
        if place and municipality_name(code) is None:
            raise InputError(
                "no such municipality.",
                file=sheet.path,
                row=number,
                column="municipality",
                remedy="Give its code (092) or its name; leave it empty where the pair holds everywhere.",
            )
        yield fi, sv, code
