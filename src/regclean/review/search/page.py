"""The search box of every page. What is looked for is personal: it is sent in a form's body, never in an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from starlette.concurrency import run_in_threadpool

from regclean.accounts.permissions import User
from regclean.review.case.fields import LABELS, TABLE_LABELS
from regclean.review.search.finding import LONGEST, find
from regclean.review.web.i18n import N_
from regclean.review.web.services import Acting, Service, page, require

router = APIRouter()
Reader = Annotated[User, require("findings:read")]
KINDS = {**TABLE_LABELS, "findings": N_("Finding"), "batches": N_("Batch")}
FIELDS = {
    **LABELS,
    "member": N_("On the list"),
    "site": N_("Address of a site"),
    "batch_id": N_("Number"),
    "finding_id": N_("Number"),
}


@router.get("/search")
def ask(request: Request, user: Reader) -> Response:
    """The box alone, for browsers without scripts."""
    return page(request, "search.html", asked="", found=None, kinds=KINDS, fields=FIELDS)


@router.post("/search/customers/{field}")
async def customers(request: Request, field: str, service: Service, user: Reader, acting: Acting) -> Response:
    """The customers that the text in a field of a form begins, to choose one of them."""
    text = (await request.form()).get(field)
    asked = text[:LONGEST] if isinstance(text, str) else ""
    found = await run_in_threadpool(find, service, acting, asked)
    return page(
        request, "_choices.html", field=field, asked=asked, found=[one for one in found if one.kind == "customers"]
    )


@router.post("/search")
def answer(
    request: Request, service: Service, user: Reader, acting: Acting, q: Annotated[str, Form(max_length=LONGEST)] = ""
) -> Response:
    """What begins as was written: a list under the box for a script, else a page."""
    template = "_found.html" if request.headers.get("hx-request") else "search.html"
    return page(request, template, asked=q, found=find(service, acting, q), kinds=KINDS, fields=FIELDS)
