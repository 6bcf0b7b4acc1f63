"""A connection to PostgreSQL that can be cut where it hurts most: after COMMIT has reached the server."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from sqlalchemy.engine import make_url


class LossyProxy:
    """Passes bytes between clients and the server's socket. `lose_after`: so many COMMITs are answered, the answer to the
    next one is thrown away with its connection; None: none is. `up` = False: nobody gets through.
    """

    def __init__(self, server_url: str) -> None:
        self._server = make_url(server_url)
        self.lose_after: int | None = None
        self.down_afterwards = False
        self.up = True
        self.lost = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        host, port = self._listening.getsockname()
        direct = self._server.set(host=host, port=port, query={})
        return direct.render_as_string(hide_password=False)

    def close(self) -> None:
        self._listening.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                if not self.up:
                    client.close()
                    continue
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(f"{self._server.query['host']}/.s.PGSQL.5432")
        answers = threading.Thread(target=self._answers, args=(server, client), daemon=True)
        answers.start()
        with suppress(OSError), server:
            while self.up and (data := client.recv(65536)):
                if self.lose_after is not None and b"COMMIT" in data:
                    self.lose_after -= 1
                    if self.lose_after < 0:
                        self.lose_after = None
                        self._cut(server, client, data)
                        return
                server.sendall(data)

    def _cut(self, server: socket.socket, client: socket.socket, data: bytes) -> None:
        """The server gets COMMIT and carries it out; the client only sees the line go dead."""
        self.up = not self.down_afterwards
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)  # before the answer can come
        server.sendall(data)
        with suppress(OSError):
            # The server closes when it has done what it was sent and reads the end of it.
            server.shutdown(socket.SHUT_WR)
            while server.recv(65536):
                pass

    def _answers(self, server: socket.socket, client: socket.socket) -> None:
        with suppress(OSError), client:
            while self.up and (data := server.recv(65536)):
                client.sendall(data)
