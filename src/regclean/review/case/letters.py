"""The letter to a shared bin's contact person, from the findings that the ledger froze: ready to be copied and sent."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, RowMapping, select

from regclean.bin_reports import FrozenFinding, Letter, letter, material_of
from regclean.domain.languages import LANGUAGES
from regclean.domain.register import customers_among
from regclean.findings.seen import Look
from regclean.ledger.tables import protected_subjects
from regclean.review.case import cases


def letters(
    connection: Connection, number: str, findings: Sequence[RowMapping], look: Look, *, sender: str, first: str
) -> tuple[Letter, ...]:
    """The letter of one shared bin in each language, `first` first; none where nobody is to be written to.

    Whoever reads the page, a letter leaves the house: nobody under non-disclosure is named in it.
    """
    subjects = connection.execute(select(protected_subjects.c.subject)).scalars()
    protected = customers_among(subjects)
    at_hand = look(subject for row in findings for subject in json.loads(row["subjects"]))
    frozen = [
        FrozenFinding(
            rule=row["rule"],
            severity=row["severity"],
            subjects=tuple(json.loads(row["subjects"])),
            evidence=cases.with_records(payload, row, at_hand),
            protected=row["protected"],
        )
        for row in findings
        if "rule" in (payload := cases.said(connection, row))
    ]
    material = material_of(number, frozen, protected=protected)
    order = [first, *(code for code in LANGUAGES if code != first)]
    written = (letter(material, code, sender=sender) for code in order)
    return tuple(one for one in written if one is not None)
