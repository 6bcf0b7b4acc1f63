"""The handbook of rules: one Markdown page made from the headers, so that it cannot disagree with them.

`python -m regclean.rules.handbook docs/rules.md` writes it.
"""

from __future__ import annotations

import sys
from pathlib import Path

from regclean.domain.findings import Kind
from regclean.rules.catalogue import RuleInfo, catalogue

_HEADINGS: dict[Kind, str] = {"bin_group": "Shared bins", "stale": "Stale customers", "field": "Fields"}
_INTRODUCTION = """# The rules

Made from the headers of `src/regclean/rules/<kind>/<id>.sql`; do not edit. A rule is one SQL file with a header, and a
folder of worked examples in `tests/rules/examples/<id>/`. Nothing else needs to be touched to add one; this page is
written anew with `python -m regclean.rules.handbook docs/rules.md`.

What ends a finding: a *change* of the register, which it proposes; a *task*, which asks somebody for what the register
does not know; or nothing that anybody does: a *figure* is counted and stays out of the queues.

Severities: *error* keeps what it is about out of batches until it is settled, *review* asks a person, *info* informs. One weak
signal informs, two independent ones ask for a review, and nothing is ended by silence alone. Guards name what a rule
must leave in peace; each has an example that fails without it. Thresholds stand in `regclean.toml`, with their
defaults and comments in the template that `regclean init` writes. A rule is switched off with `[rules] off = ["S05"]`.
"""


def handbook() -> str:
    """The page, in Markdown."""
    parts = [_INTRODUCTION]
    for kind, heading in _HEADINGS.items():
        rules = [info for info in catalogue().values() if info.kind == kind]
        parts += [f"## {heading}\n", "| rule | severity | ends in | title | fi | sv |", "|---|---|---|---|---|---|"]
        parts += [_row(info) for info in rules]
        parts += ["", *(_section(info) for info in rules)]
    return "\n".join(parts).rstrip() + "\n"


def _row(info: RuleInfo) -> str:
    title = info.title
    return f"| [{info.id}](#{info.id.lower()}) | {_severity(info)} | {info.ends_in} | {title['en']} | {title['fi']} | {title['sv']} |"


def _severity(info: RuleInfo) -> str:
    return " or ".join((info.severity, *info.severities))


def _section(info: RuleInfo) -> str:
    facts = [f"*{_severity(info)}; ends in a {info.ends_in}; about: {info.subjects}*"]
    if info.asks:
        facts.append(f"A task asks: {info.asks['en']}")
    if info.parameters:
        facts.append("Thresholds: " + ", ".join(f"`{name}`" for name in info.parameters) + ".")
    if info.countries:
        facts.append(f"Only where the country is {', '.join(info.countries)}.")
    guards = "".join(f"\n- guard `{name}`: {text}" for name, text in sorted(info.guards.items()))
    return f"### {info.id}\n\n{info.title['en']}. {info.why}\n\n{' '.join(facts)}\n{guards and guards + chr(10)}"


def main() -> None:
    Path(sys.argv[1]).write_text(handbook(), encoding="utf-8")


if __name__ == "__main__":
    main()
