"""The reference of the documentation says what the code says; the API's description is OpenAPI."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

ROOT = Path(__file__).parents[2]
_SPEC = importlib.util.spec_from_file_location("reference", ROOT / "scripts" / "reference.py")
assert _SPEC is not None
assert _SPEC.loader is not None
reference: Any = importlib.util.module_from_spec(_SPEC)
sys.modules["reference"] = reference
_SPEC.loader.exec_module(reference)


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_a_page_of_the_reference_is_in_step(name: str) -> None:
    page = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert page == reference.PAGES[name](), "write it anew: python scripts/reference.py docs/reference"


def test_the_description_of_the_api_is_openapi() -> None:
    validate(reference.description())


def test_each_body_that_a_program_sends_has_an_example_that_fits() -> None:
    told = reference.description()
    for path, methods in told["paths"].items():
        for method, one in methods.items():
            body = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
            if body is None:
                continue
            schema: Any = next((part for part in body.get("anyOf", [body]) if "$ref" in part), body)
            name = schema["$ref"].rpartition("/")[2]
            examples = told["components"]["schemas"][name].get("examples")
            assert examples, f"{method} {path}: {name} has no example"
            for example in examples:
                OAS31Validator({**schema, "components": told["components"]}).validate(example)
