"""The outbox: what was written and waits for somebody to release it, on paper or by mail.

Invariant: a mail holds a link, a day and the company's name; no member, no shared bin, nothing of a list. Each one is noted as
sent right after the server took it, so that a stop in between sends at most that one twice.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from functools import partial
from typing import Protocol
from urllib.parse import unquote, urlsplit

from sqlalchemy import RowMapping

from regclean.config import Workspace
from regclean.domain.enquiries import EnquiryState
from regclean.enquiries import book, notices
from regclean.enquiries.book import Enquiry
from regclean.enquiries.codes import codes_of
from regclean.enquiries.letters import mail_link
from regclean.enquiries.words import day_in, word
from regclean.errors import UnavailableError, UsageError
from regclean.ledger import Ledger
from regclean.reply_page import Codes


class Server(Protocol):
    """As much of a mail server as this needs."""

    def send_message(self, msg: EmailMessage) -> object: ...


@dataclass(slots=True)
class SendReport:
    """What was released, by number of the enquiry or notice. `refused`: whose mail the server did not take."""

    letters: int = 0
    emails: int = 0
    refused: list[int] = field(default_factory=list)
    no_address: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail to be. `to`: None where no address is known now; `noted`: writes down that it was sent."""

    number: int
    to: str | None
    made: Callable[[str], EmailMessage]
    noted: Callable[[], None]


def waiting(ledger: Ledger, round_id: int | None = None) -> list[Enquiry]:
    """What was written and not sent."""
    with ledger.read() as reading:
        return [
            one for one in book.find(reading, round_id=round_id, states=("planned", "sent")) if one.waits_to_be_sent
        ]


def release(
    ledger: Ledger,
    workspace: Workspace,
    addresses: Callable[[Iterable[Enquiry]], dict[int, str]],
    *,
    user: str,
    now: datetime,
    round_id: int | None = None,
    connect: Callable[[str], AbstractContextManager[Server]] | None = None,
) -> SendReport:
    """Note the printed letters as sent, and send the mails. `addresses`: enquiry -> where its mail goes. Errors: UnavailableError."""
    due = waiting(ledger, round_id)
    mails = [one for one in due if one.channel == "email"]
    report = SendReport(letters=len(due) - len(mails))
    for one in due:
        if one.channel == "letter":
            _sent(ledger, one, user, now)
    to = addresses(mails)
    some = [
        Mail(
            one.enquiry_id,
            to.get(one.enquiry_id),
            partial(message, workspace, one),
            partial(_sent, ledger, one, user, now),
        )
        for one in mails
    ]
    _send(workspace, some, report, connect or connected)
    return report


def release_notices(
    ledger: Ledger,
    workspace: Workspace,
    to: Mapping[tuple[str, str], str],
    *,
    user: str,
    now: datetime,
    connect: Callable[[str], AbstractContextManager[Server]] | None = None,
) -> SendReport:
    """The same of what members are told. `to`: shared bin and digest of the person -> where their mail goes. Errors: UnavailableError."""
    due = notices.waiting(ledger)
    mails = [row for row in due if row["channel"] == "email"]
    report = SendReport(letters=len(due) - len(mails))

    def note(row: RowMapping) -> None:
        notices.mark(ledger, row["notice_id"], "sent", user=user, now=now)

    for row in due:
        if row["channel"] == "letter":
            note(row)
    some = [
        Mail(
            row["notice_id"],
            to.get((row["bin_group_no"], row["person_digest"])),
            partial(notice_message, workspace, row),
            partial(note, row),
        )
        for row in mails
    ]
    _send(workspace, some, report, connect or connected)
    return report


def _send(
    workspace: Workspace,
    mails: Sequence[Mail],
    report: SendReport,
    connect: Callable[[str], AbstractContextManager[Server]],
) -> None:
    if not mails:
        return
    with connect(str(workspace.config.section("enquiries")["smtp"])) as server:
        for one in mails:
            if one.to is None:
                report.no_address.append(one.number)
                continue
            try:
                server.send_message(one.made(one.to))
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused, ValueError):
                report.refused.append(one.number)
                continue
            except (OSError, smtplib.SMTPException) as error:
                raise UnavailableError(
                    f"the mail server stopped after {report.emails} mails.",
                    remedy="What was sent is noted; send again.",
                ) from error
            one.noted()
            report.emails += 1


def message(workspace: Workspace, one: Enquiry, to: str) -> EmailMessage:
    """The mail of one enquiry. Errors: UsageError, ValueError when the address cannot be one."""
    assert one.answer_by is not None  # it was written
    codes = codes_of(workspace, one.enquiry_id, one.issue)
    return _message(workspace, "mail", one.language, codes, to, day=day_in(one.language, one.answer_by))


def notice_message(workspace: Workspace, row: RowMapping, to: str) -> EmailMessage:
    """The mail that tells a member (GDPR, article 14) where their data came from, and leads to them. Errors: as of `message`."""
    return _message(workspace, "notice", row["language"], codes_of(workspace, row["notice_id"], 1, what="notice"), to)


def _message(workspace: Workspace, what: str, language: str, codes: Codes, to: str, **values: str) -> EmailMessage:
    settings, sender = workspace.config.section("enquiries"), str(workspace.config.section("workspace")["name"])
    if not settings["mail_from"]:
        raise UsageError("nobody is named as the sender of mail.", remedy="Set [enquiries] mail_from.")
    made = EmailMessage()
    made["From"], made["To"] = str(settings["mail_from"]), to
    made["Subject"] = word(f"{what}_subject", language)
    made["Message-ID"] = make_msgid(domain="reply.invalid")
    made["Auto-Submitted"] = "auto-generated"
    reply_to, link = str(settings["reply_to"]) or sender, mail_link(workspace, codes)
    made.set_content(word(f"{what}_body", language, link=link, reply_to=reply_to, sender=sender, **values))
    return made


@contextmanager
def connected(url: str) -> Iterator[Server]:
    """A mail server by URL: smtp:// (with STARTTLS where it is offered), or smtps://. Errors: UsageError, UnavailableError."""
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise UsageError("[enquiries] smtp is no mail server.", remedy='Example: smtp = "smtp://mail.example.fi:587"')
    try:
        if parts.scheme == "smtps":
            server: smtplib.SMTP = smtplib.SMTP_SSL(parts.hostname, parts.port or 465, timeout=60)
        else:
            server = smtplib.SMTP(parts.hostname, parts.port or 25, timeout=60)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls()
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except (OSError, smtplib.SMTPException) as error:
        raise UnavailableError(
            "the mail server is not there.", remedy="Check [enquiries] smtp; nothing was sent."
        ) from error
    with server:
        yield server


def _sent(ledger: Ledger, one: Enquiry, user: str, now: datetime) -> None:
    state: EnquiryState = "reminded" if one.state == "sent" else "sent"
    with ledger.write() as writing:
        book.step(writing, one, state, user=user, now=now, detail={"channel": one.channel})
