"""Landing: whatever the clerk exported, as text, with file and row; what cannot be read, in quarantine."""

from regclean.landing.load import load, quarantine, set_aside
from regclean.landing.report import FileReport, LandingReport
from regclean.landing.sheets import FilledSheet, read_sheet
from regclean.landing.streets import company_streets

__all__ = [
    "FileReport",
    "FilledSheet",
    "LandingReport",
    "company_streets",
    "load",
    "quarantine",
    "read_sheet",
    "set_aside",
]
