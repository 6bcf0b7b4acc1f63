"""The engine over whole nights: all rules together, switched off, twice, on anything."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import rule_examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from regclean.config import default_config, presets
from regclean.domain.findings import SEVERITIES
from regclean.errors import ConfigError, RegcleanError
from regclean.rules import catalogue, engine, run_rules, summary
from regclean.rules.catalogue import rules
from regclean.rules.engine import bound_parameters, needed_shared, shared_files
from regclean.warehouse import parameters_of

AS_OF = date(2026, 6, 30)


def hits(connection: Any) -> list[tuple[Any, ...]]:
    return connection.execute("SELECT * FROM rule_hits").fetchall()


def everything() -> dict[str, list[dict[str, Any]]]:
    """The rows of one example of K12, S04 and F03, under keys of their own."""
    return {
        "customers": [
            {"customer_no": "C1", "kind": "company", "business_id_state": "invalid"},
            {"customer_no": "C2", "national_id_state": "invalid"},
        ],
        "services": [{"service_no": "P1", "customer_no": "C1", "interval_weeks": 4, "last_emptied_on": "2025-01-01"}],
        "bin_groups": [{"bin_group_no": "K1", "contact_customer_no": "C9"}],
        "bin_group_members": [{"bin_group_no": "K1", "member_no": "1", "name": "Liisa Virtanen"}],
    }


def test_report_counts_every_rule() -> None:
    with rule_examples.given(everything()) as connection:
        report = run_rules(connection, config=default_config(), as_of=AS_OF)
        assert report.hits.keys() == report.seconds.keys() == catalogue().keys()
        assert sum(report.hits.values()) == len(hits(connection))
        assert report.hits["K02"] == report.hits["K12"] == report.hits["S04"] == report.hits["F03"] == 1
        assert report.off == ()


def test_a_rule_that_fails_is_named_and_what_the_engine_quotes_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = replace(rules()[0], sql="SELECT [CAST('Virtanen' AS INTEGER)::TEXT] AS subjects, '{}' AS evidence")
    monkeypatch.setattr(engine, "rules", lambda: [broken])
    with rule_examples.given(everything()) as connection, pytest.raises(RegcleanError) as told:
        run_rules(connection, config=default_config(), as_of=AS_OF)
    assert f"the rule {broken.info.id} could not be run (ConversionException)" in str(told.value)
    assert "Virtanen" not in str(told.value)
    assert "Virtanen" in str(told.value.__cause__), "--debug has it"


def test_rules_switched_off_do_not_run() -> None:
    with rule_examples.given(everything()) as connection:
        report = run_rules(connection, config=default_config(rules={"off": ["K12"]}), as_of=AS_OF)
        assert report.off == ("K12",)
        assert "K12" not in report.hits
        assert {row[1] for row in hits(connection)}.isdisjoint({"K12"})


def test_finnish_rules_are_off_elsewhere() -> None:
    with rule_examples.given(everything()) as connection:
        report = run_rules(connection, config=default_config(workspace={"country": "generic"}), as_of=AS_OF)
        assert {"F01", "F03", "F09"} <= set(report.off)
        assert report.hits["K12"] == 1


def test_unknown_rule_is_told() -> None:
    with rule_examples.given({}) as connection, pytest.raises(ConfigError, match="Did you mean 'K12'"):
        run_rules(connection, config=default_config(rules={"off": ["k12"]}), as_of=AS_OF)


def test_thresholds_must_be_numbers() -> None:
    config = default_config(shared_bins={"max_members_by_waste_type": {"bio": "five"}})
    with rule_examples.given({}) as connection, pytest.raises(ConfigError, match=r"max_members_by_waste_type\.bio"):
        run_rules(connection, config=config, as_of=AS_OF)


def test_nothing_is_left_behind_and_twice_is_the_same() -> None:
    with rule_examples.given(everything()) as connection:
        run_rules(connection, config=default_config(), as_of=AS_OF)
        first = hits(connection)
        run_rules(connection, config=default_config(), as_of=AS_OF)
        assert hits(connection) == first
        left = connection.execute("SELECT table_name FROM duckdb_tables() WHERE temporary").fetchall()
        assert left == []


def test_evidence_that_grows_with_time_is_outside_the_fingerprint() -> None:
    """A day later, nothing new: what the fingerprint covers is the same, though more days have been silent."""
    with rule_examples.given(everything()) as connection:
        bases = []
        for as_of in (AS_OF, AS_OF + timedelta(days=1)):
            run_rules(connection, config=default_config(), as_of=as_of)
            found = [(row[1], row[3], json.loads(row[4]), row[5]) for row in hits(connection)]
            bases.append([(rule, subjects, item.get("basis", item), change) for rule, subjects, item, change in found])
        assert bases[0] == bases[1]


def test_every_preset_can_be_chosen() -> None:
    assert {
        "etappi",
        "hsy",
        "jatekukko",
        "kiertokapula",
        "puhas",
        "rosknroll",
        "saarijarvi",
        "salpakierto",
        "ylasavo",
    } <= set(presets())
    for name in presets():
        config = default_config(shared_bins={"preset": name})
        assert bound_parameters(config, AS_OF)["preset"] == name


def test_preset_stands_between_default_and_own_value() -> None:
    limits = default_config(shared_bins={"preset": "salpakierto"}).section("shared_bins")["max_distance_m"]
    assert limits["urban"]["permanent"] == 300
    assert limits["urban"]["business"] == 1000, "what the preset does not say keeps its default"
    own = {"preset": "salpakierto", "max_distance_m": {"urban": {"permanent": 500}}}
    limits = default_config(shared_bins=own).section("shared_bins")["max_distance_m"]
    assert limits["urban"] == {"permanent": 500, "leisure": 300, "business": 1000}
    bio = {"preset": "kiertokapula", "max_members_by_waste_type": {"glass": 3}}
    assert default_config(shared_bins=bio).section("shared_bins")["max_members_by_waste_type"] == {"bio": 5, "glass": 3}


def test_unknown_preset_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="Did you mean 'salpakierto'"):
        default_config(shared_bins={"preset": "salpakieto"})


NUMBERS = st.sampled_from(["1", "2", "3", "4"])
DAYS = st.none() | st.dates(date(2022, 1, 1), date(2027, 6, 30))
NAMES = st.none() | st.sampled_from(
    ["Matti Virtanen", "Virtanen Maija", "Liisa Korhonen", "Matti ja Maija Virtanen", "Ö"]
)
STREETS = st.none() | st.sampled_from(["Rantatie 1", "Rantatie 2", "Koivutie 3 B 4"])
WASTE = st.none() | st.sampled_from(["mixed", "bio", "sludge", "area_collection"])
USES = st.none() | st.sampled_from(["permanent", "leisure", "business"])


def table(**columns: Any) -> Any:
    return st.fixed_dictionaries(columns)


def keyed(prefix: str, key: str, **columns: Any) -> Any:
    """Up to four rows, each key once."""
    return st.lists(NUMBERS, unique=True, max_size=4).flatmap(
        lambda numbers: st.tuples(*(table(**{key: st.just(prefix + number)}, **columns) for number in numbers)).map(
            list
        )
    )


def one(prefix: str) -> Any:
    return st.none() | NUMBERS.map(lambda number: prefix + number)


REGISTERS = table(
    customers=keyed(
        "C",
        "customer_no",
        name=NAMES,
        kind=st.sampled_from(["person", "estate", "company", "household"]),
        street_address=STREETS,
        status=st.none() | st.sampled_from(["active", "ended"]),
        relationship=st.none() | st.sampled_from(["key", "regular", "former", "potential"]),
        phone=st.none() | st.just("+358401234567"),
        created_on=DAYS,
    ),
    sites=keyed(
        "S",
        "site_no",
        use=USES,
        street_address=STREETS,
        building_state=st.none() | st.sampled_from(["01", "03", "05", "06"]),
    ),
    site_roles=st.lists(
        table(
            customer_no=one("C").filter(bool),
            site_no=one("S").filter(bool),
            role=st.sampled_from(["owner", "occupant", "payer"]),
            start_on=DAYS,
            end_on=DAYS,
        ),
        max_size=5,
    ),
    services=keyed(
        "P",
        "service_no",
        customer_no=one("C").filter(bool),
        site_no=one("S"),
        waste_type=WASTE,
        bin_litres=st.none() | st.just(240.0),
        interval_weeks=st.none() | st.sampled_from([0.0, 2.0, 16.0]),
        start_on=DAYS,
        end_on=DAYS,
        last_emptied_on=DAYS,
        paused_to=DAYS,
        bin_group_no=one("K"),
    ),
    bin_groups=keyed(
        "K",
        "bin_group_no",
        waste_type=WASTE,
        host_site_no=one("S"),
        host_customer_no=one("C"),
        contact_customer_no=one("C"),
        contact_name=NAMES,
        street_address=STREETS,
        billing=st.none() | st.sampled_from(["split", "one_payer"]),
        start_on=DAYS,
        end_on=DAYS,
    ),
    bin_group_members=st.lists(
        table(
            bin_group_no=one("K").filter(bool),
            member_no=NUMBERS,
            customer_no=one("C"),
            site_no=one("S"),
            name=NAMES,
            street_address=STREETS,
            share_percent=st.none() | st.sampled_from([0.0, 33.3333, 50.0, 150.0]),
            use=USES,
            start_on=DAYS,
            end_on=DAYS,
        ),
        max_size=8,
        unique_by=lambda row: (row["bin_group_no"], row["member_no"]),
    ),
    evidence=st.lists(
        table(
            customer_no=one("C").filter(bool),
            signal=st.sampled_from(["death", "move", "owner_change", "returned_mail", "invoice", "email_bounce"]),
            observed_on=DAYS.filter(bool),
            detail=st.none() | st.sampled_from(["Puijonkatu 1, 70100 Kuopio", "päivityskielto", "konkurssi"]),
        ),
        max_size=6,
    ),
)


@given(REGISTERS)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_register_gives_well_formed_hits(register: dict[str, list[dict[str, Any]]]) -> None:
    """Whatever the rows: no rule fails, none hits the same subjects twice, hits name rows and say a whole sentence."""
    with rule_examples.given(register) as connection:
        run_rules(connection, config=default_config(), as_of=AS_OF)
        found = hits(connection)
    for kind, rule, severity, subjects, evidence, proposal, score, ends_in in found:
        info = catalogue()[rule]
        assert kind == info.kind
        assert severity in {info.severity, *info.severities} <= set(SEVERITIES), f"{rule} does not declare {severity}"
        assert subjects == sorted(set(subjects))
        assert (ends_in == "change") == (proposal is not None), f"{rule} ends in a {ends_in}"
        assert all(subject.split(":")[0] in info.subjects for subject in subjects), (rule, subjects)
        if kind == "bin_group":
            assert any(subject.startswith(("bin_groups:", "sources:")) for subject in subjects)
        if kind == "field":
            assert all(subject.count(":") == 2 for subject in subjects)
        for language in ("fi", "sv", "en"):
            assert "None" not in summary(rule, json.loads(evidence), language)
        for change in json.loads(proposal) if proposal else []:
            assert change.keys() == {"op", "table", "key", "column", "before", "after"}
            assert change["op"] in {"update", "insert", "delete"}
            assert change["op"] != "update" or change["before"] != change["after"], (rule, change)
        assert score is None or 0 <= score <= 1


def test_every_threshold_is_used() -> None:
    """A threshold that no rule reads would be a promise nobody keeps."""
    parameters = bound_parameters(default_config(), AS_OF).keys() - {"preset"}
    used = {name for rule in rules() for name in parameters_of(rule.sql)}
    used |= {name for sql in needed_shared(rules()) for name in parameters_of(sql)}
    assert parameters == used


def test_sql_declares_just_the_shared_files_that_it_uses() -> None:
    """A file that is not declared is not made for the rule; one that is declared for nothing costs time."""
    bare = {name: re.sub(r"--.*", "", sql) for name, sql, _ in shared_files()}
    made = {
        table: name
        for name, sql in bare.items()
        for table in re.findall(r"CREATE OR REPLACE TEMP (?:TABLE|MACRO) (\w+)", sql)
    }
    users = [*shared_files(), *((rule.info.id, rule.sql, rule.uses) for rule in rules())]
    for name, sql, uses in users:
        # A text of a column's name is no table; a part of a finding may be named like one.
        words = set(re.findall(r"\w+", re.sub(r"--.*|'[^'\n]*'", "", sql)))
        assert set(uses) == {made[table] for table in made if table in words} - {name}, name
