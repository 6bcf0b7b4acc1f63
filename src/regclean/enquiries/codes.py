"""Keys and codes of enquiries: all of them follow from the workspace's key, none is kept."""

from __future__ import annotations

import hmac

from regclean.config import Workspace, derived_key, workspace_key
from regclean.reply_page import Codes, Folder, public_of


def codes_of(workspace: Workspace, enquiry_id: int, issue: int, *, what: str = "enquiry") -> Codes:
    """The codes of one issue of an enquiry; `what`: "notice" of what a member is told."""
    return Codes.derived(_key(workspace, "enquiry codes"), f"{what} {enquiry_id} {issue}")


def person_digest(workspace: Workspace, said: str, *, under: bytes | None = None) -> str:
    """What a member who was told is known again by: keyed, of what was said of them. `under`: another key of the workspace."""
    key = _key(workspace, "member notices") if under is None else derived_key(under, "member notices")
    return hmac.new(key, said.encode(), "sha256").hexdigest()


def private_key(workspace: Workspace) -> bytes:
    """The key that opens answers; it never leaves the inside."""
    return _key(workspace, "enquiry answers")


def public_key(workspace: Workspace) -> bytes:
    """The key that answers are sealed to; each sealed question carries it."""
    return public_of(private_key(workspace))


def exchange(workspace: Workspace) -> Folder:
    """The folder between the inside and the reply page."""
    return Folder(workspace.root / str(workspace.config.section("enquiries")["folder"]))


def _key(workspace: Workspace, purpose: str) -> bytes:
    """Every key of this room; nothing else here reads the workspace's own."""
    return derived_key(workspace_key(workspace.var), purpose)
