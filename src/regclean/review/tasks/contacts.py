"""Who a task is about, and how they are reached: as the night in force knows them."""

from __future__ import annotations

from collections.abc import Mapping

from regclean.acts import Context, Task, open_customer
from regclean.domain.register import Subject
from regclean.errors import NotFoundError, UsageError
from regclean.inspection import SubjectPage
from regclean.review.customer.cards import look_at
from regclean.review.web.services import Services
from regclean.sealing import shown

# Where the name, the phone and the e-mail of somebody to ask stand, by table.
REACHED = {"name": ("name", "contact_name"), "phone": ("phone", "contact_phone"), "email": ("email", "contact_email")}


def contact_of(service: Services, acting: Context, task: Task, *, opened: bool) -> Mapping[str, str]:
    """The fields of the task's subject, and under `name`, `phone` and `email` whom to ask. Looking is noted.

    Errors: ReasonNeededError for a protected customer who was not opened.
    """
    about = Subject.parse(task.subject)
    if about.table == "customers":
        open_customer(acting, about.key, opened=opened)
    try:
        found = look_at(service, acting, task.subject)
    except (NotFoundError, UsageError):  # a source, or what the night in force does not hold any more
        return {}
    values = _values(found)
    read = {line["column"]: shown(str(line["read as"])) for line in found.data.get("values", ()) if line["read as"]}
    whom = {
        name: text
        for name, columns in REACHED.items()
        if (text := next((read.get(one) or values[one] for one in columns if one in values), None))
    }
    return {**values, **whom}


def address_of(service: Services, acting: Context, task: Task) -> Mapping[str, str]:
    """The fields of the site or building that the task is about; none where it is about no single one."""
    try:
        return _values(look_at(service, acting, task.place)) if task.place else {}
    except (NotFoundError, UsageError):
        return {}


def _values(found: SubjectPage) -> dict[str, str]:
    return {
        line["column"]: shown(str(text))
        for line in found.data.get("values", ())
        if (text := line["landed"] or line["read as"])
    }
