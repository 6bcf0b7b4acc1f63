"""Lower bounds that hold whenever one looks, what they take, and what takes them back."""

from __future__ import annotations

import importlib.util
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import insert, select

from regclean.config import load_workspace
from regclean.errors import UsageError
from regclean.ledger import Ledger, audit, opened
from regclean.ledger.sample_tables import certificates
from regclean.quality import Band, Checks, in_order, lower_bound, needed, revoke, sources_digest
from regclean.quality.bands import drifted
from regclean.warehouse import Warehouse

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
spec = importlib.util.spec_from_file_location("bench_certificates", Path(__file__).parents[2] / "bench/certificates.py")
assert spec is not None
assert spec.loader is not None
bench = importlib.util.module_from_spec(spec)
sys.modules["bench_certificates"] = bench
spec.loader.exec_module(bench)


@pytest.mark.parametrize("misses", [0.0, 0.05])
def test_the_bound_holds_after_every_answer(misses: float) -> None:
    """The bench's simulation, small: of 80 runs, 95 of a hundred hold, within what chance allows."""
    setting = bench.Setting(400, 0.02, misses)
    held = sum(bench.run(setting, seed, 200)[0] for seed in range(80))
    assert held >= 0.95 * 80 - 4


def test_what_clean_checks_prove() -> None:
    large = Checks(1_000_000, known=5)
    assert needed(large, 0.993) == pytest.approx(430, abs=10)
    assert needed(large, 0.997) == pytest.approx(1000, abs=20)
    counts = [needed(Checks(size, known=5), 0.993) for size in (500, 1_000, 5_000, 1_000_000)]
    assert counts == sorted(counts), "a finite band takes fewer"
    further = needed(Checks(5_000, 100, 0, 15), 0.993)
    assert further is not None
    assert lower_bound(Checks(5_000, 100 + further, 0, 15 + further // 10)) >= 0.993
    assert lower_bound(Checks(5_000, 100 + further - 1, 0, 15)) < 0.993


def test_nothing_is_proved_without_checks_and_without_knowing_how_people_err() -> None:
    assert lower_bound(Checks(1000)) == 0
    assert lower_bound(Checks(1000, 400, 0, 0)) == 0
    assert lower_bound(Checks(0)) == 0


def test_what_lowers_the_bound() -> None:
    clean = lower_bound(Checks(10_000, 400, 0, 60))
    assert clean > lower_bound(Checks(10_000, 400, 1, 60)) > lower_bound(Checks(10_000, 400, 4, 60))
    assert clean > lower_bound(Checks(10_000, 400, 0, 60, 6)) > lower_bound(Checks(10_000, 400, 0, 60, 20))
    assert clean > lower_bound(Checks(10_000, 300, 0, 60))
    assert lower_bound(Checks(400, 400, 3, 400)) == pytest.approx(1 - 3 / 400, abs=0.006)


def test_a_band_is_read_as_it_is_written() -> None:
    band = Band.parse("person place 0.99-1")
    assert (band, str(band)) == (Band("person place", 0.99, 1.0), "person place 0.99-1")
    assert Band.parse("person place: .9-.99") == Band("person place", 0.9, 0.99)
    for text in ("", "person place", "person place 1-0.9", "person place 0.9-1.5", "0.9-1"):
        with pytest.raises(UsageError):
            Band.parse(text)


def test_the_order_holds_every_pair_once_and_known_ones_among_them() -> None:
    band = pl.DataFrame(
        [(f"{i:04}", f"{i:04}x", 0.995) for i in range(300)],
        schema=["customer_no_l", "customer_no_r", "probability"],
        orient="row",
    )
    known = pl.DataFrame(
        [(f"k{i:03}", f"k{i:03}x", "same" if i % 2 else "different") for i in range(100)],
        schema=["customer_no_l", "customer_no_r", "known"],
        orient="row",
    )
    order = in_order(band, known, seed=3)
    assert order.equals(in_order(band.reverse(), known.reverse(), seed=3))
    assert order.filter(pl.col("known").is_null()).height == 300
    assert order.select("customer_no_l").is_unique().all()
    assert order["number"].to_list() == list(range(1, order.height + 1))
    first = order.head(70)["known"].to_list()
    assert first.count("different") >= 5
    assert first.count("same") >= 2
    gaps = order.filter(pl.col("known").is_not_null())["number"].diff().drop_nulls()
    assert gaps.n_unique() > 3, "nobody can count where the next known one stands"


def test_drift() -> None:
    then = {"": 1000, "phone.equal": 600, "email.equal": 100}
    assert not drifted(then, {"": 1050, "phone.equal": 620, "email.equal": 120})
    assert drifted(then, {"": 1250, "phone.equal": 750, "email.equal": 125})
    assert drifted(then, {"": 1000, "phone.equal": 450, "email.equal": 100})
    assert drifted(then, {"": 1000, "phone.equal": 600, "email.equal": 100, "account.equal": 150})
    assert drifted(then, {"": 0})


@pytest.mark.parametrize(
    ("model", "sources", "profile", "because"),
    [
        ("person 1", None, None, None),
        ("person 2", None, None, "new_model"),
        ("person 1", "other", None, "new_input"),
        ("person 1", None, {"": 50}, "drift"),
    ],
)
def test_what_takes_a_certificate_back(
    published_register: Path, model: str, sources: str | None, profile: dict[str, int] | None, because: str | None
) -> None:
    workspace = load_workspace(published_register)
    warehouse = Warehouse(published_register / "var" / "warehouse")
    band = Band("person place", 0.0, 1.0)
    with opened(workspace.ledger_url) as ledger, warehouse.read(warehouse.published()[-1]) as night:
        now = band.profile(night)
        assert now[""] > 0
        with ledger.write() as connection:
            connection.execute(
                insert(certificates).values(
                    band=str(band),
                    run_id="2026-11-01-001",
                    model_version="person 1",
                    sources=sources_digest(workspace),
                    population=now[""],
                    profile=profile or now,
                    opened_at=NOW,
                    opened_by="sam",
                )
            )
        found = revoke(ledger, night, model_version=model, sources=sources or sources_digest(workspace), now=NOW)
        assert found == ({str(band): because} if because else {})
        assert revoked(ledger) == [because]
        assert audit.verify(ledger) is None


def revoked(ledger: Ledger) -> list[str | None]:
    with ledger.read() as connection:
        return list(connection.execute(select(certificates.c.revoked_because)).scalars())
