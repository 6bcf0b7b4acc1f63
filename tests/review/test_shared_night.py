"""A page on another host: it has the ledger's address, the key, and the folder where each night leaves a copy."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from regclean.accounts import local as accounts
from regclean.accounts import tokens
from regclean.config import load_workspace
from regclean.home import warehouse_of
from regclean.ledger.tables import findings
from regclean.night import run_night
from regclean.review.web.app import create_app

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def settings(root: Path, **sections: dict[str, str]) -> None:
    file = root / "regclean.toml"
    told = "".join(
        f"\n[{name}]\n" + "".join(f'{key} = "{value}"\n' for key, value in of.items()) for name, of in sections.items()
    )
    file.write_text(file.read_text(encoding="utf-8") + told, encoding="utf-8")


@pytest.fixture
def elsewhere(small_register: Path, tmp_path: Path) -> Path:
    """A workspace without nights of its own, beside one whose night left a copy."""
    share = tmp_path / "share"
    page = tmp_path / "page"
    page.mkdir()
    shutil.copy(small_register / "regclean.toml", page)
    settings(small_register, warehouse={"share": str(share)})
    night = run_night(load_workspace(small_register), as_of=date(2026, 11, 1), now=NOW)
    assert [path.name for path in share.iterdir()] == [f"{night.run_id}.duckdb"]
    settings(page, warehouse={"share": str(share)}, ledger={"url": f"sqlite:///{small_register}/var/ledger.db"})
    (page / "var").mkdir()
    shutil.copy(small_register / "var/secret.key", page / "var")
    return page


def test_a_page_on_another_host_reads_its_cases_from_the_shared_copy(elsewhere: Path) -> None:
    app = create_app(load_workspace(elsewhere), now=lambda: NOW)
    services = app.state.services
    accounts.add_user(services.ledger, "steward", ["steward"], "correct horse battery", NOW, by="test")
    with services.ledger.write() as connection:
        scopes = ("findings:read", "findings:decide")
        secret = tokens.make_token(connection, "steward", "test", scopes, NOW, by="test")
        pair = select(findings.c.finding_id).where(findings.c.subjects == '["customers:1003","customers:1004"]')
        finding_id = connection.execute(pair).scalar_one()
    client = TestClient(app, base_url="http://127.0.0.1", headers={"Authorization": f"Bearer {secret}"})
    shown = client.get(f"/api/v1/findings/{finding_id}").json()["evidence"]["records"]
    assert shown["customers:1003"]["clean"]["name"]
    body = {"verdict": "unsure", "expected_version": 1}
    decided = client.post(f"/api/v1/findings/{finding_id}/decisions", json=body)
    assert decided.status_code == 201
    seen = client.get(f"/api/v1/decisions/{decided.json()['decision_id']}/evidence").json()
    assert seen["evidence"]["records"] == shown
    assert not list((elsewhere / "var").glob("warehouse/*"))
    services.background.shutdown(wait=True)
    services.ledger.close()


def test_the_night_in_force_and_the_one_that_comes_stand_together(published_register: Path, tmp_path: Path) -> None:
    share = tmp_path / "share"
    settings(published_register, warehouse={"share": str(share)})
    warehouse = warehouse_of(load_workspace(published_register))
    (run_id,) = warehouse.published()
    for name in ("2026-11-02-001", "2026-11-03-001"):
        shutil.copy(warehouse.path(run_id), warehouse.path(name))
    assert warehouse.copy_out(run_id) == []
    warehouse.copy_out("2026-11-02-001", beside=run_id)
    assert {path.stem for path in share.iterdir()} == {run_id, "2026-11-02-001"}
    warehouse.copy_out("2026-11-03-001", beside="2026-11-02-001")
    assert {path.stem for path in share.iterdir()} == {"2026-11-02-001", "2026-11-03-001"}


def test_a_shared_folder_that_cannot_be_written_is_told_and_stops_nothing(
    published_register: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("no folder")
    settings(published_register, warehouse={"share": str(tmp_path / "file")})
    warehouse = warehouse_of(load_workspace(published_register))
    (note,) = warehouse.copy_out(*warehouse.published())
    assert "[warehouse] share" in note
