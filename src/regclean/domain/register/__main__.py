"""`python -m regclean.domain.register docs/data-dictionary.md` writes the data dictionary."""

import sys
from pathlib import Path

from regclean.domain.register.dictionary import dictionary

Path(sys.argv[1]).write_text(dictionary(), encoding="utf-8")
