"""Landing: whatever the clerk exported, as text, with file and row; what cannot be read, in quarantine."""

from regclean.landing.database import check_query
from regclean.landing.load import LANDED, files_now, judged, kept_report, load, quarantine, set_aside, write_quarantine
from regclean.landing.report import FileReport, LandingReport
from regclean.landing.sheets import FilledSheet, read_sheet
from regclean.landing.sources import matching_files
from regclean.landing.streets import company_streets

__all__ = [
    "LANDED",
    "FileReport",
    "FilledSheet",
    "LandingReport",
    "check_query",
    "company_streets",
    "files_now",
    "judged",
    "kept_report",
    "load",
    "matching_files",
    "quarantine",
    "read_sheet",
    "set_aside",
    "write_quarantine",
]
