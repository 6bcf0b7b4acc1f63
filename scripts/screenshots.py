"""Pictures of every page into docs/screenshots: `make screenshots`.

In Finnish at three widths (a desk, 200 % zoom, a phone); in `en/` and `sv/` those that the documentation shows in that language; and
a moving one of cases decided by keyboard. Works on a copy of a demo workspace (given, or made anew), with some work done in it, so that no
page is empty. Needs Debian's chromium and fonts-dejavu-core, and the test dependencies.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont
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
# What is looked at: the suffix of the picture, the viewport in CSS pixels, and how many pixels each of them has.
SIZES = (("", (WIDTH, HEIGHT), 1), ("-200", (WIDTH // 2, HEIGHT // 2), 2), ("-phone", (390, 844), 1))
LOCALES = {"fi": "fi-FI", "sv": "sv-FI", "en": "en-GB"}
SHOWN = ("queue", "case", "shared-bin", "batch", "batch-applied")  # in the documentation, in each of its languages
COLOURS = 64
SERVE = "import sys; from pathlib import Path; from regclean.config import load_workspace; from regclean.review.web.server import serve; serve(load_workspace(Path(sys.argv[1])), '127.0.0.1', 0, ready=lambda address: print(address, flush=True))"


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture: who looks, where, and what is done there first."""

    name: str
    user: str | None
    path: str
    prepare: Callable[[Page], object] = lambda _page: None


def shots(ledger: Ledger) -> list[Shot]:
    """What is worth a picture, by what the ledger holds."""
    case = _first(
        ledger, findings.c.relation == "same", findings.c.state == "open", skip=1
    )  # the queue shows the first
    cluster = _largest_cluster(ledger)
    protected = _first(ledger, findings.c.protected)
    batch = [one.batch_id for one in batches.list_batches(ledger)]
    last = runs.last_published(ledger)
    assert last is not None
    listed = [
        Shot("login", None, "/login"),
        Shot("today", "aino", "/today"),
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


def _first(ledger: Ledger, *conditions: object, skip: int = 0) -> str | None:
    with ledger.read() as connection:
        query = select(findings.c.finding_id).where(*conditions)  # type: ignore[arg-type]  # conditions of findings
        found: str | None = connection.execute(
            query.order_by(findings.c.priority.desc(), findings.c.finding_id).offset(skip)
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
    # The server takes a free port itself and tells it: one that was found free may be another's by then.
    process = subprocess.Popen([sys.executable, "-c", SERVE, str(root)], stdout=subprocess.PIPE, text=True)  # noqa: S603  # our own program
    assert process.stdout is not None
    try:
        address = process.stdout.readline().strip()
        if not address:
            raise SystemExit("The server has stopped.")
        yield address
    finally:
        process.terminate()
        process.wait(10)


def signed_in(
    browser: Browser, address: str, user: str | None, password: str, language: str, size: tuple[int, int], scale: int
) -> Page:
    """A window of this size in which this user has signed in."""
    width, height = size
    page = browser.new_context(
        viewport={"width": width, "height": height},
        device_scale_factor=scale,
        locale=LOCALES[language],
        reduced_motion="reduce",
    ).new_page()
    page.set_default_timeout(120_000)
    if user is not None:
        page.goto(f"{address}/login")
        page.fill("#user", user)
        page.fill("#password", password)
        page.press("#password", "Enter")
        page.wait_for_url(lambda url: "/login" not in url)
    return page


def take(browser: Browser, address: str, wanted: Sequence[Shot], passwords: Mapping[str, str], folder: Path) -> None:
    """Every picture; each user signs in once for each language and size."""
    looks = [("fi", *size) for size in SIZES] + [(language, *SIZES[0]) for language in ("en", "sv")]
    for language, suffix, size, scale in looks:
        into = folder if language == "fi" else folder / language
        into.mkdir(parents=True, exist_ok=True)
        some = [shot for shot in wanted if language == "fi" or shot.name in SHOWN]
        for user in dict.fromkeys(shot.user for shot in some):
            page = signed_in(browser, address, user, passwords.get(user or "", ""), language, size, scale)
            for shot in (shot for shot in some if shot.user == user):
                page.goto(f"{address}{shot.path}")
                page.wait_for_load_state("networkidle")
                shot.prepare(page)
                page.wait_for_timeout(100)
                (into / f"{shot.name}{suffix}.png").write_bytes(fewer_colours(page.screenshot()))
            page.context.close()


@dataclass(frozen=True, slots=True)
class Scene:
    """One part of the moving picture: the key that leads to it, what must be there then, and for how long it is looked at."""

    key: str
    appears: str
    seconds: float


def film(browser: Browser, address: str, user: str, password: str, file: Path) -> None:
    """A moving picture of cases decided by keyboard, each key written into the corner: an animated WebP."""
    page = signed_in(browser, address, user, password, "en", (WIDTH, 720), 1)
    page.goto(f"{address}/queue?pool=same")
    page.wait_for_load_state("networkidle")
    scenes = (
        Scene("", "html.js #case", 2.5),
        Scene("y", 'html.js #desk[data-staged="1"]', 2.5),
        Scene("d", "#case", 1.5),
        Scene("y", 'html.js #desk[data-staged="2"]', 2),
        Scene("y", 'html.js #desk[data-staged="3"]', 2),
        Scene("n", "#case", 2),
        Scene("1", 'html.js #desk[data-staged="4"]', 1.5),
        Scene("z", 'html.js #desk[data-staged="3"]', 2),
        Scene("Control+Enter", "html.js [data-testid=submitted]", 4),
    )
    frames: list[Image.Image] = []
    for scene in scenes:
        if scene.key:
            page.keyboard.press(scene.key)
        page.wait_for_selector(scene.appears)
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(200)
        frames.append(_with_key(Image.open(BytesIO(page.screenshot())).convert("RGB"), scene.key))
    page.context.close()
    # It ends after three rounds: what moves for ever beside a text cannot be read beside.
    lasting = [round(scene.seconds * 1000) for scene in scenes]
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=lasting, loop=3, lossless=True, method=6)


def _with_key(picture: Image.Image, key: str) -> Image.Image:
    """The picture with the key that was pressed, as on a keyboard, low in the middle."""
    if key:
        draw, font = ImageDraw.Draw(picture), ImageFont.truetype("DejaVuSans.ttf", 30)
        text = key.replace("Control+Enter", "Ctrl + Enter")
        place = (picture.width // 2, picture.height - 110)
        left, top, right, bottom = draw.textbbox(place, text, font=font, anchor="mm")
        draw.rounded_rectangle(
            (left - 24, top - 16, right + 24, bottom + 16), 12, fill="#1f2937", outline="white", width=3
        )
        draw.text(place, text, font=font, anchor="mm", fill="white")
    return picture


def fewer_colours(png: bytes) -> bytes:
    """The same picture with a palette: a page of text needs no more, and it is a third of the size."""
    kept = BytesIO()
    Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(kept, "png", optimize=True)
    return kept.getvalue()


def main() -> None:
    """Make the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path, help="a demo workspace; without it one is made (a minute or two)")
    parser.add_argument("--out", type=Path, default=Path("docs/screenshots"))
    parser.add_argument("--only", nargs="*", help="names of pictures; the moving one is 'film'")
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
            passwords = {account.user: account.password or "" for account in accounts}
            wanted = [shot for shot in shots(ledger) if not chosen.only or shot.name in chosen.only]
        with served(root) as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            if not chosen.only or "film" in chosen.only:  # first: a case says who else has it open
                film(browser, address, "eino", passwords["eino"], chosen.out / "case.webp")
            take(browser, address, wanted, passwords, chosen.out)
            browser.close()


if __name__ == "__main__":
    main()
