"""The audit log's end, kept outside of the ledger and signed with the workspace's key.

Invariant: the anchor follows each commit that adds to the log. So a tail that was cut, or a chain that was computed anew
from some entry on, differs from it; and without the key nobody makes another one.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from contextlib import suppress
from dataclasses import dataclass
from logging import INFO, LogRecord, getLogger, makeLogRecord
from logging.handlers import SysLogHandler
from pathlib import Path
from urllib.parse import urlsplit

from regclean.resources import write_whole

_log = getLogger("regclean")


def _tail(path: Path) -> str:
    """The end of a file, with its last line whole: a copy grows with every step, and is asked at every one."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4_096))
        return file.read().decode("ascii", errors="replace")


class _LogHost(SysLogHandler):
    """Raises what keeps a line from being sent, where logging's own way is to print a traceback."""

    def handleError(self, record: LogRecord) -> None:  # noqa: N802  # logging's own name for it
        raise  # it is called where the error is being handled


@dataclass(frozen=True, slots=True)
class Anchor:
    """`file`: the anchor; `copy`: a file elsewhere to which every end is added, or None; `syslog`: the address of a log
    host ("host:514") or socket ("/dev/log") that is told every end, or None.
    """

    file: Path
    key: bytes
    copy: Path | None = None
    syslog: str | None = None

    def hold(self, seq: int, end: str) -> None:
        """The log ends here now. A later end that another process has written stays: they take turns."""
        folder = os.open(self.file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            before = self.held()
            if before is not None and before[0] >= seq:
                return
            line = json.dumps({"seq": seq, "hash": end, "mac": self._mac(seq, end)})
            write_whole(self.file, line + "\n")
            if self.copy is not None:
                torn = self.copy.is_file() and not _tail(self.copy).endswith("\n")
                with os.fdopen(os.open(self.copy, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a") as file:
                    file.write("\n" * torn + line + "\n")
                    file.flush()
                    os.fsync(file.fileno())
        finally:
            os.close(folder)
        if self.syslog is not None:
            self._tell(line)

    def _tell(self, line: str) -> None:
        """Send a line to the log host. One that is away keeps nobody from the work: it is told of in the log here."""
        try:
            place = urlsplit(f"//{self.syslog}")
            address = (place.hostname, place.port) if place.hostname and place.port else str(self.syslog)
            handler = _LogHost(address, SysLogHandler.LOG_AUTHPRIV)
            try:
                handler.emit(makeLogRecord({"msg": f"regclean audit {line}", "levelno": INFO, "levelname": "INFO"}))
            finally:
                handler.close()
        except (OSError, ValueError, OverflowError) as error:
            _log.warning("the audit log's end could not be told to syslog (%s)", type(error).__name__)

    def held(self) -> tuple[int, str] | None:
        """The latest end that is held and rightly signed; of the file and its copy, the later one."""
        lines = [_tail(path) for path in self._files() if path.is_file()]
        ends = [end for text in lines if (end := self._read(text)) is not None]
        return max(ends, default=None)

    def spoilt(self) -> Path | None:
        """A file that is there and holds no end that is rightly signed."""
        for path in self._files():
            if path.is_file() and self._read(_tail(path)) is None:
                return path
        return None

    def _files(self) -> list[Path]:
        return [path for path in (self.file, self.copy) if path is not None]

    def _read(self, text: str) -> tuple[int, str] | None:
        with suppress(ValueError, KeyError, TypeError, IndexError):
            whole = text[: text.rindex("\n")]  # what stands behind it is a line that a full disk has torn
            last = json.loads(whole.strip().splitlines()[-1])
            seq, end = int(last["seq"]), str(last["hash"])
            if hmac.compare_digest(str(last["mac"]), self._mac(seq, end)):
                return seq, end
        return None

    def _mac(self, seq: int, end: str) -> str:
        return hmac.new(self.key, f"{seq}:{end}".encode(), hashlib.sha256).hexdigest()
