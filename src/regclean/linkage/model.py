"""The comparisons of the linkage models, and the one place where their SQL stands.

Invariant: every expression below runs on DuckDB and on Spark once `Dialect` has named the functions that differ. A trained
model stores probabilities by comparison and level code (`parameters.py`), never an engine's SQL: settings are generated
anew for each engine.

Levels are tried from the first to the last. A level's code is what explanations and stored parameters call it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

MODELS = ("person", "organisation")


@dataclass(frozen=True, slots=True)
class Dialect:
    """What the engines call the functions that the comparisons use."""

    name: str
    jaro_winkler: str
    damerau: str
    overlap: str
    contains: str
    size: str


DUCKDB = Dialect(
    "duckdb", "jaro_winkler_similarity", "damerau_levenshtein", "list_has_any", "list_contains", "array_length"
)
SPARK = Dialect("spark", "jaro_winkler_exact", "damerau_levenshtein", "arrays_overlap", "array_contains", "size")


@dataclass(frozen=True, slots=True)
class Level:
    """One level of a comparison.

    `m` and `household` are what is expected before any training: the probability of this level between two rows of one
    customer, and between two members of one household. They act as `PSEUDO_COUNTS` observations, so that a small
    register does not invent extremes. `exact` names the column whose equality the level means: its u is computed
    from value counts, not sampled. `tf` names the column whose rarity the weight is adjusted by. `kin` tells whether that
    rarity also speaks for a household.
    """

    code: str
    condition: str
    m: float
    household: float
    exact: str | None = None
    tf: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A null condition (no evidence either way) and levels; the last level is everything else.

    `order`: codes from the best agreement to the last level. However few rows a register has, none of them may come to
    speak for one customer less than the next one does, and no other level less than the last one. Comparisons of ids order
    every level: an equal id then never speaks against one customer.
    """

    name: str
    null: str
    levels: tuple[Level, ...]
    order: tuple[str, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(level.code for level in self.levels)


def similar(column: str, threshold: float = 0.88) -> str:
    """One edit apart, or nearly so. The cheap measure goes first: it spares most pairs the dear one."""
    return (
        f"({{jaro_winkler}}({column}_l, {column}_r) >= {threshold} "
        f"and ({{damerau}}({column}_l, {column}_r) <= 1 or {{jaro_winkler}}({column}_l, {column}_r) >= 0.94))"
    )


def one_edit(column: str, threshold: float = 0.85) -> str:
    return f"({{jaro_winkler}}({column}_l, {column}_r) >= {threshold} and {{damerau}}({column}_l, {column}_r) <= 1)"


def both(column: str) -> str:
    return f"{column}_l is null or {column}_r is null"


def either_empty(column: str) -> str:
    return f"coalesce({{size}}({column}_l), 0) = 0 or coalesce({{size}}({column}_r), 0) = 0"


def overlap(left: str, right: str | None = None) -> str:
    if right is None:
        return f"{{overlap}}({left}_l, {left}_r)"
    return f"({{overlap}}({left}_l, {right}_r) or {{overlap}}({right}_l, {left}_r))"


_SWAPPED = "(first_l = last_r and last_l = first_r)"

_GIVEN = Comparison(
    "given_name",
    both("first"),
    (
        Level(
            "all_equal",
            "(first_l = first_r and given_l = given_r and more_names_l is not null)",
            0.10,
            0.001,
            tf="first",
        ),
        Level(
            "other_names_conflict",
            f"(first_l = first_r and more_names_l is not null and more_names_r is not null and not {overlap('other_names')})",
            0.006,
            0.008,
            tf="first",
        ),
        # Sons are named after fathers more often than daughters after mothers: the register tells how much more.
        Level(
            "equal_woman", "(first_l = first_r and woman_l and woman_r)", 0.31, 0.001, exact="first_woman", tf="first"
        ),
        Level("equal", "(first_l = first_r and length(first_l) > 1)", 0.31, 0.007, exact="first_man", tf="first"),
        Level("call_name", overlap("full_names"), 0.05, 0.02),
        Level("variant", "({contains}(variants_l, first_r) or {contains}(variants_r, first_l))", 0.04, 0.003),
        Level("swapped", _SWAPPED, 0.02, 0.0005),
        Level(
            "initial",
            "((length(first_l) = 1 or length(first_r) = 1) and substr(first_l, 1, 1) = substr(first_r, 1, 1))",
            0.05,
            0.01,
        ),
        Level("similar", similar("first"), 0.06, 0.006),
        Level("different", "ELSE", 0.03, 0.94),
    ),
    ("all_equal", "equal", "different"),
)
# First name and surname in each other's place are one observation: it counts with the first names.
_SURNAME = Comparison(
    "surname",
    f"last_l is null or last_r is null or {_SWAPPED}",
    (
        Level("equal", "(last_l = last_r)", 0.86, 0.72, exact="last", tf="last"),
        Level("part_or_previous", overlap("last_parts"), 0.03, 0.03),
        Level("similar", similar("last"), 0.06, 0.02),
        Level("different", "ELSE", 0.04, 0.23),
    ),
    ("equal", "similar", "different"),
)
_BIRTH_LEVELS = (
    Level("equal", "(birth_l = birth_r)", 0.90, 0.004, exact="birth"),
    Level("one_digit", one_edit("birth"), 0.04, 0.006),
    Level(
        "parts_swapped",
        "(substr(birth_l, 1, 4) = substr(birth_r, 1, 4) and substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
        " and substr(birth_l, 7, 2) = substr(birth_r, 5, 2))",
        0.01,
        0.0005,
    ),
    Level(
        "two_parts_equal",
        "(cast(substr(birth_l, 1, 4) = substr(birth_r, 1, 4) as int) + cast(substr(birth_l, 5, 2) = substr(birth_r, 5, 2) as int)"
        " + cast(substr(birth_l, 7, 2) = substr(birth_r, 7, 2) as int) >= 2)",
        0.02,
        0.02,
    ),
    Level("different", "ELSE", 0.03, 0.97),
)
_BIRTH_ORDER = ("equal", "parts_swapped", "one_digit", "two_parts_equal", "different")
_PHONE = Comparison(
    "phone",
    either_empty("phones"),
    (
        Level("equal", "(phone_l = phone_r)", 0.55, 0.30, exact="phone"),
        Level("second_number", overlap("phones"), 0.05, 0.05),
        Level("one_digit", one_edit("phone", 0.93), 0.03, 0.01),
        Level("different", "ELSE", 0.37, 0.64),
    ),
    ("equal", "second_number", "different"),
)
# Addresses that differ in digits, dots or the provider alone are no evidence: namesakes choose alike. Only where the local
# part has nothing of the name (`email_local` is null otherwise) does it speak for itself.
_EMAIL = Comparison(
    "email",
    "email_l is null or email_r is null or (email_l <> email_r and email_letters_l = email_letters_r"
    " and (email_local_l is null or email_local_r is null or email_local_l <> email_local_r))",
    (
        Level("equal", "(email_l = email_r)", 0.55, 0.15, exact="email"),
        Level("same_local_part", "(email_local_l = email_local_r and length(email_local_l) >= 6)", 0.05, 0.01),
        Level("one_edit", one_edit("email", 0.95), 0.03, 0.005),
        Level("different", "ELSE", 0.37, 0.835),
    ),
    ("equal", "one_edit", "different"),
)
_ACCOUNT = Comparison(
    "account",
    both("iban"),
    (
        Level("equal", "(iban_l = iban_r)", 0.75, 0.35, exact="iban"),
        Level("different", "ELSE", 0.25, 0.65),
    ),
    ("equal", "different"),
)
_ADDRESS = Comparison(
    "address",
    either_empty("sites"),
    (
        Level("same_flat", overlap("flats"), 0.40, 0.45, exact="flats"),
        Level("same_house", overlap("houses"), 0.22, 0.40, exact="houses"),
        Level("same_site_flat_missing", overlap("houses", "flat_sites"), 0.05, 0.04),
        Level("same_site_other_flat", overlap("sites"), 0.02, 0.02),
        Level("same_number_other_area", overlap("numbers"), 0.03, 0.02),
        Level("same_street", overlap("streets"), 0.03, 0.01),
        Level("same_area", overlap("areas"), 0.08, 0.02),
        Level("different", "ELSE", 0.17, 0.04),
    ),
    ("same_flat", "same_site_other_flat", "same_street", "same_area", "different"),
)

PERSON_FI: tuple[Comparison, ...] = (
    _GIVEN,
    _SURNAME,
    Comparison(
        "identity",
        f"({both('birth')}) and ({both('national_id')})",
        (
            Level("same_national_id", "(national_id_l = national_id_r)", 0.30, 0.0005, exact="national_id"),
            *_BIRTH_LEVELS,
        ),
        ("same_national_id", *_BIRTH_ORDER),
    ),
    _ADDRESS,
    _PHONE,
    _EMAIL,
    _ACCOUNT,
)


# Without Finnish rules an id is text that may be mistyped, an address has no parsed flat, and values wander between fields.
def _with_loose(comparison: Comparison, column: str, threshold: float = 0.8) -> Comparison:
    """A further level before the last: words that look alike with several typing errors in them."""
    *levels, rest = comparison.levels
    loose = Level("loosely_similar", f"{{jaro_winkler}}({column}_l, {column}_r) >= {threshold}", 0.02, 0.04)
    return replace(comparison, levels=(*levels, loose, rest))


PERSON_GENERIC: tuple[Comparison, ...] = (
    _with_loose(_GIVEN, "first"),
    _with_loose(_SURNAME, "last"),
    Comparison(
        "birth_date",
        both("birth"),
        (
            *_BIRTH_LEVELS[:-1],
            Level("two_edits", "{damerau}(birth_l, birth_r) <= 2", 0.02, 0.02),
            Level("same_year", "(substr(birth_l, 1, 4) = substr(birth_r, 1, 4))", 0.02, 0.03),
            _BIRTH_LEVELS[-1],
        ),
        (*_BIRTH_ORDER[:-1], "same_year", "different"),
    ),
    Comparison(
        "national_id",
        both("national_id"),
        (
            Level("equal", "(national_id_l = national_id_r)", 0.80, 0.0005, exact="national_id"),
            Level("one_edit", one_edit("national_id", 0.80), 0.14, 0.0005),
            Level("different", "ELSE", 0.06, 0.999),
        ),
        ("equal", "one_edit", "different"),
    ),
    Comparison(
        "street",
        either_empty("streets"),
        (
            Level("same_house", overlap("numbers"), 0.55, 0.80, exact="numbers"),
            Level("same_street", overlap("streets"), 0.15, 0.05, exact="streets"),
            Level("similar_street", similar("street"), 0.18, 0.05),
            Level("different", "ELSE", 0.12, 0.10),
        ),
        ("same_house", "same_street", "different"),
    ),
    Comparison(
        "place",
        f"({either_empty('areas')}) and ({both('city')})",
        (
            Level("same_area_and_city", f"({overlap('areas')} and city_l = city_r)", 0.60, 0.80),
            Level("same_area", overlap("areas"), 0.10, 0.05),
            Level("same_city", "(city_l = city_r)", 0.12, 0.05, exact="city", tf="city"),
            Level("similar_city", similar("city"), 0.08, 0.03),
            Level("different", "ELSE", 0.10, 0.07),
        ),
        ("same_area_and_city", "same_city", "different"),
    ),
    _PHONE,
    # E-mails of namesakes with one provider look alike without being one address.
    _with_loose(_EMAIL, "email", 0.86),
    _ACCOUNT,
)

ORGANISATION: tuple[Comparison, ...] = (
    Comparison(
        "business_id",
        both("business_id"),
        (
            Level("equal", "(business_id_l = business_id_r)", 0.985, 0.01, exact="business_id"),
            Level("one_edit", one_edit("business_id", 0.85), 0.01, 0.01),
            Level("different", "ELSE", 0.005, 0.98),
        ),
        ("equal", "one_edit", "different"),
    ),
    Comparison(
        "organisation_name",
        both("org"),
        (
            Level("equal", "(org_l = org_r)", 0.72, 0.05, exact="org", tf="org"),
            Level("same_words", "(org_words_l = org_words_r)", 0.04, 0.02),
            Level("similar", similar("org", 0.90), 0.10, 0.05),
            Level(
                "one_contains_other",
                "(starts_with(org_l, org_r || ' ') or starts_with(org_r, org_l || ' '))",
                0.06,
                0.05,
            ),
            Level("different", "ELSE", 0.08, 0.83),
        ),
        ("equal", "similar", "one_contains_other", "different"),
    ),
    _ADDRESS,
    _PHONE,
    _EMAIL,
    _ACCOUNT,
)


# First names that agree: an equal full name is one of these beside an equal surname.
SAME_FIRST_NAME = frozenset({"all_equal", "other_names_conflict", "equal_woman", "equal"})
# A parent of the same first name was born in another year, twins have two first names: whoever of a household agrees in the
# first name does not agree in these, whatever the rest of the household does. Namesakes' own rates of the others are learnt.
FIXED_FOR_NAMESAKES = frozenset({"identity", "birth_date", "national_id"})
LEARNT_FOR_NAMESAKES = frozenset({"phone", "email", "account", "address", "street"})


def comparisons(model: str, country: str) -> tuple[Comparison, ...]:
    """The comparisons of the person or the organisation model under a country's rules."""
    if model == "organisation":
        return ORGANISATION
    return PERSON_FI if country == "fi" else PERSON_GENERIC


def columns(model: str, country: str) -> tuple[str, ...]:
    """Columns whose value counts the u of exact levels is computed from."""
    found = {level.exact for comparison in comparisons(model, country) for level in comparison.levels if level.exact}
    return tuple(sorted(found))


def term_frequency_columns(model: str, country: str) -> tuple[str, ...]:
    found = {level.tf for comparison in comparisons(model, country) for level in comparison.levels if level.tf}
    return tuple(sorted(found))


def splink_settings(
    model: str,
    country: str,
    dialect: Dialect,
    m: dict[str, dict[str, float]],
    u: dict[str, dict[str, float]],
    prior: float,
) -> dict[str, Any]:
    """Splink settings for one engine. `m`, `u`: comparison -> level code -> probability; `prior`: of "same" for two random rows."""
    functions = {field: getattr(dialect, field) for field in ("jaro_winkler", "damerau", "overlap", "contains", "size")}

    def level(comparison: str, item: Level) -> dict[str, Any]:
        settings: dict[str, Any] = {
            "sql_condition": item.condition.format(**functions),
            "label_for_charts": item.code,
            "m_probability": m[comparison][item.code],
            "u_probability": u[comparison][item.code],
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
        "probability_two_random_records_match": prior,
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        # Candidate pairs are registered (see blocking.sql); Splink only asks that some rule is there.
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
                    *(level(comparison.name, item) for item in comparison.levels),
                ],
            }
            for comparison in comparisons(model, country)
        ],
    }
