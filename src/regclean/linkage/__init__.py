"""Linkage: which customers are one, and which lines of shared-bin lists are which customers."""

from regclean.linkage.customers import LinkReport, link_customers
from regclean.linkage.explain import PairExplanation, explain_pair
from regclean.linkage.frame import sampling_frame
from regclean.linkage.members import MemberLinkReport, link_members
from regclean.linkage.open_model import export
from regclean.linkage.registry import StoredModel, back, chosen, models_in_force, numbered, stored, use
from regclean.linkage.retraining import Figures, ModelComparison, TrainReport, compare, train

__all__ = [
    "Figures",
    "LinkReport",
    "MemberLinkReport",
    "ModelComparison",
    "PairExplanation",
    "StoredModel",
    "TrainReport",
    "back",
    "chosen",
    "compare",
    "explain_pair",
    "export",
    "link_customers",
    "link_members",
    "models_in_force",
    "numbered",
    "sampling_frame",
    "stored",
    "train",
    "use",
]
