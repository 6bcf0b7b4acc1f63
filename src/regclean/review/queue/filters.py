"""What of the queue somebody looks at, as the address of the page says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from regclean.findings import WORKPOOLS
from regclean.review.web.numbers import whole_number

SORTS = ("consequence", "uncertainty", "oldest")


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue somebody looks at. `age`: opened at least so many days ago; `assignee`: a name or "-"; `each`: also
    what is decided by kind, one by one.
    """

    pool: str = "same"
    area: str | None = None
    rule: str | None = None
    source: str | None = None
    assignee: str | None = None
    age: int | None = None
    sort: str = "consequence"
    each: bool = False

    @property
    def narrowed(self) -> bool:
        return any((self.area, self.rule, self.source, self.assignee, self.age, self.each))

    @property
    def query(self) -> dict[str, str]:
        """As the parameters of a URL, the defaults left out (the pool always named)."""
        chosen = {"area": self.area, "rule": self.rule, "source": self.source, "assignee": self.assignee}
        given = {name: value for name, value in chosen.items() if value}
        if self.age:
            given["age"] = str(self.age)
        if self.each:
            given["each"] = "1"
        if self.sort != SORTS[0]:
            given["sort"] = self.sort
        return {"pool": self.pool, **given}


def read_filters(parameters: Mapping[str, str]) -> Filters:
    """Filters from a URL. What cannot be meant is left out, never an error."""

    def text(name: str) -> str | None:
        return parameters.get(name, "").strip()[:80] or None

    age = text("age")
    pool, sort = text("pool"), text("sort")
    return Filters(
        pool=pool if pool in WORKPOOLS else "same",
        area=text("area"),
        rule=text("rule"),
        source=text("source"),
        assignee=text("assignee"),
        age=whole_number(age or "", 9_999),
        sort=sort if sort in SORTS else SORTS[0],
        each=text("each") == "1",
    )
