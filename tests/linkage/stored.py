"""The stored models, as copies: a test that learns a model anew leaves the tracked ones as they are.

After a change of comparisons: `make models`.
"""

from __future__ import annotations

import atexit
import shutil
import tempfile
from pathlib import Path

TRACKED = Path(__file__).parent / "models"
_COPIES = tempfile.mkdtemp(prefix="regclean-models-")
atexit.register(shutil.rmtree, _COPIES, ignore_errors=True)
STORED = Path(shutil.copytree(TRACKED, Path(_COPIES) / "models"))
