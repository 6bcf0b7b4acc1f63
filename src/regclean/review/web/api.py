"""The API: the same actions as on the pages, for programs. Each slice has its own in its module `api`.

Answers are JSON, errors are problem+json (RFC 9457). A program carries a bearer token (`regclean user token`); its
scopes are permissions, and it may never do more than its user.
"""

from __future__ import annotations

from typing import Any

from fastapi import Depends, FastAPI, Request
from fastapi.security import HTTPBearer

from regclean.errors import UsageError
from regclean.review.web import slices
from regclean.review.web.models import Problem

PREFIX = "/api/v1"
DESCRIPTION = """Findings of regclean and what people decide on them.

Sign requests with `Authorization: Bearer …`; make a token with `regclean user token NAME --scope findings:read`.
Customers under non-disclosure exist only for tokens with the scope `restricted:open`."""
_BEARER = HTTPBearer(auto_error=False, description="A token made by: regclean user token", bearerFormat="rgc_…")
_MEANINGS = {
    400: "The request cannot be understood.",
    401: "No token, or one that is not good any more.",
    403: "The token or its user may not do this.",
    404: "There is no such thing, or not for this token.",
    409: "Somebody else was here first; read it again.",
    422: "Something in the request is missing or wrong.",
}


def known_parameters(request: Request) -> None:
    """A filter that is not known must not be passed over: a slip of the pen would give everything. Errors: UsageError."""
    path = PREFIX + request.scope["route"].path.removeprefix(PREFIX)
    described = request.app.openapi()["paths"][path][request.method.lower()].get("parameters", ())
    unknown = sorted(set(request.query_params) - {item["name"] for item in described if item["in"] == "query"})
    if unknown:
        raise UsageError("there is an unknown parameter in the query.")


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What a router declares of its errors; 400, 401, 403, 422, and 404 for an address that names nothing, always."""
    content = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {
        status: {"description": _MEANINGS[status], "content": content}
        for status in sorted({400, 401, 403, 404, 422, *statuses})
    }


def install(app: FastAPI, protect: Any) -> None:
    """Add the API to the application, and its description under /api/v1/openapi.json."""
    for module in slices.apis():
        app.include_router(
            module.router, prefix=PREFIX, dependencies=[Depends(protect), Depends(_BEARER), Depends(known_parameters)]
        )
    described = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = described()
            schema["components"]["schemas"]["Problem"] = Problem.model_json_schema()
        return app.openapi_schema or schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's own way to extend a description
