"""Quality gates: Great Expectations suites over small tables that DuckDB prepares, and the page about each night.

A gate is a folder of `expectations/`; `run_suite` runs it, `gate` stops the night when something critical failed.
Great Expectations and pandas are imported when the first suite runs, not before.
"""

from regclean.checks.columns import profile_columns, profiled
from regclean.checks.documents import documents_of, keep
from regclean.checks.own import check_own
from regclean.checks.project import export_project
from regclean.checks.report import (
    FileLine,
    FindingLine,
    LinkagePage,
    NightPage,
    NightSummary,
    QuarantineLine,
    StepLine,
    write_report,
)
from regclean.checks.results import ACCEPTABLE, ExpectationResult, SuiteResult, gate
from regclean.checks.runner import run_suite
from regclean.checks.suites import GATES, great_expectations, load_suites
from regclean.checks.texts import decimal, whole

__all__ = [
    "ACCEPTABLE",
    "GATES",
    "ExpectationResult",
    "FileLine",
    "FindingLine",
    "LinkagePage",
    "NightPage",
    "NightSummary",
    "QuarantineLine",
    "StepLine",
    "SuiteResult",
    "check_own",
    "decimal",
    "documents_of",
    "export_project",
    "gate",
    "great_expectations",
    "keep",
    "load_suites",
    "profile_columns",
    "profiled",
    "run_suite",
    "whole",
    "write_report",
]
