"""The comparisons of organisations, under Finnish rules and without the rules of a country."""

from __future__ import annotations

from dataclasses import replace

from regclean.linkage.comparison import Comparison, Level, both, either_empty, one_edit, overlap, similar
from regclean.linkage.shared_comparisons import ACCOUNT, ADDRESS, EMAIL, MISSING, PHONE

ORGANISATION: tuple[Comparison, ...] = (
    # Who has two accounts at two sites mostly has them under the number of the firm: where it is missing, that is evidence too.
    Comparison(
        "business_id",
        "1 = 0",
        (
            Level(MISSING, both("business_id"), 0.40, 0.40, 0.40),
            Level("equal", "(business_id_l = business_id_r)", 0.59, 0.59, 0.01, exact="business_id"),
            Level("one_edit", one_edit("business_id", 0.85), 0.006, 0.006, 0.01),
            Level("different", "ELSE", 0.004, 0.004, 0.58),
        ),
        ("equal", "one_edit", "different"),
    ),
    Comparison(
        "organisation_name",
        both("org"),
        (
            Level("equal", "(org_l = org_r)", 0.72, 0.72, 0.03, exact="org", tf="org"),
            Level("same_words", "(org_words_l = org_words_r)", 0.04, 0.04, 0.02),
            Level("similar", similar("org", 0.90), 0.10, 0.10, 0.05),
            Level(
                "one_contains_other",
                "(starts_with(org_l, org_r || ' ') or starts_with(org_r, org_l || ' ')"
                " or right(org_l, length(org_r) + 1) = ' ' || org_r or right(org_r, length(org_l) + 1) = ' ' || org_l)",
                0.06,
                0.06,
                0.05,
            ),
            Level("different", "ELSE", 0.08, 0.08, 0.85),
        ),
        ("equal", "similar", "one_contains_other", "different"),
    ),
    # What tells siblings apart: the number in the name, and the legal form. An equal name has equal numbers.
    Comparison(
        "numerals",
        "(numerals_l = '' and numerals_r = '') or coalesce(org_l = org_r, false)",
        (
            Level("equal", "(numerals_l = numerals_r)", 0.97, 0.97, 0.10),
            Level("one_missing", "(numerals_l = '' or numerals_r = '')", 0.025, 0.025, 0.30),
            Level("different", "ELSE", 0.005, 0.005, 0.60),
        ),
        ("equal", "one_missing", "different"),
    ),
    Comparison(
        "legal_form",
        both("form_family"),
        (
            Level("equal", "(form_family_l = form_family_r)", 0.99, 0.99, 0.50),
            Level("different", "ELSE", 0.01, 0.01, 0.50),
        ),
        ("equal", "different"),
    ),
    # Many are named after their street: that two are on one street is in their names.
    replace(ADDRESS, levels=tuple(level for level in ADDRESS.levels if level.code != "same_street")),
    PHONE,
    EMAIL,
    ACCOUNT,
)

# Without the rules of a country a name, and an address, may be written in many ways.
_ORGANISATION_NAME = ORGANISATION[1]
ORGANISATION_GENERIC: tuple[Comparison, ...] = (
    ORGANISATION[0],
    replace(
        _ORGANISATION_NAME,
        levels=(
            *_ORGANISATION_NAME.levels[:-1],
            Level("abbreviated", "(word_starts_l = word_starts_r)", 0.10, 0.10, 0.01),
            Level(
                "same_initials",
                "(initials_l = initials_r and length(initials_l) > 2"
                " or length(initials_l) > 1 and initials_l = org_r or length(initials_r) > 1 and initials_r = org_l)",
                0.08,
                0.08,
                0.01,
            ),
            Level("shares_words", "({size}({intersect}(words_l, words_r)) >= 2)", 0.10, 0.10, 0.03),
            Level(
                "other_word",
                f"({overlap('words')} and {{size}}({{intersect}}(words_l, words_r)) < {{size}}(words_l)"
                " and {size}({intersect}(words_l, words_r)) < {size}(words_r))",
                0.03,
                0.03,
                0.10,
            ),
            Level("shares_rare_word", overlap("rare_words"), 0.06, 0.06, 0.03),
            Level("loosely_similar", "{jaro_winkler}(org_l, org_r) >= 0.8", 0.08, 0.08, 0.05),
            _ORGANISATION_NAME.levels[-1],
        ),
    ),
    *ORGANISATION[2:4],
    Comparison(
        "street",
        either_empty("numbers"),
        (
            Level("same_house", overlap("numbers"), 0.60, 0, 0.75, exact="numbers"),
            Level("same_house_other_spelling", overlap("house_words"), 0.30, 0, 0.15, exact="house_words"),
            Level("similar_street", similar("street"), 0.05, 0.10, 0.05),
            Level("different", "ELSE", 0.05, 0.90, 0.05),
        ),
    ),
    *ORGANISATION[5:],
)
