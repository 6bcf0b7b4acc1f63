"""A model in open formats, to be read, checked and used without this program.

Splink's own settings (JSON): comparison levels, blocking rules, m and u of each level. Plain Splink gives the same comparison vectors
and the same weight for each comparison. The posterior (JSON): what Splink's two classes cannot say, as tables of log likelihoods by
class, comparison and level; `reference_scorer.py` shows in a page how they are added. Charts: Splink's own, in one HTML file with its
libraries inside.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from regclean.linkage import mixture, offsets
from regclean.linkage.comparison import DUCKDB, Comparison
from regclean.linkage.model import KNOWN, NAMES, PLACES, SAME_PLACE, comparisons
from regclean.linkage.parameters import CELLS, CLASSES, Parameters
from regclean.linkage.patterns import Array, Patterns
from regclean.linkage.shared_comparisons import MISSING
from regclean.linkage.splink_settings import splink_settings

_LASTS = "list_has_any(list_concat([l.last], l.last_parts), list_concat([r.last], r.last_parts))"
_FIRSTS = "list_has_any(list_concat([l.first], l.full_names), list_concat([r.first], r.full_names))"
# What the nightly blocking finds, as Splink says it. A night also leaves out keys that too many rows share.
_PERSON_RULES: tuple[tuple[str, ...], ...] = (
    ("l.national_id = r.national_id",),
    ("l.birth = r.birth and l.first = r.first",),
    (f"l.birth = r.birth and {_LASTS}",),
    ("l.birth = r.birth and list_has_any(l.areas, r.areas)",),
    ("l.birth = r.birth and list_has_any(l.numbers, r.numbers)",),
    ("l.phones = r.phones", "phones"),
    ("l.email = r.email",),
    ("l.iban = r.iban",),
    (f"l.numbers = r.numbers and {_LASTS}", "numbers"),
    (f"l.numbers = r.numbers and {_FIRSTS}", "numbers"),
    *((f"l.{places} = r.{places}", places) for places in ("places_2", "places_4", "places_10", "places_many")),
    ("l.first = r.first and l.last = r.last",),
    (f"l.last = r.last and {_FIRSTS}",),
    (f"l.last_parts = r.last_parts and {_FIRSTS}", "last_parts"),
    ("l.email_local = r.email_local and length(l.email_local) > 5",),
    ("l.last = r.last and (r.began - l.ended between -31 and 62 or l.began - r.ended between -31 and 62)",),
    (
        "l.first = r.first and jaro_winkler_similarity(l.last, r.last) >= 0.88 and length(l.first) > 1"
        " and (r.began - l.ended between -31 and 62 or l.began - r.ended between -31 and 62)",
    ),
)
_GENERIC_RULES: tuple[tuple[str, ...], ...] = (
    ("l.first = r.last and l.last = r.first",),
    ("l.last = r.last and l.city = r.city",),
    ("l.areas = r.areas and l.first = r.first", "areas"),
    ("l.areas = r.areas and l.last = r.last", "areas"),
    ("l.birth = r.birth",),
    ("l.areas = r.areas and left(l.first, 1) = left(r.first, 1) and left(l.last, 1) = left(r.last, 1)", "areas"),
    ("l.areas = r.areas and left(l.birth, 4) = left(r.birth, 4)", "areas"),
    ("l.last = r.last and left(l.birth, 4) = left(r.birth, 4)",),
    ("l.first = r.first and left(l.birth, 4) = left(r.birth, 4)",),
    ("l.first = r.first and l.city = r.city",),
    ("l.email_letters = r.email_letters and length(l.email_letters) > 5",),
)
_ORGANISATION_RULES: tuple[tuple[str, ...], ...] = (
    ("l.business_id = r.business_id",),
    ("l.org = r.org",),
    ("l.org_words = r.org_words",),
    ("l.areas = r.areas and split_part(l.org, ' ', 1) = split_part(r.org, ' ', 1)", "areas"),
    ("l.sites = r.sites", "sites"),
    ("l.phones = r.phones", "phones"),
    ("l.email = r.email",),
    ("l.iban = r.iban",),
)
_GENERIC_ORGANISATION_RULES: tuple[tuple[str, ...], ...] = (
    ("l.rare_words = r.rare_words", "rare_words"),
    ("l.house_words = r.house_words", "house_words"),
)

# The page may ask nobody for anything.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:\">"
)


@dataclass(frozen=True, slots=True)
class OpenModel:
    """The texts of one model: Splink's settings, the posterior, and the charts."""

    settings: str
    posterior: str
    charts: str


def opened(parameters: Parameters) -> OpenModel:
    """One stored model in open formats."""
    return OpenModel(_json(settings(parameters)), _json(posterior(parameters)), charts(parameters))


def export(models: dict[str, Parameters], target: Path) -> list[Path]:
    """Write every model: into a folder, or beside the file that is named (which holds the person model's settings).

    Returns what was written. Errors: OSError.
    """
    named = target.suffix != "" and not target.is_dir()
    folder = target.parent if named else target
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, parameters in models.items():
        stem = (target.stem if name == "person" else f"{target.stem}.{name}") if named else name
        found = opened(parameters)
        first = target.name if named and name == "person" else f"{stem}.json"
        files = {first: found.settings, f"{stem}.posterior.json": found.posterior, f"{stem}.charts.html": found.charts}
        for file, text in files.items():
            (folder / file).write_text(text, encoding="utf-8")
            written.append(folder / file)
    scorer = folder / (f"{target.stem}.scorer.py" if named else "scorer.py")
    scorer.write_text(Path(__file__).with_name("reference_scorer.py").read_text(encoding="utf-8"), encoding="utf-8")
    return [*written, scorer]


def blocking_rules(model: str, country: str) -> list[dict[str, Any]]:
    """Splink's blocking rules: what two rows must share to be compared."""
    person = model == "person"
    rules = _PERSON_RULES if person else _ORGANISATION_RULES
    if country != "fi":
        rules = (*rules, *(_GENERIC_RULES if person else _GENERIC_ORGANISATION_RULES))
    # Splink asks of each rule that no rule before it met the pair: where arrays are exploded, none before may need them whole.
    rules = tuple(sorted(rules, key=lambda rule: len(rule) == 1))
    return [
        {"blocking_rule": rule, "sql_dialect": "duckdb"} | ({"arrays_to_explode": list(arrays)} if arrays else {})
        for rule, *arrays in rules
    ]


def settings(parameters: Parameters) -> dict[str, Any]:
    """Splink's settings on DuckDB. m is of one customer, stayed or moved. Rarity is in the posterior: no term frequencies here."""
    found = splink_settings(parameters.model, parameters.country, DUCKDB)
    parts = {part.name: part for part in comparisons(parameters.model, parameters.country)}
    for comparison in found["comparisons"]:
        name = comparison["output_column_name"]
        same = parameters.same(name)
        levels = [level for level in comparison["comparison_levels"] if not level.get("is_null_level")]
        for level, code in zip(levels, parts[name].codes, strict=True):
            level |= {"m_probability": max(same[code], 1e-12), "u_probability": parameters.u[name][code]}
            for key in ("tf_adjustment_column", "tf_adjustment_weight", "disable_tf_exact_match_detection"):
                level.pop(key, None)
    size = parameters.trained_on.get("rows", 2)
    return found | {
        "sql_dialect": "duckdb",
        "probability_two_random_records_match": sum(parameters.shares(size)[k] for k in mixture.SAME),
        "blocking_rules_to_generate_predictions": blocking_rules(parameters.model, parameters.country),
    }


def posterior(parameters: Parameters) -> dict[str, Any]:
    """The mixture as tables: priors, log likelihoods by class, vetoes and offsets; `reference_scorer.py` adds them up.

    Tables are read off the mixture itself, one level at a time, so that they cannot say otherwise.
    """
    parts = comparisons(parameters.model, parameters.country)
    size = parameters.trained_on.get("rows", 2)
    names = NAMES[parameters.model]
    compared = replace(parameters, known={})

    def logs(index: int, code: int, *, cell: int = -1, rarity: float = 0.0) -> Array:
        codes = np.full((1, len(parts)), -1, dtype=np.int64)
        if index >= 0:
            codes[0, index] = code
        one = Patterns(codes, np.ones(1), np.array([cell]), np.array([rarity]), np.ones((1, len(CLASSES)), dtype=bool))
        return np.asarray(mixture.log_likelihoods(compared, parts, one, size)[0])

    def level(index: int, part: Comparison, code: int) -> dict[str, Any]:
        plain, in_cell = logs(index, code), logs(index, code, cell=0) - logs(-1, 0, cell=0)
        return {
            "level": part.codes[code],
            "log_likelihood": plain.tolist(),
            "log_likelihood_in_full_name": in_cell.tolist(),
            "refined_by_rarity": bool(part.levels[code].tf),
            "per_bit_of_rarity": (logs(index, code, rarity=1.0) - plain).tolist(),
        }

    return {
        "format": "regclean posterior 2",
        "about": "Probability of each class: softmax of log_priors, cells, log_likelihood by level, of what is known, and rarity; then vetoes and offsets.",
        "model": parameters.model,
        "country": parameters.country,
        "version": parameters.version,
        "rows": size,
        "classes": list(CLASSES),
        "same_classes": [CLASSES[k] for k in mixture.SAME],
        "log_priors": np.log(parameters.shares(size)).tolist(),
        "cells": [logs(-1, 0, cell=cell).tolist() for cell in range(CELLS)],
        "comparisons": [
            {
                "name": part.name,
                "in_name": part.name in names,
                "levels": [level(index, part, code) for code in range(len(part.levels))],
            }
            for index, part in enumerate(parts)
        ],
        "known": {
            "comparisons": list(KNOWN[parameters.model]) if parameters.known else [],
            "log_likelihood": np.log([parameters.known[name] for name in CLASSES]).T.tolist()
            if parameters.known
            else [],
        },
        "vetoes": _vetoes(parameters.country),
        "same_place": [f"{place}.{code}" for place in PLACES for code in SAME_PLACE],
        "offsets": parameters.offsets,
        "furthest_offset": offsets.FURTHEST,
        "missing": MISSING,
    }


def _vetoes(country: str) -> list[dict[str, list[str]]]:
    """The levels at which no likeness makes one customer (`patterns.vetoed`)."""
    found: list[dict[str, list[str]]] = [{"levels": ["identity.other_national_id"], "unless": []}]
    finnish: list[dict[str, list[str]]] = [
        {"levels": ["legal_form.different"], "unless": ["business_id.equal"]},
        {"levels": ["business_id.one_edit", "business_id.different"], "unless": []},
    ]
    return found + finnish if country == "fi" else found


def charts(parameters: Parameters) -> str:
    """Splink's charts of match weights, of m and u, and of each comparison: one HTML document that asks no other host."""
    from splink import SettingsCreator
    from splink.internals.html_utils import json_for_html, load_chart_libraries

    # Splink's own reading of the settings, without any data.
    made = SettingsCreator.from_path_or_dict(settings(parameters)).get_settings("duckdb")
    drawn: dict[str, Any] = {"Match weights": made, "m and u": made} | {
        f"Comparison: {comparison.output_column_name}": comparison for comparison in made.comparisons
    }
    specs = {
        name: (one.m_u_parameters_chart() if name == "m and u" else one.match_weights_chart()).chart_dict
        for name, one in drawn.items()
    }
    libraries: dict[str, str] = load_chart_libraries()
    scripts = "\n".join(f"<script>{libraries[name]}</script>" for name in ("vega", "vega-lite", "vega-embed"))
    title = f"Linkage model: {parameters.model}, version {parameters.version}"
    body = "\n".join(f'<h2>{name}</h2><div id="chart-{i}"></div>' for i, name in enumerate(specs))
    calls = "\n".join(
        f'vegaEmbed("#chart-{i}", {json_for_html(spec)}, {{"actions": false}});'
        for i, spec in enumerate(specs.values())
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">{_POLICY}<title>{title}</title>\n{scripts}</head>\n'
        f"<body><h1>{title}</h1>\n{body}\n<script>{calls}</script></body></html>\n"
    )


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"
