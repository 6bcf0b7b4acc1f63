"""The reference pages of the documentation, made from the code, so that they cannot disagree with it.

`python scripts/reference.py docs/reference` writes them; the tests compare them.
"""

from __future__ import annotations

import re
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from enum import Enum
from importlib import resources
from pathlib import Path
from typing import Any

import typer.main

from regclean.cli import app

MADE = "Made by `make docs`; do not edit.\n"


def commands() -> str:
    """Every command with its arguments and options, from the command line itself."""
    group: Any = typer.main.get_command(app)
    parts = [f"# Commands\n\n{MADE}\nBefore the command, or anywhere on the line:\n", _table(group, "regclean")]
    for name, command in sorted(_commands(group)):
        parts += [f"## regclean {name}\n", _prose(command.help), _table(command, name)]
    return _page(parts)


def _commands(group: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _commands(command, (*before, name))
        else:
            yield " ".join((*before, name)), command


def _table(command: Any, name: str) -> str:
    lines = []
    for one in command.params:
        if one.name in ("help", "install_completion", "show_completion"):
            continue
        shown = (
            " / ".join((*one.opts, *one.secondary_opts))
            if one.param_type_name == "option"
            else one.metavar or one.name.upper()
        )
        words = _prose(getattr(one, "help", None))
        default = one.default
        if default not in (None, False, (), []) and not callable(default):
            words += f" Default: `{getattr(default, 'value', default)}`."
        annotation = one.type_descriptor.annotation
        choices = ", ".join(f"`{choice.value}`" for choice in annotation) if issubclass(annotation, Enum) else ""
        kind = "flag" if getattr(one, "is_flag", False) else "choice" if choices else annotation.__name__.lower()
        needed = "required. " if one.required else ""
        lines.append(f"| `{shown}` | {kind} | {needed}{words}{f' One of: {choices}.' if choices else ''} |")
    return "\n".join(["| argument or option | type | meaning |", "|---|---|---|", *lines, ""]) if lines else ""


def configuration() -> str:
    """Every setting with its default and meaning, from the template that `regclean init` writes."""
    text = resources.files("regclean.config").joinpath("template.toml").read_text(encoding="utf-8")
    known = tomllib.loads(text)
    parts = [
        f"# Configuration\n\n{MADE}\n`regclean.toml` of a workspace. Everything has the default that is shown. `${{NAME}}` in a value is taken "
        "from the environment.\n"
    ]
    section, lines, told = "", [], False
    for line in text.splitlines():
        if heading := re.match(r"\[([\w.]+)\]\s*(?:#\s*(.*))?$", line):
            parts += [_settings(lines)]
            section, lines, told = heading[1], [], False
            parts += [f"## [{section}]\n", _prose(heading[2])]
        elif setting := re.match(r"(\w+)\s*=\s*(.*?)(?:\s{2,}#\s*(.*)|\s+#\s+(.*))?$", line):
            values: Any = known
            for part in section.split("."):
                values = values[part]
            assert setting[1] in values, line
            lines.append([setting[1], setting[2], setting[3] or setting[4] or ""])
            told = True
        elif told and (more := re.match(r"\s+#\s*(.*)", line)):
            lines[-1][2] += f" {more[1]}"
    example = text[text.index("# [[source]]") :]
    parts += [_settings(lines), "## [[source]] and mappings\n", "```toml", _uncommented(example), "```\n"]
    return _page(parts)


def _settings(lines: list[list[str]]) -> str:
    if not lines:
        return ""
    rows = [f"| `{name}` | `{default}` | {_cell(words)} |" for name, default, words in lines]
    return "\n".join(["| setting | default | meaning |", "|---|---|---|", *rows, ""])


def _uncommented(text: str) -> str:
    return "\n".join(line.removeprefix("# ").removeprefix("#") for line in text.rstrip().splitlines())


def description() -> dict[str, Any]:
    """The API's description: OpenAPI, as `/api/v1/openapi.json` gives it."""
    from regclean.config import init_workspace, load_workspace
    from regclean.review.web.app import create_app

    with tempfile.TemporaryDirectory() as folder:
        init_workspace(Path(folder) / "register")
        made = create_app(load_workspace(Path(folder) / "register"))
        try:
            told: dict[str, Any] = made.openapi()
        finally:
            services = made.state.services
            services.background.shutdown(wait=True)
            services.night.close()
            services.ledger.close()
    return told


def api() -> str:
    """Every route of the API, from its own description."""
    told = description()
    parts = [f"# API\n\n{MADE}", _prose(told["info"]["description"], lines=True)]
    parts += [
        "The whole description is served under `/api/v1/openapi.json` (OpenAPI). Errors are `application/problem+json` (RFC 9457). Lists "
        "come in pages: `limit` says how many, `next` in the answer is what to send for the page after it; it is null on the last.\n"
    ]
    for path, methods in sorted(told["paths"].items()):
        for method, one in methods.items():
            parts += [f"## {method.upper()} {path}\n", _prose(one.get("description") or one.get("summary"), lines=True)]
            given = [
                f"| `{item['name']}` | {item['in']} | {_type(item['schema'])} | {'yes' if item.get('required') else ''} |"
                for item in one.get("parameters", ())
            ]
            if given:
                parts += ["\n".join(["| parameter | in | type | required |", "|---|---|---|---|", *given, ""])]
            body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body:
                parts += [f"Body: {_type(body)}\n"]
            answers = [f"{code} {_prose(answer['description'])}" for code, answer in sorted(one["responses"].items())]
            parts += ["Answers: " + "; ".join(answers) + "\n"]
    parts += ["## Objects\n"]
    for name, schema in sorted(told["components"]["schemas"].items()):
        fields = [
            f"| `{field}` | {_type(what)} | {'yes' if field in schema.get('required', ()) else ''} |"
            for field, what in schema.get("properties", {}).items()
        ]
        if fields:
            table = "\n".join(["| field | type | always |", "|---|---|---|", *fields, ""])
            parts += [f"### {name}\n", _prose(schema.get("description"), lines=True), table]
    return _page(parts)


def _type(schema: dict[str, Any]) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})" if name != "HTTPValidationError" else name
    if "anyOf" in schema or "oneOf" in schema:
        return " or ".join(dict.fromkeys(_type(one) for one in schema.get("anyOf") or schema["oneOf"]))
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type") or "any")


def exit_codes() -> str:
    """What a command's end means, from the errors themselves."""
    from regclean import errors

    kinds = sorted(
        (
            kind
            for kind in vars(errors).values()
            if isinstance(kind, type) and issubclass(kind, errors.RegcleanError) and kind is not errors.RegcleanError
        ),
        key=lambda kind: (kind.exit_code, kind.__name__),
    )
    rows = [f"| {kind.exit_code} | {kind.__name__} | {_prose(kind.__doc__)} |" for kind in kinds]
    return _page(
        [
            f"# Exit codes\n\n{MADE}",
            "Stable: a change of one is a breaking change. What went wrong is one paragraph on standard error, with the place (file, row, "
            "column) and what to do; no traceback, no personal value.\n",
            "| code | means |\n|---|---|\n| 0 | done |\n| 1 | a quality gate or a conflict stopped it; nothing was published or applied |\n"
            "| 2 | bad usage, configuration or input |\n| 3 | something outside is not there or full: a disk, a database, a lock |\n"
            "| 130 | stopped by Ctrl+C |\n",
            "## By kind of error\n",
            "The kind is also the name of the state in which a flow ends in Prefect.\n",
            "| code | kind | when |\n|---|---|---|\n" + "\n".join(rows) + "\n",
            "`regclean doctor` ends with 1 when it found a problem, and `NO_COLOR` in the environment takes the colours away.\n",
        ]
    )


def _prose(text: str | None, *, lines: bool = False) -> str:
    cleaned = (text or "").strip()
    return cleaned + "\n" if lines else _cell(cleaned)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")


def _page(parts: list[str]) -> str:
    text = "\n".join(part.rstrip("\n") + "\n" for part in parts if part)
    return (
        re.sub(r"\n{3,}", "\n\n", text.replace("```toml\n\n", "```toml\n").replace("\n\n```\n", "\n```\n")).rstrip()
        + "\n"
    )


PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands,
    "configuration.md": configuration,
    "api.md": api,
    "exit-codes.md": exit_codes,
}


def main(folder: Path) -> None:
    """Write every page."""
    for name, made in PAGES.items():
        (folder / name).write_text(made(), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
