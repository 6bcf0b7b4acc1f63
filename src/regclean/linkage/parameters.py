"""Trained linkage parameters: plain numbers by comparison and level code, kept as versioned JSON files.

Invariant: a file `<model>-<country>-v<NNNN>.json` is written once and never changed; the highest number is the model in use.
Nothing in it belongs to an engine, and nothing in it is personal: probabilities and counts only.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from regclean.domain.findings import digest
from regclean.errors import InputError
from regclean.linkage.model import comparisons, term_frequency_columns

Probabilities = dict[str, dict[str, float]]
_FILE = re.compile(r"(?P<model>[a-z]+)-(?P<country>[a-z]+)-v(?P<version>\d{4})\.json\Z")


@dataclass(frozen=True, slots=True)
class Parameters:
    """One trained model.

    `m`, `u`, `household`, `namesake`: comparison -> level code -> probability of the level among rows of one customer, among
    strangers, among members of one household, and among those of them who have the same first name. `same_per_row`, `household_per_row`: how many such pairs there are for each row of
    the register; as priors they hold for a register of any size.
    `rarity`: correction (log2) of the weight of an equal full name, by steps of its rarity (`training.py`).
    `trained_on`: counts that the training saw. `trained_at`: the date that was passed in, ISO.
    """

    model: str
    country: str
    version: int
    m: Probabilities
    u: Probabilities
    household: Probabilities
    namesake: Probabilities
    same_per_row: float
    household_per_row: float
    rarity: tuple[float, ...] = (0.0,) * 15
    trained_on: dict[str, int] = field(default_factory=dict)
    trained_at: str | None = None

    def check(self) -> None:
        """Every level of every comparison must be trained, and be a probability. Errors: InputError that names the first."""
        for kind, table in (
            ("m", self.m),
            ("u", self.u),
            ("household", self.household),
            ("namesake", self.namesake),
        ):
            for comparison in comparisons(self.model, self.country):
                for code in comparison.codes:
                    value = table.get(comparison.name, {}).get(code)
                    if value is None or not 0.0 < value <= 1.0:
                        raise InputError(
                            f"the {self.model} model has no {kind} probability for level '{code}' of '{comparison.name}'.",
                            remedy="Train a new model with: regclean train",
                        )
        if not self.same_per_row > 0.0 or not self.household_per_row > 0.0:
            raise InputError(
                f"the {self.model} model has no usable prior.", remedy="Train a new model with: regclean train"
            )

    def priors(self, size: int) -> tuple[float, float]:
        """Probability that two random rows of a register of `size` rows are one customer, and one household's members."""
        chance = 2.0 / max(size - 1, 2)
        return min(self.same_per_row * chance, 0.4), min(self.household_per_row * chance, 0.4)

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "country": self.country,
            "version": self.version,
            "trained_at": self.trained_at,
            "trained_on": self.trained_on,
            "same_per_row": self.same_per_row,
            "household_per_row": self.household_per_row,
            "rarity": list(self.rarity),
            "term_frequencies": list(term_frequency_columns(self.model, self.country)),
            "m": self.m,
            "u": self.u,
            "household": self.household,
            "namesake": self.namesake,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Parameters:
        parameters = cls(
            model=str(data["model"]),
            country=str(data["country"]),
            version=int(data["version"]),
            m=data["m"],
            u=data["u"],
            household=data["household"],
            namesake=data["namesake"],
            same_per_row=float(data["same_per_row"]),
            household_per_row=float(data["household_per_row"]),
            rarity=tuple(float(value) for value in data["rarity"]),
            trained_on=dict(data["trained_on"]),
            trained_at=data["trained_at"],
        )
        parameters.check()
        return parameters

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
    paths = versions(folder, model, country)
    return load(paths[-1]) if paths else None


def save(folder: Path, parameters: Parameters) -> Path:
    """Store a new version beside the old ones; the parameters' own version number names the file."""
    parameters.check()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{parameters.model}-{parameters.country}-v{parameters.version:04d}.json"
    text = json.dumps(parameters.to_json(), ensure_ascii=False, indent=1, sort_keys=True)
    with path.open("x", encoding="utf-8") as file:
        file.write(text + "\n")
    return path


def next_version(folder: Path, model: str, country: str) -> int:
    return len(versions(folder, model, country)) + 1
