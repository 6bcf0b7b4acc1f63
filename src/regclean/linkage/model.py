"""The comparisons of the linkage models; their SQL stands here and, of organisations, in `organisation_comparisons.py`.

Invariant: every expression below runs on DuckDB and on Spark once `Dialect` has named the functions that differ. A trained
model stores probabilities by comparison and level code (`parameters.py`), never an engine's SQL: settings are generated
anew for each engine.

Levels are tried from the first to the last. A level's code is what explanations and stored parameters call it.
"""

from __future__ import annotations

from dataclasses import replace

from regclean.linkage.comparison import Comparison, Level, both, either_empty, one_edit, overlap, similar
from regclean.linkage.organisation_comparisons import ORGANISATION, ORGANISATION_GENERIC
from regclean.linkage.shared_comparisons import ACCOUNT, ADDRESS, EMAIL, PHONE

MODELS = ("person", "organisation")
_SWAPPED = "({jaro_winkler}(first_l, last_r) >= 0.9 and {jaro_winkler}(last_l, first_r) >= 0.9)"
_MORE = "more_names_l is not null and more_names_r is not null"

# What is said of first names holds whether a customer moved or not. A household's first names agree by chance alone
# (`mixture.py` takes u), so that nothing is expected of them here.
_GIVEN = Comparison(
    "given_name",
    both("first"),
    (
        Level("all_equal", f"(first_l = first_r and given_l = given_r and {_MORE})", 0.16, 0.16, 0, tf="first"),
        Level(
            "other_names_conflict",
            f"(first_l = first_r and {_MORE} and not {overlap('other_names')})",
            0.004,
            0.004,
            0,
            tf="first",
        ),
        Level("equal", "(first_l = first_r and length(first_l) > 1)", 0.60, 0.60, 0, exact="first", tf="first"),
        Level("call_name", "({contains}(full_names_l, first_r) or {contains}(full_names_r, first_l))", 0.05, 0.05, 0),
        # Another spelling or a nickname; or two names that are written as one.
        Level(
            "variant",
            "({contains}(variants_l, first_r) or {contains}(variants_r, first_l) or joined_l = joined_r)",
            0.04,
            0.04,
            0,
        ),
        Level("swapped", _SWAPPED, 0.02, 0.02, 0),
        Level(
            "initial",
            "((length(first_l) = 1 or length(first_r) = 1) and substr(first_l, 1, 1) = substr(first_r, 1, 1))",
            0.04,
            0.04,
            0,
        ),
        Level("similar", similar("first"), 0.06, 0.06, 0),
        # Two full names and two, and neither first one among the other's: twins, not one person, also when they share a second name.
        Level("disjoint", f"({_MORE})", 0.0005, 0.0005, 0),
        Level("different", "ELSE", 0.006, 0.006, 0),
    ),
    ("all_equal", "equal", "different", "disjoint"),
)
# First name and surname in each other's place are one observation: it counts with the first names.
_SURNAME = Comparison(
    "surname",
    f"last_l is null or last_r is null or {_SWAPPED}",
    (
        Level("equal", "(last_l = last_r)", 0.90, 0.86, 0.72, exact="last", tf="last"),
        Level("part_or_previous", overlap("last_parts"), 0.03, 0.04, 0.03),
        Level("similar", similar("last"), 0.05, 0.04, 0.01),
        Level("different", "ELSE", 0.02, 0.06, 0.24),
    ),
    ("equal", "similar", "different"),
)
_BIRTH_LEVELS = (
    Level("equal", "(birth_l = birth_r)", 0.93, 0.93, 0.004, exact="birth"),
    Level("one_digit", one_edit("birth"), 0.03, 0.03, 0.006),
    Level(
        "parts_swapped",
        "(substr(birth_l, 1, 4) = substr(birth_r, 1, 4) and substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
        " and substr(birth_l, 7, 2) = substr(birth_r, 5, 2))",
        0.01,
        0.01,
        0.0005,
    ),
    Level(
        "two_parts_equal",
        "(cast(substr(birth_l, 1, 4) = substr(birth_r, 1, 4) as int) + cast(substr(birth_l, 5, 2) = substr(birth_r, 5, 2) as int)"
        " + cast(substr(birth_l, 7, 2) = substr(birth_r, 7, 2) as int) >= 2)",
        0.015,
        0.015,
        0.02,
    ),
    Level("different", "ELSE", 0.01, 0.01, 0.97),
)
_BIRTH_ORDER = ("equal", "parts_swapped", "one_digit", "two_parts_equal", "different")
# One row ended when the other began: a customer who moved, or a home that changed hands.
_HANDOVER = "(began_r - ended_l between -31 and 62 or began_l - ended_r between -31 and 62)"
_TIME = Comparison(
    "time",
    "began_l is null or began_r is null",
    (
        Level("handover", _HANDOVER, 0.05, 0.25, 0.02),
        Level("one_ended", "(ended_l is not null or ended_r is not null)", 0.25, 0.25, 0.25),
        Level("both_going", "ELSE", 0.70, 0.50, 0.73),
    ),
)

# Who moved with somebody is one customer at both places: a companion is whoever else is named at one's place. At one place all are.
_COMPANY = Comparison(
    "company",
    f"({either_empty('companions')}) or coalesce({overlap('sites')}, false)",
    (
        Level("in_common", overlap("companions"), 0.10, 0.10, 0.02),
        Level("none", "ELSE", 0.90, 0.90, 0.98),
    ),
)

PERSON_FI: tuple[Comparison, ...] = (
    _GIVEN,
    _SURNAME,
    Comparison(
        "identity",
        f"({both('birth')}) and ({both('national_id')})",
        (
            Level("same_national_id", "(national_id_l = national_id_r)", 0.30, 0.30, 0.0005, exact="national_id"),
            Level("other_national_id", "(national_id_l <> national_id_r)", 0.0005, 0.0005, 0.30),
            *_BIRTH_LEVELS,
        ),
        ("same_national_id", *_BIRTH_ORDER, "other_national_id"),
    ),
    ADDRESS,
    PHONE,
    EMAIL,
    ACCOUNT,
    _TIME,
    _COMPANY,
)


# Without Finnish rules an id is text that may be mistyped, an address has no parsed flat, and values wander between fields.
def _with_loose(comparison: Comparison, column: str, threshold: float = 0.8, edits: int | None = None) -> Comparison:
    """A further level before the last: words that look alike with several typing errors in them, at most so many `edits`."""
    *levels, rest = comparison.levels
    alike = f"{{jaro_winkler}}({column}_l, {column}_r) >= {threshold}"
    if edits is not None:
        alike = f"({alike} and {{damerau}}({column}_l, {column}_r) <= {edits})"
    loose = Level("loosely_similar", alike, 0.02, 0.02, 0.02)
    return replace(comparison, levels=(*levels, loose, rest))


def _with_known(comparison: Comparison) -> Comparison:
    """A further level before what is loosely similar: two names that people bear, more than a slip apart, are two names."""
    at = comparison.codes.index("similar") + 1
    other = Level("other_name", "(known_name_l and known_name_r)", 0.006, 0.006, 0)
    return replace(comparison, levels=(*comparison.levels[:at], other, *comparison.levels[at:]))


PERSON_GENERIC: tuple[Comparison, ...] = (
    # First names of one root (Darla, Darlene) begin alike: more than two slips in a word are another name.
    _with_loose(_with_known(_GIVEN), "first", edits=2),
    _with_loose(_SURNAME, "last"),
    Comparison(
        "birth_date",
        both("birth"),
        (
            *_BIRTH_LEVELS[:-1],
            Level("two_edits", "{damerau}(birth_l, birth_r) <= 2", 0.02, 0.02, 0.02),
            Level("same_year", "(substr(birth_l, 1, 4) = substr(birth_r, 1, 4))", 0.02, 0.02, 0.03),
            _BIRTH_LEVELS[-1],
        ),
        (*_BIRTH_ORDER[:-1], "same_year", "different"),
    ),
    Comparison(
        "national_id",
        both("national_id"),
        (
            Level("equal", "(national_id_l = national_id_r)", 0.80, 0.80, 0.0005, exact="national_id"),
            Level("one_edit", one_edit("national_id", 0.80), 0.14, 0.14, 0.0005),
            Level("different", "ELSE", 0.06, 0.06, 0.999),
        ),
        ("equal", "one_edit", "different"),
    ),
    Comparison(
        "street",
        either_empty("streets"),
        (
            Level("same_house", overlap("numbers"), 0.62, 0, 0.80, exact="numbers"),
            Level("same_street", overlap("streets"), 0.14, 0.02, 0.05, exact="streets"),
            Level("similar_street", similar("street"), 0.18, 0.02, 0.05),
            Level("different", "ELSE", 0.06, 0.96, 0.10),
        ),
    ),
    Comparison(
        "place",
        f"({either_empty('areas')}) and ({both('city')})",
        (
            Level("same_area_and_city", f"({overlap('areas')} and city_l = city_r)", 0.65, 0.10, 0.80),
            Level("same_area", overlap("areas"), 0.10, 0.05, 0.05),
            Level("same_city", "(city_l = city_r)", 0.12, 0.20, 0.05, exact="city", tf="city"),
            Level("similar_city", similar("city"), 0.08, 0.05, 0.03),
            Level("different", "ELSE", 0.05, 0.60, 0.07),
        ),
    ),
    PHONE,
    # E-mails of namesakes with one provider look alike without being one address.
    _with_loose(EMAIL, "email", 0.86),
    ACCOUNT,
    _TIME,
    _COMPANY,
    # The older and the younger one of a name, where the register says which.
    Comparison(
        "generation",
        both("generation"),
        (
            Level("equal", "(generation_l = generation_r)", 0.9995, 0.9995, 0.30),
            Level("different", "ELSE", 0.0005, 0.0005, 0.70),
        ),
        ("equal", "different"),
    ),
)

# First names that agree: an equal full name is one of these beside an equal surname.
SAME_FIRST_NAME = ("all_equal", "other_names_conflict", "equal")
OTHER_FIRST_NAME = ("different", "disjoint", "other_name")
# The comparisons whose equality is one observation: a whole name, which is looked up in the register's own cells.
NAMES = {"person": ("given_name", "surname"), "organisation": ("organisation_name",)}
# Where two rows are at one place, and what tells of one person's date and id.
PLACES = ("address", "street")
SAME_PLACE = (
    "same_place_2",
    "same_place_4",
    "same_place_10",
    "same_place_many",
    "same_site_flat_missing",
    "same_house",
    "same_house_other_spelling",
)
DATES = ("identity", "birth_date")
CONTACTS = ("phone", "email", "account")
# What may be missing: that both rows know it tells whose they are as well. Whoever is entered again takes along what was known;
# namesakes know what any two of their household do. Such fields are missing together, so that they are one observation.
KNOWN = {"person": ("identity", "birth_date", "phone", "email"), "organisation": ()}
# An e-mail address that is made of the name says little beside that name: namesakes choose alike.
OF_NAME = ("email", "equal_of_name")
# What strangers have in common oftener once they have one name: each with its level.
BESIDE_NAME = (OF_NAME, ("company", "in_common"))


def comparisons(model: str, country: str) -> tuple[Comparison, ...]:
    """The comparisons of the person or the organisation model under a country's rules."""
    if model == "organisation":
        return ORGANISATION if country == "fi" else ORGANISATION_GENERIC
    return PERSON_FI if country == "fi" else PERSON_GENERIC


def columns(model: str, country: str) -> tuple[str, ...]:
    """Columns whose value counts the u of exact levels is computed from."""
    found = {level.exact for comparison in comparisons(model, country) for level in comparison.levels if level.exact}
    return tuple(sorted(found))


def term_frequency_columns(model: str, country: str) -> tuple[str, ...]:
    found = {level.tf for comparison in comparisons(model, country) for level in comparison.levels if level.tf}
    return tuple(sorted(found))
