"""Broken input for every reader: files, bodies, forms, addresses, cookies and headers. Read, or refused in words.

`bench/soak.py` runs it in earnest, and CI a sample. The seed decides everything.
"""

from __future__ import annotations

import io
import json
import random
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from regclean import landing
from regclean.config import load_workspace, workspace_key
from regclean.config.identity import remembered
from regclean.config.mapping import load_mapping
from regclean.config.secret import present_key
from regclean.domain.register import TABLES
from regclean.errors import RegcleanError
from regclean.findings.decision_file import read_decisions
from regclean.ledger import Anchor
from regclean.linkage import parameters, registry
from regclean.quality.label_file import read_labels
from regclean.quality.truth import read_truth
from regclean.warehouse.database import create_tables

ROOT = Path(__file__).parents[1]
SMALL = ROOT / "tests" / "data" / "small"
NOW = datetime(2026, 11, 3, 2, tzinfo=UTC)
PASSWORD = "correct horse battery"
FAULT = "traceback or abort"


def spoilt(content: bytes, generator: random.Random) -> bytes:
    """One of the ways in which a file arrives broken."""
    made = bytearray(content)
    for _ in range(generator.choice((1, 1, 3, 20))):
        at = generator.randrange(len(made) + 1)
        kind = generator.randrange(7)
        if kind == 0:
            made[at:at] = generator.randbytes(generator.choice((1, 3, 50)))
        elif kind == 1:
            del made[at : at + generator.choice((1, 10, 1_000))]
        elif kind == 2 and at < len(made):
            made[at] = generator.randrange(256)
        elif kind == 3:
            made[at:at] = generator.choice(
                (b'"', b";", b"\n", b"\0", b"\xff\xfe", "\u00e4".encode("latin-1"), b"=1+1", b"\r")
            )
        elif kind == 4:
            made[at:at] = made[: generator.choice((10, 500))]
        elif kind == 5:
            numbers = list(re.finditer(rb"\d+", made))
            if numbers:
                found = generator.choice(numbers)
                made[slice(*found.span())] = generator.choice(
                    (
                        b"-1",
                        b"1e999",
                        b"9" * 30,
                        b"9" * 5_000,
                        "\u00b2".encode(),
                        "\u0663".encode(),
                        b"NaN",
                        b"null",
                        b"[]",
                    )
                )
        else:
            made[at:] = b""
    return bytes(made)


def read_all(root: Path) -> None:
    """Everything that a night loads of a workspace."""
    connection = duckdb.connect()
    try:
        create_tables(connection)
        landing.load(load_workspace(root), connection, {})
    finally:
        connection.close()


def open_document(rows: list[tuple[str | None, ...]]) -> bytes:
    """A small workbook of OpenDocument."""
    from html import escape

    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(cell or "")}</text:p></table:table-cell>'
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    body = f'<office:document-content {spaces} office:version="1.2"><office:body><office:spreadsheet><table:table table:name="a">{cells}</table:table></office:spreadsheet></office:body></office:document-content>'
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        file.writestr("content.xml", f'<?xml version="1.0" encoding="UTF-8"?>{body}')
        file.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
    return made.getvalue()


def as_source(suffix: str) -> Callable[[Path, bytes], None]:
    """A reader of a source: the file takes the place of the customers, and everything is loaded."""

    def read(folder: Path, content: bytes) -> None:
        root = folder / "reader"
        shutil.rmtree(root, ignore_errors=True)
        shutil.copytree(SMALL, root)
        (root / "in" / f"broken.{suffix}").write_bytes(content)
        settings = (root / "regclean.toml").read_text(encoding="utf-8")
        (root / "regclean.toml").write_text(
            settings.replace("in/customers.csv", f"in/broken.{suffix}"), encoding="utf-8"
        )
        read_all(root)

    return read


def as_file(name: str, reader: Callable[[Path], Any]) -> Callable[[Path, bytes], None]:
    """A reader of one file, in a folder where it stands alone; `reader` is given its path."""

    def read(folder: Path, content: bytes) -> None:
        root = folder / "alone"
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir()
        (root / name).write_bytes(content)
        reader(root / name)

    return read


def _models(path: Path) -> None:
    parameters.usable(path, "person", "fi")
    registry.stored(path.parent, "fi")


def _anchor(path: Path) -> None:
    anchor = Anchor(path, b"k" * 32)
    anchor.held()
    anchor.spoilt()
    anchor.hold(10**6, "e" * 64)


def readers(folder: Path) -> dict[str, tuple[bytes, Callable[[Path, bytes], None]]]:
    """By name: a whole file, and what reads it."""
    import polars as pl

    customers = pl.read_csv(SMALL / "in" / "customers.csv", separator=";", infer_schema=False)
    customers.write_excel(folder / "c.xlsx")
    customers.write_parquet(folder / "c.parquet")
    rows = [tuple(customers.columns), *customers.rows()]
    mapping = (
        b'[columns]\ncustomer_no = "Nro"\nname = ["A", "B"]\n[values.kind]\n"x" = "person"\n[ignore]\ncolumns = ["z"]\n'
    )
    decisions = b'finding_id,verdict,user,reason,choices\nF1,accept,aino,x,"{""survivor"": ""1""}"\n'
    labels = b"sample,customer_no_l,customer_no_r,verdict,user\n1,1001,1002,same,aino\n1,1003,1004,different,aino\n"
    changes = b"seq,op,table,key,column,before,after,finding_id\n1,update,customers,1001,phone,,040 1,F1\n"
    undo = b"seq,op,table,key,column,before,after,finding_id\n1,update,customers,1001,phone,040 1,,F1\n"
    model = (ROOT / "tests" / "linkage" / "models" / "person-fi-v0001.json").read_bytes()
    pl.read_csv(io.BytesIO(decisions), infer_schema=False).write_excel(folder / "d.xlsx")
    return {
        "csv": ((SMALL / "in" / "customers.csv").read_bytes(), as_source("csv")),
        "tsv": (customers.write_csv(separator="\t").encode("utf-16"), as_source("tsv")),
        "xlsx": ((folder / "c.xlsx").read_bytes(), as_source("xlsx")),
        "ods": (open_document(rows), as_source("ods")),
        "parquet": ((folder / "c.parquet").read_bytes(), as_source("parquet")),
        "changes.csv as input": (changes, as_source("csv")),
        "undo.csv as input": (undo, as_source("csv")),
        "regclean.toml": (
            (SMALL / "regclean.toml").read_bytes(),
            as_file("regclean.toml", lambda path: load_workspace(path.parent)),
        ),
        "mapping": (mapping, as_file("m.toml", lambda path: load_mapping(path, TABLES["customers"]))),
        "decision file": (decisions, as_file("d.csv", lambda path: list(read_decisions(path)))),
        "decision workbook": (
            (folder / "d.xlsx").read_bytes(),
            as_file("d.xlsx", lambda path: list(read_decisions(path))),
        ),
        "label file": (labels, as_file("l.csv", lambda path: list(read_labels(path)))),
        "truth file": (b"customer_no_l,customer_no_r,same\n1001,1002,1\n1003,1004,0\n", as_file("t.csv", read_truth)),
        "model": (model, as_file("person-fi-v0001.json", _models)),
        "models in use": (
            b'[{"person": 1}, {"person": 2, "organisation": 1}]',
            as_file(registry.FILE, lambda path: registry.history(path.parent)),
        ),
        "identity": (b'{"ledger": "aa", "key": "bb"}', as_file("identity.json", lambda path: remembered(path.parent))),
        "key": (b"ab" * 32, as_file("secret.key", lambda path: (present_key(path.parent), workspace_key(path.parent)))),
        "anchor": (b'{"seq": 1, "hash": "e", "mac": "f"}\n', as_file("audit.anchor", _anchor)),
    }


def bad_inputs(folder: Path, rounds: int, generator: random.Random) -> dict[str, Counter[str]]:
    """Every reader of files with broken input: it reads it, or says what is wrong; anything else is a fault."""
    figures: dict[str, Counter[str]] = {}
    for kind, (content, reader) in readers(folder).items():
        seen = figures[kind] = Counter({"tried": 0, "read": 0, "refused in words": 0, FAULT: 0})
        for _ in range(rounds):
            broken = spoilt(content, generator)
            seen["tried"] += 1
            try:
                reader(folder, broken)
                seen["read"] += 1
            except RegcleanError:
                seen["refused in words"] += 1
            except KeyboardInterrupt:
                raise
            except BaseException as error:
                seen[FAULT] += 1
                kept = Path(tempfile.gettempdir()) / f"soak-{kind.replace(' ', '-')}-{seen[FAULT]}"
                kept.write_bytes(broken)
                print(f"TRACEBACK from {kind}: {type(error).__name__} ({kept})", flush=True)
    return figures


def bad_nights(base: Path, folder: Path, rounds: int, generator: random.Random) -> Counter[str]:
    """The file of the night in force, broken; each reading is a process of its own, since an engine may abort."""
    seen = Counter({"tried": 0, "read": 0, "refused in words": 0, FAULT: 0})
    root = Path(shutil.copytree(base, folder / "broken-night"))
    (night,) = (root / "var" / "warehouse").glob("2*.duckdb")
    whole = night.read_bytes()
    for _ in range(rounds):
        night.write_bytes(spoilt(whole, generator))
        line = [sys.executable, "-c", "from regclean.cli import main; main()", "-w", str(root), "clusters"]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        seen["tried"] += 1
        seen["read"] += done.returncode == 0
        fault = done.returncode not in (0, 1, 2, 3) or "Traceback" in done.stderr or "unexpected" in done.stderr
        seen["refused in words"] += done.returncode != 0 and not fault
        seen[FAULT] += fault
        if fault:
            print(f"FAULT of a broken night: {done.returncode} {done.stderr[-200:]}", flush=True)
    return seen


# Requests ---------------------------------------------------------------------------------------------------------------

PARTS = (
    "1e999",
    "-1",
    "9" * 40,
    "9" * 5_000,
    "",
    "%00",
    "%ff",
    "..",
    "a" * 300,
    "null",
    "[]",
    "{}",
    "NaN",
    "1,1e999",
    "\u00e4",
    "customers:1001",
    "%2e%2e%2f",
    "\u00b2",
    "%ed%a0%80",
    "'",
    "<b>",
    "{{7*7}}",
)
VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    10**30,
    1e300,
    "",
    "x" * 5_000,
    "\ud800",
    "\0",
    "a\nb",
    [],
    {},
    [[]],
    {"a": {}},
    "customers:1001",
    "F" + "0" * 20,
    "2026-13-45",
    "=1+1",
)
BODIES = (
    b"",
    b"{",
    b"[" * 50_000,
    b"\xff\xfe",
    b"null",
    b'"x"',
    b'{"verdict": NaN}',
    b'{"a": 1e999}',
    b'{"a":"\\ud800"}',
    b"0" * 900_000,
)
COOKIES = ("x", "", "\u00e4", "a" * 4_000, "a.b.c", '"', "%00", "null")


def signed_in(root: Path) -> tuple[Any, str]:
    """A client whose account has every role, and the token of its forms."""
    from fastapi.testclient import TestClient

    from regclean.accounts import local
    from regclean.review.web.app import create_app

    app = create_app(load_workspace(root))
    roles = ["admin", "steward", "clerk", "approver", "auditor", "restricted"]
    local.add_user(app.state.services.ledger, "soak", roles, PASSWORD, NOW, by="soak")
    client = TestClient(app, base_url="http://127.0.0.1", raise_server_exceptions=False, follow_redirects=False)

    def token(text: str) -> str:
        return text.partition('name="csrf_token" value="')[2].partition('"')[0]

    client.post("/login", data={"csrf_token": token(client.get("/login").text), "user": "soak", "password": PASSWORD})
    return client, token(client.get("/account").text)


def bad_requests(base: Path, folder: Path, rounds: int, generator: random.Random) -> dict[str, Counter[str]]:
    """Every route with broken addresses, bodies, forms, cookies and headers; what is tried so is never answered with 5xx."""
    root = Path(shutil.copytree(base, folder / "requests"))
    client, token = signed_in(root)
    app = client.app
    kinds = ("addresses", "JSON bodies", "forms", "cookies and headers")
    figures = {kind: Counter({"tried": 0, "answered": 0, FAULT: 0}) for kind in kinds}
    described = client.get("/api/v1/openapi.json").json()["paths"]
    api = [(method.upper(), path) for path, its in described.items() for method in its]
    from regclean.review.web import slices

    pages = [
        (method, route.path)
        for module in slices.pages()
        for route in module.router.routes
        for method in sorted(route.methods)
    ]
    finding = next(iter(client.get("/api/v1/findings", params={"limit": 1}).json()["items"]), {}).get(
        "finding_id", "F" + "0" * 20
    )
    names = (
        "verdict",
        "expected_version",
        "reason",
        "comment",
        "choices",
        "text",
        "assignee",
        "version",
        "seq",
        "title",
        "findings",
        "user",
        "roles",
        "password",
        "scopes",
        "to",
        "field",
        "subject",
        "note",
    )

    def filled(path: str, *, broken: bool) -> str:
        while "{" in path:
            name = path[path.index("{") + 1 : path.index("}")]
            known = {"finding_id": finding, "batch_id": "1", "step": "next", "code": "fi"}
            part = generator.choice(PARTS) if broken else known.get(name, "1")
            path = path[: path.index("{")] + part + path[path.index("}") + 1 :]
        return path

    def ask(kind: str, method: str, path: str, **sent: Any) -> None:
        seen = figures[kind]
        seen["tried"] += 1
        try:
            status = client.request(method, path, **sent).status_code
        except (UnicodeError, ValueError):  # what a client cannot even send
            seen["tried"] -= 1
            return
        seen["answered" if status < 500 else FAULT] += 1
        if status >= 500:
            print(f"{status} from {method} {path[:120]} ({kind})", flush=True)

    for _ in range(rounds):
        _method, path = generator.choice([one for one in (*api, *pages) if one[0] == "GET" and one[1] != "/logout"])
        query = "&".join(
            f"{generator.choice(('number', 'after', 'kind', 'look', 'pool', 'sort', 'age', 'area', 'limit', 'before'))}={generator.choice(PARTS)}"
            for _ in range(2)
        )
        ask("addresses", "GET", f"{filled(path, broken=True)}?{query}")
        method, path = generator.choice([one for one in api if one[0] in ("POST", "PUT", "PATCH")])
        body = generator.choice(BODIES)
        if generator.random() < 0.8:
            body = json.dumps({name: generator.choice(VALUES) for name in generator.sample(names, 5)}).encode()
        kind = generator.choice(
            ("application/json", "application/json", "text/plain", "application/x-www-form-urlencoded", "")
        )
        ask(
            "JSON bodies",
            method,
            filled(path, broken=False),
            content=body,
            headers={"content-type": kind, "x-csrf-token": token},
        )
        forms = [one for one in pages if one[0] == "POST" and not one[1].startswith(("/log", "/account"))]
        method, path = generator.choice(forms)
        form = {name: generator.choice(PARTS) for name in generator.sample(names, 5)} | {"csrf_token": token}
        ask("forms", method, filled(path, broken=generator.random() < 0.3), data=form)
        header = generator.choice(
            (
                "accept-language",
                "authorization",
                "referer",
                "hx-current-url",
                "origin",
                "x-forwarded-for",
                "content-length",
                "range",
                "if-none-match",
                "accept",
                "x-http-method-override",
            )
        )
        odd = generator.choice(
            (*COOKIES, "Bearer ", "Bearer \u00e4", "http://[", "bytes=9-1", "-1", "\u00b2", "DELETE")
        )
        cookie = f"regclean_session={generator.choice(COOKIES)}; regclean_form={generator.choice(COOKIES)}; regclean_language={generator.choice(COOKIES)}"
        headers = {header: odd.encode(), **({"cookie": cookie.encode()} if generator.random() < 0.7 else {})}
        ask(
            "cookies and headers",
            "GET",
            generator.choice(("/queue", "/login", "/api/v1/findings", "/account")),
            headers=headers,
        )
    app.state.services.background.shutdown(wait=True)
    app.state.services.ledger.close()
    return figures
