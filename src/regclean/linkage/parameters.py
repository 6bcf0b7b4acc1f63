"""Trained linkage parameters: plain numbers by comparison and level code, kept as versioned JSON files.

Invariant: a file `<model>-<country>-v<NNNN>.json` is written once and never changed; which one is in use, `registry.py` says.
Nothing in it belongs to an engine, and nothing in it is personal: probabilities and counts only.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field, replace
from math import log
from pathlib import Path
from typing import Any

from regclean.domain.findings import digest
from regclean.errors import InputError
from regclean.linkage.model import comparisons
from regclean.resources import write_whole

Probabilities = dict[str, dict[str, float]]
_FILE = re.compile(r"(?P<model>[a-z]+)-(?P<country>[a-z]+)-v(?P<version>\d{4})\.json\Z")


# The classes of a pair of rows; the rest of all pairs are strangers.
CLASSES = ("stayed", "moved", "household", "namesake", "successor", "stranger")
# Cells of full names: how many rows hold one (2, 3-4, 5-8, more; of organisations: their kind) by how rare it is, in
# steps of two bits.
RARITIES = 16
CELLS = 4 * RARITIES


@dataclass(frozen=True, slots=True)
class Parameters:
    """One trained model.

    `m`: class -> comparison -> level code -> probability of the level in that class; a comparison that a class does not have
    agrees there by chance. `u`: the same among strangers. `per_row`: class -> how many such pairs there are for each row of the
    register; as priors they hold for a register of any size. `names`: by cell, the share of all pairs of equal full names that are one
    customer; `named_per_row`: how many of those there are for each row. `known`: class -> how often both rows of a pair know
    which fields of `model.KNOWN`, by `patterns.known`. `offsets`: what labels add to the log odds of "same", by
    pattern of evidence and by level (`offsets.py`). `trained_on`: counts that the training saw.
    `trained_at`: the date that was passed in, ISO.
    """

    model: str
    country: str
    version: int
    m: dict[str, Probabilities]
    u: Probabilities
    per_row: dict[str, float]
    names: tuple[float, ...] = (0.5,) * CELLS
    named_per_row: float = 0.05
    known: dict[str, tuple[float, ...]] = field(default_factory=dict)
    offsets: dict[str, float] = field(default_factory=dict)
    trained_on: dict[str, int] = field(default_factory=dict)
    trained_at: str | None = None

    def check(self) -> None:
        """Every level of every comparison must be trained, and be a probability. Errors: InputError that names the first."""
        tables = {"m": self.m.get("stayed", {}), "u": self.u} | {
            name: self.m.get(name, {}) for name in ("moved", "household", "namesake")
        }
        for kind, table in tables.items():
            for comparison in comparisons(self.model, self.country):
                for code in comparison.codes:
                    value = table.get(comparison.name, {}).get(code)
                    if value is None or not 0.0 <= value <= 1.0 or (kind == "u" and value == 0.0):
                        raise InputError(
                            f"the {self.model} model has no {kind} probability for level '{code}' of '{comparison.name}'.",
                            remedy="Train a new model with: regclean train",
                        )
        if len(self.names) != CELLS or not all(self.per_row.get(name, 0.0) > 0.0 for name in CLASSES[:-1]):
            raise InputError(
                f"the {self.model} model has no usable prior.", remedy="Train a new model with: regclean train"
            )

    def shares(self, size: int) -> list[float]:
        """Probability of each class for two random rows of a register of `size` rows, strangers last."""
        chance = 2.0 / max(size - 1, 2)
        found = [self.per_row[name] * chance for name in CLASSES[:-1]]
        scale = min(1.0, 0.8 / sum(found))
        return [*(share * scale for share in found), 1.0 - scale * sum(found)]

    def name_weights(self, size: int) -> list[float]:
        """By cell: log of how much oftener an equal full name of that cell is met in one customer than among strangers."""
        pairs = log(max(size - 1, 2) / (2.0 * self.named_per_row))
        return [log(share / (1.0 - share)) + pairs for share in self.names]

    def same(self, comparison: str) -> dict[str, float]:
        """Level code -> probability among rows of one customer, whether they stayed or moved."""
        stayed, moved = self.per_row["stayed"], self.per_row["moved"]
        other = self.m["moved"][comparison]
        return {
            code: (stayed * p + moved * other[code]) / (stayed + moved)
            for code, p in self.m["stayed"][comparison].items()
        }

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"names": list(self.names), "comparisons": _shape(self.model, self.country)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Parameters:
        parameters = cls(
            model=str(data["model"]),
            country=str(data["country"]),
            version=int(data["version"]),
            m=data["m"],
            u=data["u"],
            per_row=dict(data["per_row"]),
            names=tuple(float(value) for value in data["names"]),
            named_per_row=float(data["named_per_row"]),
            known={name: tuple(shares) for name, shares in data.get("known", {}).items()},
            offsets=dict(data.get("offsets", {})),
            trained_on=dict(data["trained_on"]),
            trained_at=data["trained_at"],
        )
        parameters.check()
        return parameters

    def rounded(self) -> Parameters:
        """Nine significant digits: more than was learnt, few enough to be the same on every run."""

        def short(value: Any) -> Any:
            if isinstance(value, dict):
                return {key: short(item) for key, item in value.items()}
            return tuple(short(item) for item in value) if isinstance(value, tuple) else float(f"{value:.9g}")

        learnt = ("m", "u", "per_row", "names", "named_per_row", "known")
        return replace(self, **{name: short(getattr(self, name)) for name in learnt})

    @property
    def fingerprint(self) -> str:
        return digest(self.to_json())


def versions(folder: Path, model: str, country: str) -> list[Path]:
    """The stored models of one kind, oldest first."""
    found = []
    for path in folder.glob("*.json") if folder.is_dir() else ():
        match = _FILE.match(path.name)
        if match and match["model"] == model and match["country"] == country:
            found.append(path)
    return sorted(found)


def load(path: Path) -> Parameters:
    """Read a stored model. Errors: InputError when it is damaged, or of other comparisons than this version's."""
    try:
        return Parameters.from_json(json.loads(path.read_text(encoding="utf-8")))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            "this is not a linkage model of this version.", file=path, remedy="Move it away, then: regclean train"
        ) from error
    except InputError as error:
        raise InputError(error.message, file=path, remedy=error.remedy) from error


def latest(folder: Path, model: str, country: str) -> Parameters | None:
    """The newest stored model; None when there is none of these comparisons. Errors: InputError when it is damaged."""
    paths = versions(folder, model, country)
    return usable(paths[-1], model, country) if paths else None


def usable(path: Path, model: str, country: str) -> Parameters | None:
    """A stored model; None when it is of other comparisons: another version of the program's is no use.

    Errors: InputError when it is damaged.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        data = {}
    other = isinstance(data, dict) and data and data.get("comparisons") != _shape(model, country)
    return None if other else load(path)


def path_of(folder: Path, model: str, country: str, version: int) -> Path:
    return folder / f"{model}-{country}-v{version:04d}.json"


def _shape(model: str, country: str) -> str:
    """A digest of what is compared, by which a model tells whose it is."""
    return digest([[comparison.name, *comparison.codes] for comparison in comparisons(model, country)])[:16]


def save(folder: Path, parameters: Parameters) -> Path:
    """Store a new version beside the old ones; the parameters' own version number names the file."""
    parameters.check()
    folder.mkdir(parents=True, exist_ok=True)
    path = path_of(folder, parameters.model, parameters.country, parameters.version)
    text = json.dumps(parameters.to_json(), ensure_ascii=False, indent=1, sort_keys=True)
    write_whole(path, text + "\n", exclusive=True)
    return path


def next_version(folder: Path, model: str, country: str) -> int:
    paths = versions(folder, model, country)
    return int(paths[-1].stem[-4:]) + 1 if paths else 1
