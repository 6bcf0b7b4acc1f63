"""Landing: whatever the clerk exported, as text, with file and row; what cannot be read, in quarantine."""

from regclean.landing.load import load, quarantine, set_aside
from regclean.landing.report import FileReport, LandingReport

__all__ = ["FileReport", "LandingReport", "load", "quarantine", "set_aside"]
