"""A shared bin as one: its list as it was sent, who each line is, the shares, the places, the defects beside the lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import RowMapping

from regclean.domain.register import Subject, line_key, subject_text
from regclean.review.case.cases import OpenCase
from regclean.review.case.plan import SitePlan, draw

FULL, SLACK = 100.0, 0.5


class Values(dict[str, Any]):
    """Frozen values by name; None where the register has none."""

    def __missing__(self, _name: str) -> None:
        return None


@dataclass(frozen=True, slots=True)
class Share:
    """A part of the bar, in percent; what goes beyond the bar's end is `over`."""

    member_no: str
    percent: float
    start: float
    over: bool


@dataclass(frozen=True, slots=True)
class ListLine:
    """A line of the list with what is found wrong with it."""

    member_no: str
    told: Mapping[str, Any]
    defects: tuple[RowMapping, ...]
    is_subject: bool

    @property
    def customer_no(self) -> str | None:
        return self.told.get("customer_no")

    @property
    def metres(self) -> float | None:
        east, north = self.told.get("east"), self.told.get("north")
        if east is None or north is None:
            return None
        return float((east**2 + north**2) ** 0.5)

    @property
    def ended(self) -> bool:
        return bool(self.told.get("end_on"))


@dataclass(frozen=True, slots=True)
class SharedBin:
    """One shared bin, whole."""

    number: str
    raw: Mapping[str, Any]
    clean: Mapping[str, Any]
    file: str | None
    bins: tuple[Mapping[str, Any], ...]
    lines: tuple[ListLine, ...]
    defects: tuple[RowMapping, ...]  # about the bin itself, not a line of it
    shares: tuple[Share, ...]
    total: float
    plan: SitePlan | None

    @property
    def split(self) -> bool:
        return self.clean.get("billing") == "split"

    @property
    def full(self) -> bool:
        return abs(self.total - FULL) <= SLACK


def shared_bin(case: OpenCase, siblings: Sequence[RowMapping]) -> SharedBin | None:
    """The shared bin that a case is about, with all that waits on it; None when its record was not frozen."""
    subject = next((one for one in map(Subject.parse, case.subjects) if one.table == "bin_groups"), None)
    if subject is None or str(subject) not in case.records:
        return None
    record, number = case.records[str(subject)], subject.key
    members = record.get("members") or [
        {"member_no": other.member, **(told.get("clean") or {})}
        for other, told in sorted((Subject.parse(text), told) for text, told in case.records.items())
        if other.member and other.group == number
    ]
    prefix = '"' + subject_text("bin_group_members", line_key(number, ""))
    lines = tuple(_line(case, prefix, member, siblings) for member in members)
    shares = _shares([line for line in lines if not line.ended])
    return SharedBin(
        number=number,
        raw=record.get("raw") or {},
        clean=Values(record.get("clean") or {}),
        file=(record.get("source") or {}).get("file"),
        bins=tuple(Values(found) for found in record.get("bins") or ()),
        lines=lines,
        defects=tuple(row for row in siblings if prefix not in row["subjects"]),
        shares=shares,
        total=round(sum(share.percent for share in shares), 2),
        plan=draw(member for member in members if not member.get("end_on")),
    )


def _line(case: OpenCase, prefix: str, member: Mapping[str, Any], siblings: Sequence[RowMapping]) -> ListLine:
    subject = f'{prefix}{member["member_no"]}"'
    return ListLine(
        str(member["member_no"]),
        Values(member),
        tuple(row for row in siblings if subject in row["subjects"]),
        subject in case.row["subjects"],
    )


def _shares(lines: Sequence[ListLine]) -> tuple[Share, ...]:
    shares, start = [], 0.0
    for line in lines:
        percent = line.told.get("share_percent")
        if percent:
            shares.append(Share(line.member_no, float(percent), min(start, FULL), start + percent > FULL + SLACK))
            start += float(percent)
    return tuple(shares)
