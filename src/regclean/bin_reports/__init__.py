"""A page about each shared bin with defects, and the letter that asks its contact person about all of them at once."""

from regclean.bin_reports.evidence import FrozenFinding, material_of, postal_line
from regclean.bin_reports.gather import BinGroup, gather, restricted_groups, unsettled
from regclean.bin_reports.letters import (
    Defect,
    Letter,
    Material,
    MemberAsSent,
    asks,
    asks_contact,
    asks_who,
    bin_group_in_words,
    letter,
    one_line,
    why_no_letter,
)
from regclean.bin_reports.pages import forget_bin_reports, reason_in_words, write_bin_reports

__all__ = [
    "BinGroup",
    "Defect",
    "FrozenFinding",
    "Letter",
    "Material",
    "MemberAsSent",
    "asks",
    "asks_contact",
    "asks_who",
    "bin_group_in_words",
    "forget_bin_reports",
    "gather",
    "letter",
    "material_of",
    "one_line",
    "postal_line",
    "reason_in_words",
    "restricted_groups",
    "unsettled",
    "why_no_letter",
    "write_bin_reports",
]
