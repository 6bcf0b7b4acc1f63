"""Rules: what is stale, which shared bins are defective, which fields cannot be right. One SQL file for each."""

from regclean.rules.at_source import at_source
from regclean.rules.catalogue import Rule, RuleInfo, catalogue, titles
from regclean.rules.engine import RuleReport, run_rules, run_some
from regclean.rules.summaries import placeholders, said, summary

__all__ = [
    "Rule",
    "RuleInfo",
    "RuleReport",
    "at_source",
    "catalogue",
    "placeholders",
    "run_rules",
    "run_some",
    "said",
    "summary",
    "titles",
]
