"""Do the probabilities mean what they say?"""

import polars as pl
import pytest

from regclean.quality import calibrate


def test_calibration_figures():
    result = calibrate(pl.Series([0.1] * 10 + [0.9] * 10), pl.Series([True] + [False] * 9 + [True] * 9 + [False]))
    assert result.brier == pytest.approx(0.09)
    assert result.error == pytest.approx(0.0)
    assert [line["count"] for line in result.to_rows()] == [10, 10]
    assert calibrate(pl.Series([], dtype=pl.Float64), pl.Series([], dtype=pl.Boolean)) is None
    certain = calibrate(pl.Series([1.0, 1.0]), pl.Series([True, False]))
    assert certain.error == pytest.approx(0.5)
    assert certain.bins[0].count == 2
