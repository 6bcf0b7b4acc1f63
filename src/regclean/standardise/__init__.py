"""From text as it was exported to typed, folded values: pure rules, run over unique values."""

from regclean.standardise.codes import UnknownCodeError, read_code
from regclean.standardise.dates import UnreadableDateError, read_date
from regclean.standardise.folding import fold
from regclean.standardise.identifiers import (
    WRITTEN_NATIONAL_ID,
    mask_national_id,
    national_ids_in,
    strike_out_ids,
)
from regclean.standardise.keys import clean_key, row_key
from regclean.standardise.memory import Memory
from regclean.standardise.non_disclosure import HIDING
from regclean.standardise.of_whom import NOBODY
from regclean.standardise.places import municipality_name, municipality_of
from regclean.standardise.quantities import UnreadableNumberError, read_boolean, read_decimal
from regclean.standardise.reference import first_name_genders, name_counts, name_variants
from regclean.standardise.rules import national_id_hash
from regclean.standardise.shares import read_share
from regclean.standardise.streets import StreetNames, street_names
from regclean.standardise.tables import Options, standardise_tables
from regclean.standardise.text import PLACEHOLDERS, clean_text, value_or_none
from regclean.standardise.zeros import lost_zeros

__all__ = [
    "HIDING",
    "NOBODY",
    "PLACEHOLDERS",
    "WRITTEN_NATIONAL_ID",
    "Memory",
    "Options",
    "StreetNames",
    "UnknownCodeError",
    "UnreadableDateError",
    "UnreadableNumberError",
    "clean_key",
    "clean_text",
    "first_name_genders",
    "fold",
    "lost_zeros",
    "mask_national_id",
    "municipality_name",
    "municipality_of",
    "name_counts",
    "name_variants",
    "national_id_hash",
    "national_ids_in",
    "read_boolean",
    "read_code",
    "read_date",
    "read_decimal",
    "read_share",
    "row_key",
    "standardise_tables",
    "street_names",
    "strike_out_ids",
    "value_or_none",
]
