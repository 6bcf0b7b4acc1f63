"""How good is it: evaluation against a truth, clerical samples where there is none, intervals for both."""

from regclean.quality.bands import (
    Band,
    Certificate,
    band_sizes,
    in_order,
    known_pairs,
    revoke,
    sources_digest,
    stands,
)
from regclean.quality.calibration import Calibration, calibrate
from regclean.quality.certificates import LEVELS, Checks, lower_bound, needed, next_level
from regclean.quality.evaluate import Evaluation, Score, evaluate
from regclean.quality.given import GONE, WITHDRAWN, Progress, answers, last_own, own_errors, progress, waiting
from regclean.quality.health import FIELDS, open_by_kind, protected_customers, register_health
from regclean.quality.intervals import Interval, clopper_pearson, wilson
from regclean.quality.label_file import LabelLine, read_labels
from regclean.quality.measured import Figures, Measured, blind_labels, measure
from regclean.quality.sampling import PAIR, Sample, Stratum, draw, rank
from regclean.quality.second_person import Agreement, agreement, choose_second, waiting_for_second
from regclean.quality.touchpoints import TOUCHPOINTS, UNKNOWN, Born, born, measures
from regclean.quality.truth import Subject

__all__ = [
    "FIELDS",
    "GONE",
    "LEVELS",
    "PAIR",
    "TOUCHPOINTS",
    "UNKNOWN",
    "WITHDRAWN",
    "Agreement",
    "Band",
    "Born",
    "Calibration",
    "Certificate",
    "Checks",
    "Evaluation",
    "Figures",
    "Interval",
    "LabelLine",
    "Measured",
    "Progress",
    "Sample",
    "Score",
    "Stratum",
    "Subject",
    "agreement",
    "answers",
    "band_sizes",
    "blind_labels",
    "born",
    "calibrate",
    "choose_second",
    "clopper_pearson",
    "draw",
    "evaluate",
    "in_order",
    "known_pairs",
    "last_own",
    "lower_bound",
    "measure",
    "measures",
    "needed",
    "next_level",
    "open_by_kind",
    "own_errors",
    "progress",
    "protected_customers",
    "rank",
    "read_labels",
    "register_health",
    "revoke",
    "sources_digest",
    "stands",
    "waiting",
    "waiting_for_second",
    "wilson",
]
