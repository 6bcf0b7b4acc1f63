"""Tests that share a server, a browser or a linked register run on one worker, or they find each other's leftovers."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_is_a_part_of_the_name_by_which_workers_are_chosen(request: pytest.FixtureRequest) -> None:
    grouped = bool(request.config.getoption("loadgroup", False))  # where one worker runs all, nothing is shared out
    assert request.node.nodeid.endswith("@together") == grouped
