"""Who may do what to what: every route and every command, declared here and nowhere else.

A line says what is sent about which object, who may (`may`), for whom the object is not there (`none`) and who is stopped
by what others have done or by lines that they may not see (`stop`). Everybody else lacks the right; whoever has not signed
in is refused, where it is not `PUBLIC`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Names = tuple[str, ...]

EVERYBODY: Names = (
    "steward",
    "approver",
    "clerk",
    "admin",
    "auditor",
    "restricted",
    "guardian",  # a steward with the right to protected customers
    "deputy",  # an approver with it
    "keeper",  # a clerk with it
)
READERS: Names = ("steward", "approver", "clerk", "guardian", "deputy", "keeper")
SEE_ALL: Names = ("guardian", "deputy", "keeper")
SEE_SOME: Names = ("steward", "approver", "clerk")
DECIDERS: Names = ("steward", "approver", "guardian", "deputy")
OVERVIEW: Names = tuple(name for name in EVERYBODY if name != "restricted")
OPENERS: Names = ("restricted", *SEE_ALL)
BUILDERS: Names = ("steward", "clerk", "guardian", "keeper")
APPROVERS: Names = ("approver", "deputy")
CLERKS: Names = ("clerk", "keeper")
UNSEEING: Names = ("steward", "approver")  # deciders without the right to protected customers


@dataclass(frozen=True, slots=True)
class Line:
    """One object of a route or command. `sent`: the form, body, query or arguments; `writes`: it must change the ledger."""

    about: str = ""
    may: Names = ()
    none: Names = ()
    stop: Names = ()
    sent: Mapping[str, Any] | tuple[str, ...] = field(default_factory=dict)
    writes: bool = False


PUBLIC = "public"  # nobody need sign in; what it shows is nobody's
Rights = str | tuple[Line, ...]


def read(*may: str) -> Rights:
    return (Line(may=may),)


def seen_batch() -> Rights:
    return Line("built", READERS), Line("mixed", READERS), Line("hidden", SEE_ALL, none=SEE_SOME)


def approving(sent: Any = None) -> tuple[Line, ...]:
    more = {"sent": sent or {}, "writes": True}
    return (
        Line("built", APPROVERS, **more),
        Line("authored", stop=APPROVERS, sent=sent or {}),
        Line("mixed", ("deputy",), stop=("approver",), **more),
        Line("hidden", ("deputy",), none=("approver",), **more),
    )


def sending_back(sent: Any) -> tuple[Line, ...]:
    return (
        Line("built", APPROVERS, sent=sent, writes=True),
        Line("authored", APPROVERS, sent=sent, writes=True),
        Line("mixed", APPROVERS, sent=sent, writes=True),
        Line("hidden", ("deputy",), none=("approver",), sent=sent, writes=True),
    )


def clerking(kind: str, *, writes: bool = True, sent: Any = None) -> tuple[Line, ...]:
    """Apply or take back: nobody without the right to all of the batch."""
    prefix, mixed, hidden = (
        ("built", "mixed", "hidden") if kind == "undo" else ("approved", "approved_mixed", "approved_hidden")
    )
    return (
        Line(prefix, CLERKS, writes=writes, sent=sent or {}),
        Line(mixed, ("keeper",), stop=("clerk",), writes=writes, sent=sent or {}),
        Line(hidden, ("keeper",), none=("clerk",), writes=writes, sent=sent or {}),
    )


def exporting(sent: Any = None, *, writes: bool = True) -> tuple[Line, ...]:
    """Protected lines are in no file, so that a batch that holds some is exported by every clerk."""
    more = {"sent": sent or {}, "writes": writes}
    return (
        Line("approved", CLERKS, **more),
        Line("approved_mixed", CLERKS, **more),
        Line("approved_hidden", ("keeper",), none=("clerk",), **more),
    )


def deciding(sent: Any, *, writes: bool = True) -> tuple[Line, ...]:
    return (
        Line("open", DECIDERS, sent=sent, writes=writes),
        Line("protected", ("guardian", "deputy"), none=UNSEEING, sent=sent, writes=writes),
    )


def tasking(sent: Any) -> tuple[Line, ...]:
    return (
        Line("task", DECIDERS, sent=sent, writes=True),
        Line("protected_task", ("guardian", "deputy"), none=UNSEEING, sent=sent, writes=True),
    )


UNDOING = (
    Line("own", DECIDERS, writes=True),
    Line("others"),
    Line("others_protected", none=UNSEEING),
)
LOOK = {"reason": "contact"}
REVEAL = {"field": "national_id", "reason": "identify"}
DECISION = {"verdict": "unsure", "expected_version": 1}
REVEALING = (
    Line("", DECIDERS, sent={"subject": "customers:1003", **REVEAL}),
    Line("", ("guardian", "deputy"), none=UNSEEING, sent={"subject": "customers:1008", **REVEAL}),
)
OPENING = (Line("protected", OPENERS, sent=LOOK), Line("open", none=OPENERS, sent=LOOK))
OPENING_CUSTOMER = (Line("protected_customer", SEE_ALL, none=SEE_SOME, sent=LOOK), Line("customer", READERS, sent=LOOK))

PAGES: dict[str, Rights] = {
    "GET /audit": read("auditor"),
    "POST /audit/verify": read("auditor"),
    "POST /audit/export": read("auditor"),
    "GET /batches": read(*READERS),
    "POST /batches/build": (Line(may=BUILDERS, writes=True),),
    "GET /batches/{batch_id}": seen_batch(),
    "GET /batches/{batch_id}/progress": (Line("built", READERS),),
    "POST /batches/{batch_id}/approve": approving(),
    "POST /batches/{batch_id}/reject": sending_back({"seq": "1", "reason": "ask"}),
    "POST /batches/{batch_id}/apply": clerking("apply"),
    "POST /batches/{batch_id}/undo": clerking("undo"),
    "POST /batches/{batch_id}/export": exporting(),
    "GET /batches/{batch_id}/files.zip": (
        Line("approved", none=CLERKS),  # nothing was exported yet
        Line("approved_hidden", none=CLERKS),
    ),
    "GET /batches/{batch_id}/changes.xlsx": exporting(writes=False),
    "GET /batches/{batch_id}/receipt.json": seen_batch(),
    "GET /queue": read(*READERS),
    "GET /case/{finding_id}": (Line("open", READERS), Line("protected", SEE_ALL, none=SEE_SOME)),
    "GET /case/{finding_id}/{step}": (Line("open", READERS),),
    "POST /case/{finding_id}/stage": (
        Line("open", DECIDERS, sent={"verdict": "unsure", "version": "1"}),
        Line("protected", none=UNSEEING, sent={"verdict": "unsure", "version": "1"}),  # opened with a reason first
    ),
    "POST /case/{finding_id}/result": (Line("open", READERS), Line("protected", none=SEE_SOME)),
    "POST /case/{finding_id}/skip": deciding({}, writes=False),
    "POST /case/{finding_id}/comment": (
        Line("open", DECIDERS, sent={"comment": "x"}, writes=True),
        Line("protected", none=UNSEEING, sent={"comment": "x"}),
    ),
    "POST /case/{finding_id}/assign": (
        Line("open", DECIDERS, sent={"assignee": "colleague"}, writes=True),
        Line("protected", none=UNSEEING, sent={"assignee": "colleague"}),
    ),
    "POST /case/{finding_id}/lines": deciding({}, writes=False),
    "GET /alike/{group}": read(*READERS),
    "POST /alike/{group}/stage": read(*DECIDERS),
    "POST /alike/{group}/all": (Line("", stop=DECIDERS, sent={"count": "0"}),),  # not as many as were shown
    "GET /staged": read(*DECIDERS),
    "POST /staged/undo": read(*DECIDERS),
    "POST /staged/redo": read(*DECIDERS),
    "POST /staged/return": read(*DECIDERS),
    "POST /staged/{finding_id}/remove": (Line("open", DECIDERS),),
    "POST /staged/submit": read(*DECIDERS),
    "POST /decisions/{decision_id}/undo": UNDOING,
    "GET /search": read(*READERS),
    "POST /search": (Line("", READERS, sent={"q": "virtanen"}),),
    "POST /search/customers/{field}": (Line("", READERS, sent={"{field}": "virtanen"}),),
    "GET /customer/{customer_no}": (
        Line("customer", READERS),
        Line("protected_customer", SEE_ALL, none=SEE_SOME),  # asked for the reason
    ),
    "POST /customer/{customer_no}/open": OPENING_CUSTOMER,
    "GET /customer/{customer_no}/compare": (
        Line("customer", READERS, sent={"other": "1013"}),
        Line("protected_customer", SEE_ALL, none=SEE_SOME, sent={"other": "1003"}),  # asked for the reason
    ),
    "POST /customer/{customer_no}/compare": (
        Line(
            "customer", DECIDERS, sent={"other": "1010", "verdict": "different", "reject": "common_name"}, writes=True
        ),
        Line("protected_customer", none=UNSEEING, sent={"other": "1003", "verdict": "household"}),
    ),
    "GET /reveal": (Line("", DECIDERS, sent={"subject": "customers:1003", "field": "national_id"}),),
    "POST /reveal": REVEALING,
    "GET /restricted/{finding_id}": (Line("protected", OPENERS),),
    "POST /restricted/{finding_id}": OPENING,
    "GET /today": read(*OVERVIEW),
    "GET /tasks": read(*READERS),
    "GET /tasks/sheet.xlsx": read(*READERS),
    "POST /tasks/import": read(*DECIDERS),  # without a sheet
    "POST /tasks/accept": read(*DECIDERS),  # nothing ticked
    "GET /tasks/{finding_id}": (
        Line("task", READERS),
        Line("protected_task", SEE_ALL, none=SEE_SOME),  # asked for the reason
        Line("open", none=READERS),
    ),
    "POST /tasks/{finding_id}/plan": (
        Line("task", DECIDERS, sent={"due": "2026-12-01", "way": "visit"}, writes=True),
        Line("protected_task", none=UNSEEING, sent={"way": "visit"}),  # opened with a reason first
    ),
    "POST /tasks/{finding_id}/answer": (
        Line("task", DECIDERS, sent={"outcome": "done"}, writes=True),
        Line("protected_task", none=UNSEEING, sent={"outcome": "done"}),
    ),
    "GET /nights": read(*OVERVIEW),
    "GET /nights/{run_id}": read(*OVERVIEW),
    "GET /reports/{name}": read(*READERS),
    "GET /overview": read(*OVERVIEW),
    "GET /counted": read(*READERS),
    "GET /counted/classes.xlsx": read(*READERS),
    "GET /missing": read(*READERS),
    "GET /missing/list.xlsx": read(*READERS),
    "GET /touchpoints": read(*OVERVIEW),
    "GET /progress": read(*OVERVIEW),
    "GET /progress/report": read(*OVERVIEW),
    "GET /enquiries": read(*READERS),
    "GET /enquiries/{round_id}": (Line("", none=READERS),),  # there is none
    "GET /bin": (Line("", READERS, sent={"number": "K1"}), Line("", none=READERS, sent={"number": "K0"})),
    "POST /bin/answer": (Line("", none=BUILDERS, sent={"group": "K1"}),),  # it was not asked
    "POST /bin/notice": (Line("", none=BUILDERS, sent={"number": "K1", "notice": "1", "state": "objected"}),),
    "POST /bin/mark": (Line("", none=BUILDERS, sent={"number": "K1", "enquiry": "1", "state": "returned"}),),
    "GET /samples": read(*DECIDERS),
    "POST /samples": (Line("", DECIDERS, sent={"size": "2"}, writes=True),),
    "GET /samples/bands": read(*DECIDERS),
    "POST /samples/bands": (Line("", DECIDERS, sent={"band": "person place 0-1"}, writes=True),),
    "GET /samples/{sample_id}": (Line("sample", DECIDERS), Line("sample_hidden", DECIDERS)),
    "POST /samples/{sample_id}/answers": (
        Line("sample", DECIDERS, sent={"number": "1", "said": "same"}, writes=True),
        Line("sample_hidden", DECIDERS, sent={"number": "1", "said": "same"}),  # passed over: nothing is recorded
    ),
    "POST /samples/{sample_id}/undo": (Line("sample", stop=DECIDERS),),  # nothing was said yet
    "GET /account": read(*EVERYBODY),
    "POST /account/end-sessions": read(*EVERYBODY),
    "GET /metrics": read(*OVERVIEW),  # and whoever asks from the machine itself
    "GET /healthz": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /": PUBLIC,
    "GET /login": PUBLIC,
    "POST /login": PUBLIC,
    "POST /logout": PUBLIC,
    "POST /language/{code}": PUBLIC,
    "GET /oidc/start": PUBLIC,
    "GET /oidc/callback": PUBLIC,
}

API: dict[str, Rights] = {
    "GET /audit": read("auditor"),
    "GET /audit/state": read("auditor"),
    "GET /batches": read(*READERS),
    "POST /batches": (Line(may=BUILDERS, writes=True),),
    "GET /batches/{batch_id}": seen_batch(),
    "POST /batches/{batch_id}/approve": approving(),
    "POST /batches/{batch_id}/reject": sending_back({"lines": [1], "reason": "ask"}),
    "POST /batches/{batch_id}/apply": (
        *clerking("apply"),
        Line("approved_mixed", CLERKS, sent={"dry_run": True}),
        Line("approved_hidden", ("keeper",), none=("clerk",), sent={"dry_run": True}),
    ),
    "POST /batches/{batch_id}/undo": clerking("undo"),
    "POST /batches/{batch_id}/export": exporting(),
    "GET /batches/{batch_id}/manifest": (Line("approved", none=CLERKS), Line("approved_hidden", none=CLERKS)),
    "GET /batches/{batch_id}/receipt": seen_batch(),
    "GET /findings": read(*READERS),
    "GET /findings/{finding_id}": (Line("open", READERS), Line("protected", none=SEE_SOME)),  # opened with a reason
    "POST /findings/{finding_id}/open": OPENING,
    "POST /findings/{finding_id}/decisions": (
        *deciding(DECISION),
        Line("second", APPROVERS, sent={"verdict": "same", "expected_version": 1}, writes=True),
    ),
    "DELETE /decisions/{decision_id}": UNDOING,
    "GET /decisions/{decision_id}/evidence": (Line("others", READERS), Line("others_protected", none=SEE_SOME)),
    "PUT /findings/{finding_id}/assignee": deciding({"assignee": "colleague"}),
    "POST /findings/{finding_id}/comments": deciding({"text": "x"}),
    "POST /reveals": REVEALING,
    "GET /samples": read(*DECIDERS),
    "POST /samples": (Line("", DECIDERS, sent={"size": 2}, writes=True),),
    "GET /samples/{sample_id}/next": (Line("sample", DECIDERS), Line("sample_hidden", DECIDERS)),
    "POST /samples/{sample_id}/answers": (
        Line("sample", DECIDERS, sent={"number": 1, "answer": "same"}, writes=True),
        Line("sample_hidden", stop=DECIDERS, sent={"number": 1, "answer": "same"}),
    ),
    "POST /samples/{sample_id}/undo": (Line("sample", stop=DECIDERS),),
    "GET /tasks": read(*READERS),
    "GET /tasks/{finding_id}": (
        Line("task", READERS),
        Line("protected_task", SEE_ALL, none=SEE_SOME),
        Line("open", none=READERS),
    ),
    "PATCH /tasks/{finding_id}": tasking({"due": "2026-12-01", "way": "visit"}),
    "POST /tasks/{finding_id}/answers": tasking({"outcome": "done"}),
    "POST /tasks/accept": (Line("", DECIDERS, sent={"seen": []}),),  # nothing named
    "GET /bands": read(*DECIDERS),
    "POST /bands": (Line("", DECIDERS, sent={"band": "person place 0-1"}, writes=True),),
    "GET /search": (Line("", READERS, sent={"q": "virtanen"}),),
    "POST /search": (Line("", READERS, sent={"q": "virtanen"}),),
    "GET /customers/{customer_no}": (Line("customer", READERS), Line("protected_customer", none=SEE_SOME)),
    "POST /customers/{customer_no}/open": OPENING_CUSTOMER,
    "GET /overview": read(*OVERVIEW),
    "GET /touchpoints": read(*OVERVIEW),
    "GET /me": read(*EVERYBODY),
}

# `{object}` stands for the object's id, `{self}` for the account's name, `{file}` for a decision file of these lines.
COMMANDS: dict[str, Rights] = {
    "decide": (
        Line("open", DECIDERS, sent=("{object},unsure,{self},",), writes=True),
        Line("open", stop=DECIDERS, sent=("{object},unsure,colleague,",)),  # in another's name
        Line("protected", ("guardian", "deputy"), stop=UNSEEING, sent=("{object},unsure,{self},",), writes=True),
        Line("second", APPROVERS, stop=("steward", "guardian"), sent=("{object},same,{self},",), writes=True),
    ),
    "batch build": (Line(may=BUILDERS, writes=True),),
    "batch list": PUBLIC,
    "batch show": PUBLIC,
    "batch approve": approving(("{object}",)),
    "batch reject": sending_back(("{object}", "--line", "1", "--reason", "ask")),
    "batch export": exporting(("{object}", "-o", "{folder}")),
    "batch apply": clerking("apply", sent=("{object}",)),
    "batch undo": clerking("undo", sent=("{object}",)),
    "user add": (Line("", ("admin",), sent=("new", "--role", "steward", "--service"), writes=True),),
    "user list": read("admin"),
    "user role": (
        Line("", ("admin",), sent=("colleague", "--role", "auditor"), writes=True),
        Line("", ("admin",), sent=("{self}", "--role", "admin")),
    ),
    "user password": (
        Line("", ("admin",), sent=("colleague",), writes=True),
        Line("", EVERYBODY, sent=("{self}",), writes=True),
    ),
    "user disable": (Line("", ("admin",), sent=("colleague",), writes=True),),
    "user enable": (Line("", ("admin",), sent=("colleague",)),),
    "user token": (
        Line("", ("admin",), sent=("colleague", "--scope", "findings:read"), writes=True),
        Line("", ("admin",), sent=("{self}", "--scope", "users:manage"), writes=True),
        Line("", OPENERS, sent=("{self}", "--scope", "restricted:open"), writes=True),
    ),
    "user revoke-tokens": (
        Line("", ("admin",), sent=("colleague",)),
        Line("", EVERYBODY, sent=("{self}",), writes=True),
    ),
    "sample draw": (Line("", DECIDERS, sent=("--size", "2"), writes=True),),
    "sample label": (Line("drawn", DECIDERS, sent=("--from", "{object}"), writes=True),),
    "certify": (Line("", DECIDERS, sent=("person place 0-1",), writes=True),),
    "tasks list": read(*READERS),
    "tasks export": (Line("", READERS, sent=("-o", "{folder}.csv")),),
    "tasks import": (Line("answers", DECIDERS, sent=("--from", "{object}")),),
    "enquiry plan": (Line("", DECIDERS, sent=("--title", "x"), writes=True),),
    "enquiry letters": (Line("", BUILDERS, sent=("-o", "{folder}")),),
    "enquiry send": (Line("", BUILDERS, sent=("--release",)),),
    "enquiry import": read(*BUILDERS),
    "enquiry mark": (Line("", none=BUILDERS, sent=("returned", "1")),),  # there is none
    "enquiry status": read(*READERS),
    "enquiry by-hand": read(*OPENERS),
    "notice list": read(*READERS),
    "notice letters": (Line("", BUILDERS, sent=("-o", "{folder}")),),
    "notice send": read(*BUILDERS),
    "notice mark": (Line("", none=BUILDERS, sent=("objected", "1")),),  # there is none
    "reply-page": PUBLIC,
    "model list": PUBLIC,
    "model compare": PUBLIC,
    "model export": PUBLIC,
    "expectations export": PUBLIC,
    "model use": (Line("", ("approver", "deputy", "admin"), sent=("1",)),),
    "model back": (Line("", stop=("approver", "deputy", "admin")),),  # there is nothing before
    "backup": (Line("", ("admin",), sent=("{folder}",)),),
    "restore": (Line("backup", stop=("admin",), sent=("{object}",)),),  # all that would be put back is there
    "key rotate": (Line("", ("admin",)),),  # what it would touch
    "erase": (  # the night in force holds both
        Line("customer", stop=(*DECIDERS, "admin"), sent=("{object}",)),
        Line("protected_customer", stop=("guardian", "deputy"), none=(*UNSEEING, "admin"), sent=("{object}",)),
        Line("customer", stop=(*APPROVERS, "admin"), sent=("{object}", "--confirm")),
    ),
    "purge": (
        Line("", (*DECIDERS, "admin")),
        Line("", (*DECIDERS, "admin"), sent=("--ask",), writes=True),
        Line("", stop=(*APPROVERS, "admin"), sent=("--confirm",)),  # nobody has asked
    ),
    "person-report": (
        Line("customer", READERS, sent=("{object}",)),
        Line("protected_customer", SEE_ALL, none=SEE_SOME, sent=("{object}",)),
    ),
    "sign-in": PUBLIC,
    "sign-out": PUBLIC,
    # They read, or run what nobody decides.
    **dict.fromkeys(
        (
            "init",
            "alerts",
            "run",
            "demo",
            "train",
            "schedule",
            "findings",
            "pairs",
            "clusters",
            "member-links",
            "classes",
            "missing",
            "bin-reports",
            "touchpoints",
            "progress",
            "yearly-report",
            "evaluate",
            "explain",
            "show",
            "sql",
            "serve",
            "verify-audit",
            "doctor",
            "key status",
        ),
        PUBLIC,
    ),
}


def lines() -> list[tuple[str, str, Line]]:
    """Where ("page", "api", "command"), what, and each of its lines."""
    return [
        (where, what, line)
        for where, table in (("page", PAGES), ("api", API), ("command", COMMANDS))
        for what, rights in table.items()
        if not isinstance(rights, str)
        for line in rights
    ]
