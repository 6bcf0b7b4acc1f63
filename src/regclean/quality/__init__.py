"""How good is it: evaluation against a truth, clerical samples where there is none, intervals for both."""

from regclean.quality.bands import (
    Band,
    Certificate,
    in_order,
    known_pairs,
    revoke,
    sources_digest,
    stands,
)
from regclean.quality.calibration import Calibration, calibrate
from regclean.quality.certificates import Checks, lower_bound, needed
from regclean.quality.evaluate import Evaluation, Score, evaluate
from regclean.quality.health import FIELDS, open_by_kind, protected_customers, register_health
from regclean.quality.intervals import Interval, clopper_pearson
from regclean.quality.label_file import LabelLine, read_labels
from regclean.quality.measured import Figures, Measured, answers, blind_labels, measure
from regclean.quality.sampling import PAIR, Sample, Stratum, draw, rank
from regclean.quality.second_person import Agreement, agreement, choose_second, waiting_for_second
from regclean.quality.truth import Subject

__all__ = [
    "FIELDS",
    "PAIR",
    "Agreement",
    "Band",
    "Calibration",
    "Certificate",
    "Checks",
    "Evaluation",
    "Figures",
    "Interval",
    "LabelLine",
    "Measured",
    "Sample",
    "Score",
    "Stratum",
    "Subject",
    "agreement",
    "answers",
    "blind_labels",
    "calibrate",
    "choose_second",
    "clopper_pearson",
    "draw",
    "evaluate",
    "in_order",
    "known_pairs",
    "lower_bound",
    "measure",
    "needed",
    "open_by_kind",
    "protected_customers",
    "rank",
    "read_labels",
    "register_health",
    "revoke",
    "sources_digest",
    "stands",
    "waiting_for_second",
]
