"""The letter to a shared bin's contact person, from the findings that the ledger froze: ready to be copied and sent."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from regclean.bin_reports import FrozenFinding, Letter, letter, material_of
from regclean.domain.languages import LANGUAGES
from regclean.domain.register import customers_among
from regclean.ledger.tables import protected_subjects
from regclean.review.case.cases import read_evidence


def letters(
    connection: Connection, number: str, findings: Sequence[RowMapping], *, sender: str, first: str
) -> tuple[Letter, ...]:
    """The letter of one shared bin in each language, `first` first; none where nobody is to be written to.

    Whoever reads the page, a letter leaves the house: nobody under non-disclosure is named in it.
    """
    subjects = connection.execute(select(protected_subjects.c.subject)).scalars()
    protected = customers_among(subjects)
    frozen = [
        FrozenFinding(
            rule=row["rule"],
            severity=row["severity"],
            subjects=tuple(json.loads(row["subjects"])),
            evidence=payload,
            protected=row["protected"],
        )
        for row in findings
        if "rule" in (payload := read_evidence(connection, row["finding_id"], row["evidence_digest"]))
    ]
    material = material_of(number, frozen, protected=protected)
    order = [first, *(code for code in LANGUAGES if code != first)]
    written = (letter(material, code, sender=sender) for code in order)
    return tuple(one for one in written if one is not None)
