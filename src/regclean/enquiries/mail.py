"""The outbox: what was written and waits for somebody to release it, on paper or by mail.

Invariant: a mail holds a link, a day and the company's name; no member, no shared bin, nothing of a list. Each one is noted as
sent right after the server took it, so that a stop in between sends at most that one twice.
"""

from __future__ import annotations

import smtplib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

from regclean.config import Workspace
from regclean.domain.enquiries import EnquiryState
from regclean.enquiries import book
from regclean.enquiries.book import Enquiry
from regclean.enquiries.codes import codes_of
from regclean.enquiries.letters import mail_link
from regclean.enquiries.words import day_in, word
from regclean.errors import UnavailableError, UsageError
from regclean.ledger import Ledger


class Server(Protocol):
    """As much of a mail server as this needs."""

    def send_message(self, msg: EmailMessage) -> object: ...


@dataclass(slots=True)
class SendReport:
    """What was released. `refused`: enquiries whose mail the server did not take."""

    letters: int = 0
    emails: int = 0
    refused: list[int] = field(default_factory=list)
    no_address: list[int] = field(default_factory=list)


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
    report = SendReport()
    due = waiting(ledger, round_id)
    mails = [one for one in due if one.channel == "email"]
    for one in due:
        if one.channel == "letter":
            _sent(ledger, one, user, now)
            report.letters += 1
    if not mails:
        return report
    to = addresses(mails)
    with (connect or connected)(str(workspace.config.section("enquiries")["smtp"])) as server:
        for one in mails:
            if one.enquiry_id not in to:
                report.no_address.append(one.enquiry_id)
                continue
            try:
                server.send_message(message(workspace, one, to[one.enquiry_id]))
            except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused, ValueError):
                report.refused.append(one.enquiry_id)
                continue
            except (OSError, smtplib.SMTPException) as error:
                raise UnavailableError(
                    f"the mail server stopped after {report.emails} mails.",
                    remedy="What was sent is noted; send again.",
                ) from error
            _sent(ledger, one, user, now)
            report.emails += 1
    return report


def message(workspace: Workspace, one: Enquiry, to: str) -> EmailMessage:
    """The mail of one enquiry. Errors: UsageError, ValueError when the address cannot be one."""
    settings, sender = workspace.config.section("enquiries"), str(workspace.config.section("workspace")["name"])
    if not settings["mail_from"]:
        raise UsageError("nobody is named as the sender of mail.", remedy="Set [enquiries] mail_from.")
    assert one.answer_by is not None  # it was written
    made = EmailMessage()
    made["From"], made["To"] = str(settings["mail_from"]), to
    made["Subject"] = word("mail_subject", one.language)
    made["Message-ID"] = make_msgid(domain="reply.invalid")
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(
        word(
            "mail_body",
            one.language,
            day=day_in(one.language, one.answer_by),
            link=mail_link(workspace, codes_of(workspace, one.enquiry_id, one.issue)),
            reply_to=str(settings["reply_to"]) or sender,
            sender=sender,
        )
    )
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
