"""Pictures of every page, at the size of a desk and at 200 % zoom, into docs/screenshots: `make screenshots`.

Works on a copy of a demo workspace (given, or made anew), with some work done in it, so that no page is empty. Needs
Debian's Chromium and the test dependencies.
"""

from __future__ import annotations

import argparse
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import time
import urllib.request
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select

from regclean import batches
from regclean.accounts.permissions import permissions_of
from regclean.cli.demo_people import PEOPLE, create_demo_accounts
from regclean.config import Workspace, load_workspace
from regclean.findings.decide import DecisionLine, record
from regclean.home import own_ledger
from regclean.ledger import Ledger, runs
from regclean.ledger.tables import findings
from regclean.night import run_night
from regclean.register.target import open_target
from regclean.review.web import slices
from regclean.warehouse import Warehouse

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--force-color-profile=srgb"]
WIDTH, HEIGHT = 1280, 800
COLOURS = 64
SERVE = "import sys; from pathlib import Path; from regclean.config import load_workspace; from regclean.review.web.server import serve; serve(load_workspace(Path(sys.argv[1])), '127.0.0.1', int(sys.argv[2]), ready=lambda _: None)"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who looks, where, and what is done there first."""

    name: str
    user: str | None
    path: str
    prepare: Callable[[Page], object] = lambda _page: None


def shots(ledger: Ledger) -> list[Shot]:
    """What is worth a picture, by what the ledger holds."""
    case = _first(ledger, findings.c.relation == "same", findings.c.state == "open")
    cluster = _largest_cluster(ledger)
    protected = _first(ledger, findings.c.protected)
    batch = [one.batch_id for one in batches.list_batches(ledger)]
    last = runs.last_published(ledger)
    assert last is not None
    listed = [
        Shot("login", None, "/login"),
        Shot("queue", "aino", "/queue"),
        Shot("case", "aino", f"/case/{case}"),
        Shot("cluster", "aino", f"/case/{cluster}", lambda page: page.keyboard.press("g")),
        Shot("household", "aino", "/queue?pool=related"),
        Shot("stale", "aino", "/queue?pool=stale"),
        Shot("shared-bin", "aino", "/queue?pool=bin_group"),
        Shot("field", "aino", "/queue?pool=field"),
        Shot("keys", "aino", "/queue", lambda page: page.keyboard.press("?")),
        Shot("empty", "aino", "/queue?pool=conflict"),
        Shot("protected", "toivo", f"/restricted/{protected}"),
        Shot("batches", "väinö", "/batches"),
        Shot("batch", "helmi", f"/batches/{batch[0]}"),
        Shot("batch-applied", "väinö", f"/batches/{batch[-1]}"),
        Shot("overview", "helmi", "/overview"),
        Shot("nights", "helmi", "/nights"),
        Shot("night", "helmi", f"/nights/{last.run_id}"),
        Shot("audit", "kerttu", "/audit"),
        Shot("account", "aino", "/account"),
        Shot("error", "aino", "/case/F00000000000000000000"),
    ]
    seen = {shot.path for shot in listed}
    return listed + [shot for shot in navigation() if shot.path not in seen]


def navigation() -> list[Shot]:
    """A picture of every page of the navigation, by somebody of the demo who may see it."""
    people = [(name, permissions_of(roles)) for name, _, roles in PEOPLE]
    return [
        Shot(
            item.path.strip("/").replace("/", "-"),
            next(name for name, may in people if item.permission in may),
            item.path,
        )
        for module in slices.pages()
        for item in getattr(module, "nav", ())
    ]


def do_some_work(workspace: Workspace, ledger: Ledger) -> None:
    """Decisions, one batch that went all the way, the night after, and one batch that waits."""
    now = datetime.now(UTC).replace(microsecond=0)
    _decide(ledger, "eino", 0, 12, now - timedelta(hours=30))
    _build(workspace, ledger, now - timedelta(hours=28), "Ensimmäinen erä")
    batches.approve(ledger, 1, user="helmi", now=now - timedelta(hours=27))
    target = open_target(workspace)
    if target is not None:
        batches.apply(ledger, target, 1, user="väinö", now=now - timedelta(hours=26))
        target.close()
        run_night(workspace, as_of=date(2026, 11, 2), now=now - timedelta(hours=7))
    _decide(ledger, "aino", 0, 6, now - timedelta(hours=2))
    _build(workspace, ledger, now - timedelta(hours=1), "Toinen erä")


def _decide(ledger: Ledger, user: str, start: int, count: int, now: datetime) -> None:
    lines = []
    for kind, verdict in (("duplicate", "same"), ("field", "accept"), ("stale", "accept")):
        with ledger.read() as connection:
            query = select(findings.c.finding_id).where(
                findings.c.kind == kind,
                findings.c.state == "open",
                ~findings.c.protected,
                findings.c.proposal.is_not(None) | (findings.c.relation == "same"),
            )
            found = connection.execute(query.order_by(findings.c.priority, findings.c.finding_id)).scalars().all()
        lines += [
            DecisionLine(number=len(lines) + n, verdict=verdict, user=user, finding_id=finding_id)
            for n, finding_id in enumerate(found[start : start + count])
        ]
    record(ledger, lines, now)


def _build(workspace: Workspace, ledger: Ledger, now: datetime, title: str) -> None:
    last = runs.last_published(ledger)
    assert last is not None
    with Warehouse(workspace.var / "warehouse").read(last.run_id) as connection:
        batches.build(ledger, connection, workspace.config, as_of=last.as_of, user="väinö", now=now, title=title)


def _first(ledger: Ledger, *conditions: object) -> str | None:
    with ledger.read() as connection:
        query = select(findings.c.finding_id).where(*conditions)  # type: ignore[arg-type]  # conditions of findings
        found: str | None = connection.execute(
            query.order_by(findings.c.priority.desc(), findings.c.finding_id)
        ).scalar()
    return found


def _largest_cluster(ledger: Ledger) -> str:
    with ledger.read() as connection:
        query = select(findings.c.finding_id, findings.c.subjects).where(
            findings.c.kind == "duplicate", findings.c.state == "open", ~findings.c.protected
        )
        rows = connection.execute(query).all()
    return str(max(rows, key=lambda row: (row.subjects.count("customers:"), row.finding_id)).finding_id)


@contextmanager
def served(root: Path) -> Iterator[str]:
    """The page of a workspace in a process of its own; gives its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(root), str(port)])  # noqa: S603  # our own program
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/login", timeout=5).read()  # noqa: S310  # our own server
                break
            except OSError:
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def take(browser: Browser, address: str, wanted: Sequence[Shot], passwords: Mapping[str, str], folder: Path) -> None:
    """Both pictures of every page; each user signs in once. 200 %: half as many CSS pixels, each twice as large."""
    for suffix, scale in (("", 1), ("-200", 2)):
        for user in dict.fromkeys(shot.user for shot in wanted):
            context = browser.new_context(
                viewport={"width": WIDTH // scale, "height": HEIGHT // scale},
                device_scale_factor=scale,
                locale="fi-FI",
                reduced_motion="reduce",
            )
            page = context.new_page()
            if user is not None:
                page.goto(f"{address}/login")
                page.fill("#user", user)
                page.fill("#password", passwords[user])
                page.press("#password", "Enter")
                page.wait_for_url(lambda url: "/login" not in url)
            for shot in (shot for shot in wanted if shot.user == user):
                page.goto(f"{address}{shot.path}")
                page.wait_for_load_state("networkidle")
                shot.prepare(page)
                page.wait_for_timeout(100)
                (folder / f"{shot.name}{suffix}.png").write_bytes(fewer_colours(page.screenshot()))
            context.close()


def fewer_colours(png: bytes) -> bytes:
    """The same picture with a palette: a page of text needs no more, and it is a third of the size."""
    pixels, width, height = _decoded(png)
    codes = (pixels[:, 0].astype(np.uint32) << 16) | (pixels[:, 1].astype(np.uint32) << 8) | pixels[:, 2]
    colours, where, counts = np.unique(codes, return_inverse=True, return_counts=True)
    palette = colours[np.argsort(-counts, kind="stable")[:COLOURS]]
    every, kept = _channels(colours), _channels(palette)
    nearest = np.argmin(((every[:, None, :] - kept[None, :, :]) ** 2).sum(axis=2), axis=1).astype(np.uint8)
    rows = nearest[where].reshape(height, width)
    raw = b"".join(b"\x00" + row.tobytes() for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"PLTE", kept.astype(np.uint8).tobytes()),
        (b"IDAT", zlib.compress(raw, 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def _channels(codes: np.ndarray) -> np.ndarray:
    return np.stack([(codes >> 16) & 255, (codes >> 8) & 255, codes & 255], axis=1).astype(np.int32)


def _decoded(png: bytes) -> tuple[np.ndarray, int, int]:
    """Pixels (n, 3) of an 8-bit RGB or RGBA PNG without interlacing, as Chromium writes them."""
    place, data, header = 8, b"", b""
    while place < len(png):
        size, kind = struct.unpack(">I4s", png[place : place + 8])
        content = png[place + 8 : place + 8 + size]
        header = content if kind == b"IHDR" else header
        data += content if kind == b"IDAT" else b""
        place += size + 12
    width, height, _depth, colour = struct.unpack(">IIBB", header[:10])
    step = 4 if colour == 6 else 3
    raw = np.frombuffer(zlib.decompress(data), np.uint8).reshape(height, width * step + 1)
    lines = np.zeros((height, width * step), np.uint8)
    above = np.zeros(width * step, np.uint8)
    for number in range(height):
        above = lines[number] = _unfiltered(int(raw[number, 0]), raw[number, 1:], above, step)
    return lines.reshape(-1, step)[:, :3], width, height


def _unfiltered(kind: int, line: np.ndarray, above: np.ndarray, step: int) -> np.ndarray:
    if kind == 0:
        return line
    if kind == 2:
        return line + above
    if kind == 1:
        return np.cumsum(line.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
    out, up, given = [0] * len(line), above.tolist(), line.tolist()
    for i, value in enumerate(given):
        left = out[i - step] if i >= step else 0
        corner = up[i - step] if i >= step else 0
        if kind == 3:
            guess = (left + up[i]) // 2
        else:
            estimate = left + up[i] - corner
            a, b, c = abs(estimate - left), abs(estimate - up[i]), abs(estimate - corner)
            guess = left if a <= b and a <= c else up[i] if b <= c else corner
        out[i] = (value + guess) & 255
    return np.array(out, np.uint8)


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, help="a demo workspace; without it one is made (a minute or two)")
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--only", nargs="*", help="names of pictures")
    parser.add_argument("--keep", action="store_true", help="work in the given workspace itself, with what is in it")
    chosen = parser.parse_args()
    chosen.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        root = chosen.workspace if chosen.keep else Path(temporary) / "demo"
        if chosen.workspace is None:
            command = [sys.executable, "-m", "regclean", "demo", str(root), "--no-serve"]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)  # noqa: S603  # our own program
        elif not chosen.keep:
            shutil.copytree(chosen.workspace, root)
        workspace = load_workspace(root)
        with own_ledger(workspace) as ledger:
            if not batches.list_batches(ledger):
                do_some_work(workspace, ledger)
            accounts = create_demo_accounts(workspace, ledger, datetime.now(UTC))
            passwords = {account.user: account.password for account in accounts}
            wanted = [shot for shot in shots(ledger) if not chosen.only or shot.name in chosen.only]
        with served(root) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            take(browser, address, wanted, passwords, chosen.out)
            browser.close()


if __name__ == "__main__":
    main()
