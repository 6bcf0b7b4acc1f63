"""A page about each shared bin with defects, and the letter that asks its contact person about all of them at once."""

from regclean.bin_reports.evidence import FrozenFinding, material_of
from regclean.bin_reports.gather import unsettled
from regclean.bin_reports.letters import Defect, Letter, Material, MemberAsSent, letter, why_no_letter
from regclean.bin_reports.pages import forget_bin_reports, reason_in_words, write_bin_reports

__all__ = [
    "Defect",
    "FrozenFinding",
    "Letter",
    "Material",
    "MemberAsSent",
    "forget_bin_reports",
    "letter",
    "material_of",
    "reason_in_words",
    "unsettled",
    "why_no_letter",
    "write_bin_reports",
]
