"""Where an act on a case leads: to the next case, to one that is named, or back to the queue, behind the same filters."""

from __future__ import annotations

from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import RedirectResponse, Response

from regclean.accounts.permissions import User
from regclean.acts import Context
from regclean.review.case import cases
from regclean.review.case.own_session import counts_of
from regclean.review.case.staging import Staging
from regclean.review.queue import worklist
from regclean.review.queue.filters import Filters, read_filters


def onward(request: Request, acting: Context, finding_id: str, held: Staging) -> Response:
    """To the next case; to the queue when there is none."""
    filters = filters_of(request, acting.user)
    with acting.ledger.read() as connection:
        after = cases.find_row(connection, acting.user, finding_id)
        folded = counts_of(request).folding(connection, acting, filters).cases
        found = worklist.first(
            connection, acting.user, filters, now=acting.now, without=held.aside, folded=folded, after=after
        )
    return to_case(found, filters) if found else to_queue(filters)


def to_case(finding_id: str, filters: Filters) -> Response:
    return RedirectResponse(url_of(f"/case/{finding_id}", filters), 303)


def to_queue(filters: Filters) -> Response:
    return RedirectResponse(url_of("/queue", filters), 303)


def url_of(path: str, filters: Filters) -> str:
    return f"{path}?{urlencode(filters.query)}"


def filters_of(request: Request, user: User) -> Filters:
    filters = read_filters(request.query_params)
    return filters if filters.pool in worklist.pools_of(user) else Filters()
