"""What a blind sample is drawn from: all that a night compares, what it joins, and a little beyond."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from customer_register import NO_CLUSTERS, NO_DECISIONS, SETTINGS, Register

from regclean.linkage import link_customers, sampling_frame


def register() -> Register:
    made = Register()
    made.crowd(300)
    for i in range(12):
        made.person(
            f"d{i}a",
            "Matti",
            f"Virtanen{i}",
            at=f"harjutie|{i}||70100",
            phone=f"+35850{i:07}",
            national_id_hash=f"h{i}",
        )
        made.person(
            f"d{i}b",
            "Matti",
            f"Virtanen{i}",
            at=f"harjutie|{i}||70100",
            phone=f"+35850{i:07}",
            national_id_hash=f"h{i}",
        )
    # They share the beginning of a name and a first name: no key of a night.
    made.person("w1", "Kaarlo", "Rautavaara", at="etutie|1||70100")
    made.person("w2", "Kaarlo", "Rautakorpi", at="takatie|9||70200")
    return made


@pytest.mark.parametrize("country", ["fi", "generic"])
def test_the_frame_is_the_night_and_beyond(country: str, tmp_path: Path) -> None:
    night = register().connect()
    given = {"country": country, "settings": SETTINGS, "models": tmp_path, "decided": NO_DECISIONS}
    link_customers(night, previous_clusters=NO_CLUSTERS, **given)
    frame = sampling_frame(night, **given)
    pair = ["customer_no_l", "customer_no_r"]
    assert frame.select(pair).is_unique().all()
    assert (frame["customer_no_l"] < frame["customer_no_r"]).all()
    published = night.sql("SELECT * FROM pairs").pl()
    both = published.join(frame, on=pair)
    assert both.height == published.height >= 12
    assert both["match_probability"].to_list() == pytest.approx(both["probability"].to_list(), abs=1e-6)
    assert both["evidence"].to_list() == both["evidence_right"].to_list()
    assert not both["weaker"].any(), "what a night publishes met under its own keys"
    joined = night.sql(
        "SELECT l.customer_no, r.customer_no FROM clusters l JOIN clusters r ON l.cluster_id = r.cluster_id AND l.customer_no < r.customer_no"
    ).fetchall()
    assert sorted(joined) == sorted(frame.filter("joined").select(pair).rows())
    assert len(joined) >= 12
    beyond = frame.filter("weaker")
    assert ("w1", "w2") in beyond.select(pair).rows()
    assert beyond.filter(pl.col("joined")).is_empty()
