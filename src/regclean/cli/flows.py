"""Finds the flows, which stand beside the package in the source tree and inside it in the wheel."""

from __future__ import annotations

import importlib.util
import sys
from typing import Any

from regclean.resources import bundled


def flow_module(name: str) -> Any:
    """The module `flows/<name>.py`, loaded once; Prefect is imported with it."""
    qualified = f"regclean_flows_{name}"
    if qualified not in sys.modules:
        spec = importlib.util.spec_from_file_location(qualified, bundled("flows") / f"{name}.py")
        if spec is None or spec.loader is None:
            raise FileNotFoundError(name)
        module = importlib.util.module_from_spec(spec)
        sys.modules[qualified] = module
        spec.loader.exec_module(module)
    return sys.modules[qualified]
