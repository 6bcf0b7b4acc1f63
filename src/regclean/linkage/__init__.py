"""Linkage: which customers are one, and which lines of shared-bin lists are which customers."""

from regclean.linkage.customers import LinkReport, link_customers
from regclean.linkage.explain import PairExplanation, explain_pair
from regclean.linkage.frame import sampling_frame
from regclean.linkage.members import MemberLinkReport, link_members
from regclean.linkage.retraining import Figures, TrainReport, train

__all__ = [
    "Figures",
    "LinkReport",
    "MemberLinkReport",
    "PairExplanation",
    "TrainReport",
    "explain_pair",
    "link_customers",
    "link_members",
    "sampling_frame",
    "train",
]
