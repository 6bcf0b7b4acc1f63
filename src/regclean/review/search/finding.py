"""What the search box and the API find: the night's subjects, and the ledger's findings and batches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from regclean.accounts.permissions import User
from regclean.acts import Context, check_there, hidden_from, visible_to
from regclean.config import derived_key, workspace_key
from regclean.domain.register import subject_text
from regclean.errors import InputError, NotFoundError
from regclean.inspection import Hit, search
from regclean.ledger.tables import batches, findings
from regclean.review.web.services import Services
from regclean.standardise import national_id_hash

LONGEST = 120  # characters of a question
_FINDING = re.compile(r"F[0-9a-f]{3,20}", re.IGNORECASE)
_BATCH = re.compile(r"(?:(erä|batch|sats|parti)\s*)?#?(\d{1,9})", re.IGNORECASE)
FINDINGS = 5


@dataclass(frozen=True, slots=True)
class SearchResult:
    """One answer. `kind`: customers, sites, bin_groups, findings or batches; `field`: by what it was found; `path`: its page,
    None where it has none. Of the protected only the number is told.
    """

    kind: str
    key: str
    label: str | None
    place: str | None
    field: str
    ended: bool
    protected: bool
    path: str | None


def find(service: Services, acting: Context, text: str) -> list[SearchResult]:
    """What begins as `text` does, and what this account may know of. Before the first night there is nothing."""
    asked = text.strip()[:LONGEST]
    if not asked:
        return []
    with acting.ledger.read() as connection:
        known = [*_batches(acting, connection, asked), *_findings(connection, acting.user, asked)]
        hidden = hidden_from(connection, acting.user)
        hits = [hit for hit in _hits(service, acting, asked) if hit.table != "customers" or hit.key not in hidden]
        paths = _paths(connection, acting.user, hits)
    # A batch is found by its number alone, which a customer may have too: the customer comes first.
    said = [
        SearchResult(h.table, h.key, h.label, h.place, h.field, h.ended, h.protected, paths.get((h.table, h.key)))
        for h in hits
    ]
    return said + known


def _hits(service: Services, acting: Context, asked: str) -> list[Hit]:
    settings = service.workspace.config.section("workspace")
    try:
        with service.night.read() as (last, night):
            id_hash = national_id_hash(
                asked,
                country=settings["country"],
                key=derived_key(workspace_key(service.workspace.var), "national_id"),
                as_of=last.as_of,
                accept_test_ids=settings["accept_test_ids"],
            )
            return search(night, asked, restricted=acting.user.may("restricted:open"), id_hash=id_hash)
    except InputError:
        return []


def _paths(connection: Connection, user: User, hits: list[Hit]) -> dict[tuple[str, str], str]:
    """Where each is looked at: a customer on its card; a site or a shared bin at the most urgent case about it."""
    paths = {(hit.table, hit.key): f"/customer/{hit.key}" for hit in hits if hit.table == "customers"}
    keys = {subject_text(hit.table, hit.key): (hit.table, hit.key) for hit in hits if hit.table != "customers"}
    query = (
        select(findings.c.case_key, findings.c.finding_id)
        .where(findings.c.case_key.in_(sorted(keys)), visible_to(user))
        .order_by(findings.c.state != "open", findings.c.priority.desc(), findings.c.finding_id)
    )
    for case_key, finding_id in connection.execute(query):
        paths.setdefault(keys[case_key], f"/case/{finding_id}")
    return paths


def _findings(connection: Connection, user: User, asked: str) -> Iterator[SearchResult]:
    if not _FINDING.fullmatch(asked):
        return
    begins = "F" + asked[1:].lower()
    query = select(findings).where(
        findings.c.finding_id >= begins, findings.c.finding_id <= begins + "g", visible_to(user)
    )
    for row in connection.execute(query.order_by(findings.c.finding_id).limit(FINDINGS)).mappings():
        protected = bool(row["protected"])
        label = None if protected else row["label"]
        yield SearchResult(
            "findings",
            row["finding_id"],
            label,
            None,
            "finding_id",
            row["state"] != "open",
            protected,
            f"/case/{row['finding_id']}",
        )


def _batches(acting: Context, connection: Connection, asked: str) -> Iterator[SearchResult]:
    named = _BATCH.fullmatch(asked)
    if not named or not acting.user.may("batches:read"):
        return
    number = int(named[2])
    row = connection.execute(select(batches).where(batches.c.batch_id == number)).mappings().first()
    if row is None:
        return
    try:
        check_there(acting, number)
    except NotFoundError:
        return
    yield SearchResult("batches", str(number), row["title"], None, "batch_id", False, False, f"/batches/{number}")
