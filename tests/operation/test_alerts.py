"""A failed, a late and a missing night and a conflict are each told once, by e-mail and by webhook, and name nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, tzinfo
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingTCPServer
from threading import Thread
from types import SimpleNamespace
from typing import Self

import pytest
from sqlalchemy import insert, update

from regclean.cli.app import run
from regclean.config import load_workspace
from regclean.errors import RegcleanError, UsageError
from regclean.home import own_ledger
from regclean.ledger import Ledger, runs
from regclean.ledger.tables import batch_changes, batches, receipts
from regclean.ledger.tables import runs as runs_table
from regclean.night import open_night
from regclean.operation import alerts, check_up
from regclean.resources import flow_module


class MailServer(ThreadingTCPServer):
    """`told`: the mails that came."""

    daemon_threads = True

    def __init__(self) -> None:
        self.told: list[str] = []
        super().__init__(("127.0.0.1", 0), Mail)


class HookServer(ThreadingHTTPServer):
    """`told`: the messages that came; `answer`: the status that each is answered with."""

    daemon_threads = True

    def __init__(self) -> None:
        self.told: list[str] = []
        self.answer = 200
        super().__init__(("127.0.0.1", 0), Hook)


class Mail(StreamRequestHandler):
    """As much of SMTP as a sender asks for."""

    server: MailServer

    def handle(self) -> None:
        self._say("220 here")
        for line in self.rfile:
            word = line.decode().strip().upper()
            if word == "DATA":
                self._say("354 go on")
                body = []
                for told in self.rfile:
                    if told.strip() == b".":
                        break
                    body.append(told.decode())
                self.server.told.append("".join(body))
            self._say("221 bye" if word == "QUIT" else "250 yes")
            if word == "QUIT":
                return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())


class Hook(BaseHTTPRequestHandler):
    server: HookServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.loads(body)["message"])
        self.send_response(self.server.answer)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Sink:
    """A mail server and a webhook on this machine; `told` holds what each was sent."""

    def __init__(self) -> None:
        self.mail, self.hook = MailServer(), HookServer()
        for server in (self.mail, self.hook):
            Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def addresses(self) -> list[str]:
        mail, hook = self.mail.server_address[1], self.hook.server_address[1]
        return [
            f"mailto://127.0.0.1:{mail}?from=regclean@example.fi&to=ops@example.fi",
            f"json://127.0.0.1:{hook}/hook",
        ]

    def told(self) -> tuple[list[str], list[str]]:
        return self.mail.told, self.hook.told


@pytest.fixture
def sink() -> Iterator[Sink]:
    made = Sink()
    yield made
    for server in (made.mail, made.hook):
        server.shutdown()
        server.server_close()


@pytest.fixture
def told(published_register: Path, sink: Sink) -> Path:
    """A workspace whose alerts go to the sink."""
    with (published_register / "regclean.toml").open("a", encoding="utf-8") as file:
        file.write(f"\n[alerts]\nto = {json.dumps(sink.addresses)}\n")
    return published_register


def look(root: Path, now: datetime) -> list[tuple[str, str]]:
    place = load_workspace(root)
    with own_ledger(place) as ledger:
        return [(one.kind, one.subject) for one in alerts.tell(place, ledger, now)]


def test_a_night_that_fails_is_told_once_to_everybody(told: Path, sink: Sink) -> None:
    place, now = load_workspace(told), datetime(2026, 11, 3, 1, tzinfo=UTC)
    with pytest.raises(RegcleanError), open_night(place, as_of=date(2026, 11, 2), now=now):
        raise UsageError("Planttinen Oskari")
    assert [len(some) for some in sink.told()] == [1, 1]
    assert sink.told()[1] == ["The night 2026-11-02-001 stopped before its first step had ended."]
    assert "Planttinen" not in str(sink.told())
    assert look(told, now) == []
    assert [len(some) for some in sink.told()] == [1, 1]


def test_a_night_that_is_missing_and_one_that_is_late_are_told_once(told: Path, sink: Sink) -> None:
    before, after = (
        datetime(2026, 11, 3, 3, 59, tzinfo=UTC),
        datetime(2026, 11, 3, 4, 1, tzinfo=UTC),
    )  # 6:00 in Helsinki is 4:00
    assert look(told, before) == []
    assert look(told, after) == [("missing", "2026-11-03")]
    assert look(told, after.replace(hour=9)) == []
    place, later = load_workspace(told), datetime(2026, 11, 4, 2, tzinfo=UTC)
    with own_ledger(place) as ledger:
        runs.start(ledger, "2026-11-03-001", as_of=date(2026, 11, 3), now=later)
    assert look(told, later) == []
    assert look(told, later.replace(hour=5)) == [("late", "2026-11-04")]
    with own_ledger(place) as ledger, ledger.write() as writing:
        its = update(runs_table).where(runs_table.c.run_id == "2026-11-03-001")
        writing.execute(its.values(status="published", finished_at=later.replace(hour=6)))
    assert look(told, later.replace(hour=7)) == []
    assert [len(some) for some in sink.told()] == [2, 2]


def test_who_serves_the_schedule_tells_each_once(told: Path, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """A day without a night, one whose night is late, one whose night fails, and a conflict: looked at every five minutes."""
    place, schedule = load_workspace(told), flow_module("schedule")
    day = datetime(2026, 11, 3, 3, 50, tzinfo=UTC)  # ten to six in Helsinki
    moments = [day + timedelta(days=days, minutes=5 * look) for days in range(3) for look in range(6)]
    steps = iter(moments)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Self:
            return cls.fromtimestamp(shown[-1].timestamp(), UTC)

    def sleep(_: float) -> None:
        moment = next(steps, None)
        if moment is None:
            raise KeyboardInterrupt
        shown.append(moment)
        with own_ledger(place) as ledger:
            if moment == moments[6]:  # on the second day a night has begun, and is not done
                runs.start(ledger, "2026-11-04-001", as_of=date(2026, 11, 4), now=moment - timedelta(hours=2))
            elif moment == moments[12]:  # on the third it has failed
                runs.fail(ledger, "2026-11-04-001", now=moment - timedelta(hours=2))
                runs.start(ledger, "2026-11-05-001", as_of=date(2026, 11, 5), now=moment - timedelta(hours=1))
                runs.fail(ledger, "2026-11-05-001", now=moment - timedelta(minutes=30))
                changed_line(ledger, moment)

    shown = [day - timedelta(minutes=5)]
    monkeypatch.setattr(schedule, "datetime", Clock)
    monkeypatch.setattr(schedule, "time", SimpleNamespace(sleep=sleep))
    with pytest.raises(KeyboardInterrupt):
        schedule._watch(place)
    about = [
        "No night has begun on 2026-11-03",
        "2026-11-04-001 is not done",
        "2026-11-05-001 stopped",
        "Batch 7 has lines",
    ]
    for told_there in sink.told():
        assert len(told_there) == len(about)
        assert all(what in said for what, said in zip(about, told_there, strict=True))


def changed_line(ledger: Ledger, now: datetime) -> None:
    """A batch that was applied, with a line that the register has changed since."""
    with ledger.write() as writing:
        batch = {"state": "applied", "built_by": "aino", "built_at": now, "gates": [], "left_out": [], "version": 1}
        writing.execute(insert(batches).values(batch_id=7, **batch))
        line = {"seq": 1, "op": "update", "table": "customers", "key": "1003", "column": "phone", "after": "Planttinen"}
        writing.execute(insert(batch_changes).values(batch_id=7, state="changed", **line))
        receipt = {"target": "sql", "applied_by": "carita", "applied_at": now, "detail": {}}
        writing.execute(insert(receipts).values(batch_id=7, **receipt))


def test_a_conflict_in_a_batch_is_told_once_and_what_cannot_be_sent_is_tried_again(told: Path, sink: Sink) -> None:
    now = datetime(2026, 11, 2, 3, tzinfo=UTC)
    with own_ledger(load_workspace(told)) as ledger:
        changed_line(ledger, now)
    sink.hook.answer = 500
    assert look(told, now) == [("conflict", "7 changed")]  # by mail
    sink.hook.answer = 200
    assert look(told, now) == [("conflict", "7 changed")]
    assert look(told, now) == []
    mail, hook = sink.told()
    assert len(mail) == 1
    assert len(set(hook)) == 1
    assert "Planttinen" not in str(sink.told())


def test_the_doctor_says_whether_alerts_can_be_sent(told: Path, sink: Sink, capsys: pytest.CaptureFixture[str]) -> None:
    def said(root: Path, *, send: bool = False) -> tuple[str, str]:
        found = next(one for one in check_up(root, datetime.now(UTC), send_test=send) if one.check == "alerts")
        return found.state, found.what

    assert said(told)[0] == "ok"
    assert sink.told() == ([], [])
    assert said(told, send=True)[0] == "ok"
    assert [len(some) for some in sink.told()] == [1, 1]
    settings = told / "regclean.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("json://", "nosuch://"), encoding="utf-8")
    assert said(told) == ("problem", "address 2 of [alerts] to is none that alerts can be sent to.")
    settings.write_text(text.replace("json://127.0.0.1", "json://127.0.0.1:1/x?y="), encoding="utf-8")
    assert said(told, send=True)[0] == "problem"
    settings.write_text(text.replace("[alerts]", "[alerts]\ndone_by = ''\n#").split("[alerts]")[0], encoding="utf-8")
    assert said(told)[0] == "warning"
    capsys.readouterr()
    assert run(["-w", str(told), "alerts"]) == 0
    assert "nothing new" in capsys.readouterr().out
