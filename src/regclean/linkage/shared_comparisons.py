"""The comparisons that persons and organisations have in common: phone, e-mail, account, address."""

from __future__ import annotations

from regclean.linkage.comparison import Comparison, Level, both, either_empty, one_edit, overlap

# A level that is evidence without being said: the value is not there.
MISSING = "missing"
PHONE = Comparison(
    "phone",
    either_empty("phones"),
    (
        Level("equal", "(phone_l = phone_r)", 0.60, 0.45, 0.30, exact="phone"),
        Level("second_number", overlap("phones"), 0.05, 0.05, 0.05),
        Level("one_digit", one_edit("phone", 0.93), 0.03, 0.02, 0.01),
        Level("different", "ELSE", 0.32, 0.48, 0.64),
    ),
    ("equal", "second_number", "different"),
)
# Addresses that differ in digits, dots or the provider alone are no evidence: namesakes choose alike. Only where the local
# part has nothing of the name (`email_local` is null otherwise) does it speak for itself.
EMAIL = Comparison(
    "email",
    "email_l is null or email_r is null or (email_l <> email_r and email_letters_l = email_letters_r"
    " and (email_local_l is null or email_local_r is null or email_local_l <> email_local_r))",
    (
        Level("equal", "(email_own_l = email_own_r)", 0.30, 0.25, 0.08, exact="email_own"),
        Level("equal_of_name", "(email_l = email_r)", 0.30, 0.25, 0.07),
        Level("same_local_part", "(email_local_l = email_local_r and length(email_local_l) >= 6)", 0.05, 0.05, 0.01),
        Level("one_edit", one_edit("email", 0.95), 0.03, 0.02, 0.005),
        Level("different", "ELSE", 0.32, 0.43, 0.835),
    ),
    ("equal", "equal_of_name", "one_edit", "different"),
)
ACCOUNT = Comparison(
    "account",
    both("iban"),
    (
        Level("equal", "(iban_l = iban_r)", 0.75, 0.75, 0.35, exact="iban"),
        Level("different", "ELSE", 0.25, 0.25, 0.65),
    ),
    ("equal", "different"),
)
# A place that two rows hold says more than one that twenty hold. Who stayed shares a place, who moved does not.
ADDRESS = Comparison(
    "address",
    either_empty("sites"),
    (
        Level("same_place_2", overlap("places_2"), 0.40, 0, 0.40, exact="places_2"),
        Level("same_place_4", overlap("places_4"), 0.28, 0, 0.35, exact="places_4"),
        Level("same_place_10", overlap("places_10"), 0.08, 0, 0.08, exact="places_10"),
        Level("same_place_many", overlap("places_many"), 0.02, 0, 0.02, exact="places_many"),
        Level("same_site_flat_missing", overlap("places", "within"), 0.10, 0, 0.05),
        Level("same_site_other_flat", overlap("sites"), 0.01, 0.01, 0.02),
        Level("same_number_other_area", overlap("numbers"), 0.07, 0.01, 0.02),
        Level("same_street", overlap("streets"), 0, 0.08, 0.01),
        Level("same_area", overlap("areas"), 0, 0.28, 0.02),
        Level("different", "ELSE", 0, 0.60, 0.03),
    ),
)
