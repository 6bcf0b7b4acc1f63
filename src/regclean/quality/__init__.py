"""How good is it: evaluation against a truth, clerical samples where there is none, intervals for both."""

from regclean.quality.calibration import Calibration, calibrate
from regclean.quality.evaluate import Evaluation, Score, evaluate
from regclean.quality.health import FIELDS, open_by_kind, protected_customers, register_health
from regclean.quality.intervals import Interval
from regclean.quality.sampling import Sample, Stratum, draw_sample, estimate_share, expected_true
from regclean.quality.truth import Subject

__all__ = [
    "FIELDS",
    "Calibration",
    "Evaluation",
    "Interval",
    "Sample",
    "Score",
    "Stratum",
    "Subject",
    "calibrate",
    "draw_sample",
    "estimate_share",
    "evaluate",
    "expected_true",
    "open_by_kind",
    "protected_customers",
    "register_health",
]
