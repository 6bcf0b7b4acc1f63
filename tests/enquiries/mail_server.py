"""A mail server that speaks the protocol, as much of it as a sender needs."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage


@dataclass
class MailServer:
    """What a mail server was told. `refuses`: a recipient that it does not take; `stops_after`: so many mails."""

    taken: list[tuple[str, EmailMessage]] = field(default_factory=list)
    refuses: str = ""
    stops_after: int = 99
    port: int = 0


def listen() -> Iterator[MailServer]:
    told = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

        def handle(self) -> None:
            self.say("220 here")
            to = ""
            while line := self.rfile.readline().decode().strip():
                command = line.upper()
                if command.startswith("RCPT"):
                    to = line.partition("<")[2].rstrip(">")
                    self.say("550 nobody" if to == told.refuses else "250 ok")
                elif command == "DATA":
                    if len(told.taken) >= told.stops_after:
                        return  # the line goes dead
                    self.say("354 go on")
                    lines = []
                    while (said := self.rfile.readline().decode()) != ".\r\n":
                        lines.append(said)
                    mail = message_from_string("".join(lines), policy=policy.default)
                    told.taken.append((to, mail))
                    self.say("250 taken")
                else:
                    self.say("221 bye" if command == "QUIT" else "250 ok")
                    if command == "QUIT":
                        return

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as listening:
        listening.daemon_threads = True
        told.port = listening.server_address[1]
        thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield told
        listening.shutdown()
        thread.join()
