"""What is read before anybody asks for it is what they would have been given, and no more of the night is read twice."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import duckdb
import pytest
from fastapi import FastAPI

from regclean.errors import InputError
from regclean.review.case.results import result
from regclean.review.web.nights import OpenNight
from regclean.review.web.services import Services
from regclean.survivorship import Choices


@pytest.fixture
def service(app: FastAPI) -> Services:
    found: Services = app.state.services
    return found


def wait_for_background(service: Services) -> None:
    service.background.submit(lambda: None).result()


def rows_of(service: Services, page: str) -> list[tuple[str, list[str]]]:
    """The findings of the queue's rows on a page, with their subjects."""
    listed = page.partition('class="rows"')[2]
    ids = list(dict.fromkeys(re.findall(r'href="/case/(F\w+)', listed)))
    with service.ledger.read() as connection:
        subjects = connection.exec_driver_sql("SELECT finding_id, subjects FROM findings").fetchall()
    about = {finding_id: json.loads(text) for finding_id, text in subjects}
    return [(one, about[one]) for one in ids]


def test_cases_after_an_opened_one_are_read(service: Services, signed_in: Any) -> None:
    steward = signed_in("steward")
    page = steward.get("/queue?pool=same").text
    wait_for_background(service)
    rows = rows_of(service, page)
    assert len(rows) > 1
    assert all(service.night.knows(subjects) for _, subjects in rows[:5])


def test_a_case_read_ahead_shows_what_it_shows_read_alone(service: Services, signed_in: Any) -> None:
    steward = signed_in("steward")
    rows = rows_of(service, steward.get("/queue?pool=same").text)
    wait_for_background(service)
    customers = tuple(sorted({subject.split(":")[1] for subject in rows[1][1]}))
    alone = replace(service, night=OpenNight(service.workspace, service.ledger))
    try:
        assert service.night.look(rows[1][1]) == alone.night.look(rows[1][1])
        merged = result(alone, customers, Choices())
        assert merged is not None
        assert result(service, customers, Choices()) == merged
    finally:
        alone.night.close()


def test_what_was_found_is_not_asked_again(service: Services) -> None:
    asked: list[list[Any]] = []

    def find(_run: Any, connection: duckdb.DuckDBPyConnection, keys: list[Any]) -> dict[Any, int]:
        asked.append(keys)
        return {key: connection.execute("SELECT 1").fetchall()[0][0] for key in keys}

    assert service.night.found([("a",), ("b",)], find) == {("a",): 1, ("b",): 1}
    assert service.night.found([("b",), ("c",)], find) == {("b",): 1, ("c",): 1}
    assert asked == [[("a",), ("b",)], [("c",)]]


def test_two_readers_have_connections_of_their_own_and_the_next_gets_one_of_them(service: Services) -> None:
    with service.night.read() as (_, one), service.night.read() as (_, other):
        assert one is not other
    with service.night.read() as (_, again):
        assert again is one or again is other


def test_a_connection_that_failed_is_not_used_again(service: Services) -> None:
    with pytest.raises(duckdb.Error), service.night.read() as (_, failed):
        failed.execute("SELECT error('no')").fetchall()
    with service.night.read() as (_, connection):
        assert connection is not failed


def test_a_night_that_went_away_is_told_although_it_was_read(service: Services) -> None:
    keys = [("a",)]
    service.night.found(keys, lambda _run, _connection, missing: dict.fromkeys(missing, 1))
    with service.ledger.write() as connection:
        connection.exec_driver_sql("UPDATE runs SET status = 'failed'")
    with pytest.raises(InputError):
        service.night.found(keys, lambda _run, _connection, missing: dict.fromkeys(missing, 1))
