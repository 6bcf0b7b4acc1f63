"""Mails go out through a mail server that speaks the protocol; when it stops half way, the next release goes on from there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from mail_server import MailServer

from regclean import enquiries
from regclean.config import Workspace, load_workspace
from regclean.domain.enquiries import Asked, AskedLine
from regclean.enquiries import book, codes_of
from regclean.errors import UnavailableError
from regclean.home import own_ledger
from regclean.ledger import Ledger

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
TO = {number: f"contact{number}@example.fi" for number in (1, 2, 3)}


@pytest.fixture
def outbox(tmp_path: Path, server: MailServer) -> Iterator[tuple[Workspace, Ledger]]:
    """Three mails that were written."""
    (tmp_path / "regclean.toml").write_text(
        f'[workspace]\nname = "Jäte Oy"\n[[source]]\ntable = "customers"\npath = "in.csv"\n'
        f'[enquiries]\npage = "https://vastaa.example.fi"\nmail_from = "Jäte Oy <kimpat@example.fi>"\n'
        f'smtp = "smtp://127.0.0.1:{server.port}"\n',
        encoding="utf-8",
    )
    workspace = load_workspace(tmp_path)
    with own_ledger(workspace) as ledger:
        planned = [book.Planned(f"K{number}", "wrong", 1, "list", "fi", "email") for number in TO]
        with ledger.write() as writing:
            book.begin_round(
                writing, planned, title=None, user="aino", now=NOW, per_week=40, answer_days=14, left_out={}
            )
            for one in book.find(writing):
                lines = (AskedLine("1", "Kanarialintu Kalle", "Asemakatu 9"),)
                number = codes_of(workspace, one.enquiry_id, 1).number
                asked = Asked(number, "list", "fi", "Jäte Oy", one.bin_group_no, "K", "2026-11-02", "2026-11-16", lines)
                book.write_down(writing, one, asked, date(2026, 11, 16), user="aino", now=NOW)
        yield workspace, ledger


def send(outbox: tuple[Workspace, Ledger]) -> enquiries.SendReport:
    workspace, ledger = outbox
    return enquiries.release(ledger, workspace, lambda _due: TO, user="aino", now=NOW)


def states(ledger: Ledger) -> list[str]:
    with ledger.read() as reading:
        return [one.state for one in book.find(reading)]


def test_a_mail_holds_a_link_and_no_name(outbox: tuple[Workspace, Ledger], server: MailServer) -> None:
    assert send(outbox).emails == 3
    assert [to for to, _ in server.taken] == list(TO.values())
    text = server.taken[0][1].get_content()
    assert codes_of(outbox[0], 1, 1).link in text
    for name in ("Kanarialintu", "Asemakatu", "K1"):
        assert name not in text
    assert server.taken[0][1]["From"] == "Jäte Oy <kimpat@example.fi>"
    assert send(outbox).emails == 0


def test_a_server_that_stops_half_way_is_gone_on_from(outbox: tuple[Workspace, Ledger], server: MailServer) -> None:
    server.stops_after = 1
    with pytest.raises(UnavailableError, match="after 1 mails"):
        send(outbox)
    assert states(outbox[1]) == ["sent", "planned", "planned"]
    server.stops_after = 99
    assert send(outbox).emails == 2
    assert [to for to, _ in server.taken] == list(TO.values())  # each once


def test_a_recipient_that_is_refused_keeps_nobody_else_from_a_mail(
    outbox: tuple[Workspace, Ledger], server: MailServer
) -> None:
    server.refuses = TO[2]
    report = send(outbox)
    assert (report.emails, report.refused) == (2, [2])
    assert states(outbox[1]) == ["sent", "planned", "sent"]
