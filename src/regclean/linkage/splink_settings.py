"""The comparisons as Splink's settings, for either engine."""

from __future__ import annotations

from typing import Any

from regclean.linkage.comparison import Dialect, Level
from regclean.linkage.model import comparisons


def splink_settings(model: str, country: str, dialect: Dialect) -> dict[str, Any]:
    """Splink settings for one engine: the comparisons. Its own m and u are evenly spread: the posterior is `mixture.py`'s."""
    functions = {
        field: getattr(dialect, field)
        for field in ("jaro_winkler", "damerau", "overlap", "contains", "size", "intersect")
    }

    def level(item: Level, even: float) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "sql_condition": item.condition.format(**functions),
            "label_for_charts": item.code,
            "m_probability": even,
            "u_probability": even,
        }
        if item.tf:
            settings |= {
                "tf_adjustment_column": item.tf,
                "tf_adjustment_weight": 1.0,
                "disable_tf_exact_match_detection": True,
            }
        return settings

    return {
        "link_type": "dedupe_only",
        "unique_id_column_name": "entity",
        "probability_two_random_records_match": 0.001,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        # Candidate pairs are registered (see blocked.sql); Splink only asks that some rule is there.
        "blocking_rules_to_generate_predictions": ["l.entity = r.entity"],
        "comparisons": [
            {
                "output_column_name": comparison.name,
                "comparison_levels": [
                    {
                        "sql_condition": comparison.null.format(**functions),
                        "label_for_charts": "missing",
                        "is_null_level": True,
                    },
                    *(level(item, 1 / len(comparison.levels)) for item in comparison.levels),
                ],
            }
            for comparison in comparisons(model, country)
        ],
    }
