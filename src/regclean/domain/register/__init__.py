"""The register's shape: what its rows, keys and subjects look like. Standard library only."""

from regclean.domain.register.keys import (
    CUSTOMER_COLUMNS,
    KEY_COLUMNS,
    NEW,
    REPEATABLE,
    first_part,
    group_of,
    join_key,
    key_parts,
    line_key,
    member_of,
)
from regclean.domain.register.subjects import Subject, customers_among, row_subject, subject_prefix, subject_text

__all__ = [
    "CUSTOMER_COLUMNS",
    "KEY_COLUMNS",
    "NEW",
    "REPEATABLE",
    "Subject",
    "customers_among",
    "first_part",
    "group_of",
    "join_key",
    "key_parts",
    "line_key",
    "member_of",
    "row_subject",
    "subject_prefix",
    "subject_text",
]
