"""How the work goes over a year: what was brought up to date against a goal, by week and by team, and a report to publish."""

from regclean.yearly.figures import BINS, CUSTOMERS, DID_NOT_LAST, Goal, Team, Week, Year, this_year, year_of
from regclean.yearly.paper import print_year, report

__all__ = [
    "BINS",
    "CUSTOMERS",
    "DID_NOT_LAST",
    "Goal",
    "Team",
    "Week",
    "Year",
    "print_year",
    "report",
    "this_year",
    "year_of",
]
