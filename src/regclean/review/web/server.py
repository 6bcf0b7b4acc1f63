"""Serving the review page: on this machine alone unless told otherwise."""

from __future__ import annotations

import errno
import socket
from collections.abc import Callable
from contextlib import suppress

from regclean import checks, locks, rules
from regclean.config import Workspace
from regclean.errors import UsageError
from regclean.review.web.app import create_app
from regclean.review.web.server_names import is_loopback

DEFAULT_PORT = 8000
PORTS_TRIED = 50
# Seconds without a request after which a connection is closed. Longer than browsers, programs and proxies wait (5 to 60):
# whoever closes first must be the one that sends, or a form is sent into a connection that is just being closed.
KEEP_ALIVE = 75


def serve(workspace: Workspace, host: str, port: int, *, ready: Callable[[str], None], next_free: bool = False) -> None:
    """Serve until stopped; `ready` is told the address before the first request can come.

    `next_free`: when the port is taken, take the next one. Errors: UsageError when the address cannot be used.
    """
    import uvicorn

    if not is_loopback(host) and not workspace.config.section("review")["hosts"]:
        raise UsageError(
            f"'{host}' can be reached from other machines, but no name of this page is configured.",
            remedy='Write the names under which people reach it in regclean.toml: [review] hosts = ["…"].',
        )
    listening = _listen(host, port, PORTS_TRIED if next_free else 1)
    try:
        app = create_app(workspace)
        checks.great_expectations()  # what every batch is judged with is loaded before anybody can ask for one
        rules.catalogue()  # and what every page names the rules by
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,  # the application knows which ones are trusted
            timeout_graceful_shutdown=5,
            timeout_keep_alive=KEEP_ALIVE,
        )
        shown = f"[{host}]" if ":" in host else host
        ready(f"http://{shown}:{listening.getsockname()[1]}")
        with suppress(KeyboardInterrupt), locks.held(workspace.var / locks.PAGE):
            uvicorn.Server(config).run(sockets=[listening])
    finally:
        listening.close()


def _listen(host: str, port: int, tries: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, port + tries):
        listening = socket.socket(family, socket.SOCK_STREAM)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((host, candidate))
        except (OSError, OverflowError) as error:
            listening.close()
            if getattr(error, "errno", None) == errno.EADDRINUSE and candidate + 1 < port + tries:
                continue
            raise UsageError(
                f"the address {host}, port {candidate} cannot be used.", remedy="Choose another with --port."
            ) from error
        listening.listen(128)
        return listening
    raise AssertionError("unreachable")
