"""Which stored models are in force: the newest ones, or those that somebody put in force, with those before them.

Invariant: a stored model is never changed. `in_use.json` beside them lists what was in force, the last entry is; without it the newest
of each kind is. Going back takes the last entry away.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from regclean.errors import ConflictError, InputError, UsageError
from regclean.linkage import parameters
from regclean.linkage.model import MODELS
from regclean.linkage.parameters import Parameters
from regclean.resources import write_whole

FILE = "in_use.json"
Chosen = dict[str, int]  # model -> version


@dataclass(frozen=True, slots=True)
class StoredModel:
    """One stored model. `usable`: it is of the comparisons of this version of the program."""

    model: str
    version: int
    trained_at: str | None
    trained_on: dict[str, int]
    usable: bool


def stored(folder: Path, country: str) -> list[StoredModel]:
    """Every stored model, the newest first. Errors: InputError when one is damaged."""
    found = []
    for model in MODELS:
        for path in parameters.versions(folder, model, country):
            one = parameters.usable(path, model, country)
            number = int(path.stem[-4:])
            found.append(
                StoredModel(
                    model, number, one.trained_at if one else None, one.trained_on if one else {}, one is not None
                )
            )
    return sorted(found, key=lambda one: (-one.version, one.model))


def in_force(folder: Path, model: str, country: str) -> Parameters | None:
    """The model in force; None when there is none of these comparisons. Errors: InputError when it is damaged."""
    named = history(folder)
    path = parameters.path_of(folder, model, country, named[-1][model]) if named and model in named[-1] else None
    if path is None or not path.exists():
        return parameters.latest(folder, model, country)
    return parameters.usable(path, model, country)


def history(folder: Path) -> list[Chosen]:
    """What was put in force, oldest first; empty while nobody has. Errors: InputError."""
    path = folder / FILE
    if not path.exists():
        return []
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        return [{str(model): int(version) for model, version in entry.items()} for entry in found]
    except (ValueError, TypeError, AttributeError) as error:
        raise InputError(
            "this does not say which models are in use.",
            file=path,
            remedy="Move it away: the newest models are in use then.",
        ) from error


def models_in_force(folder: Path, country: str) -> dict[str, Parameters]:
    """Kind -> its model in force, where there is one."""
    found = {model: in_force(folder, model, country) for model in MODELS}
    return {model: one for model, one in found.items() if one is not None}


def chosen(folder: Path, country: str) -> Chosen:
    """Model -> version in force."""
    return {model: one.version for model, one in models_in_force(folder, country).items()}


def use(folder: Path, country: str, versions: Chosen) -> Chosen:
    """Put these versions in force; what was in force can be gone back to. Returns model -> version now in force."""
    before = chosen(folder, country)
    now = before | versions
    move(folder, before, now)
    return now


def move(folder: Path, before: Chosen, now: Chosen) -> None:
    """Say what is in force from here on, with what was before; where nothing changes, say it all the same."""
    entries = history(folder) or [before]
    _write(folder, entries if entries[-1] == now else [*entries, now])


def learnt(folder: Path, model: str, version: int) -> None:
    """A night has learnt a model where none was of use: it is in force, and there is nothing to go back to."""
    entries = history(folder)
    if entries:
        _write(folder, [*entries[:-1], entries[-1] | {model: version}])


def back(folder: Path, country: str) -> Chosen:
    """Put in force what was so before. Errors: ConflictError when there is nothing before."""
    entries = history(folder)
    if len(entries) < 2:
        raise ConflictError("no other model was in use before this one.", remedy="See: regclean model list")
    _write(folder, entries[:-1])
    return chosen(folder, country)


def numbered(folder: Path, country: str, number: int | None) -> dict[str, Parameters]:
    """The models of a version (None: the newest) by kind; a kind may lack it. Errors: UsageError when no kind has it."""
    wanted = number if number is not None else next_number(folder, country) - 1
    found = {}
    for model in MODELS:
        path = parameters.path_of(folder, model, country, wanted)
        if path.exists() and (one := parameters.usable(path, model, country)) is not None:
            found[model] = one
    if not found:
        raise UsageError(
            f"there is no model {wanted} of this version's comparisons.", remedy="See: regclean model list"
        )
    return found


def next_number(folder: Path, country: str) -> int:
    """The number of the next models: one for all kinds."""
    return max(parameters.next_version(folder, model, country) for model in MODELS)


def _write(folder: Path, entries: list[Chosen]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / FILE, json.dumps(entries, indent=1, sort_keys=True) + "\n")
