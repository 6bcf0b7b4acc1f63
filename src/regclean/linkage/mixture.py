"""One mixture of six classes over all candidate pairs: how it is learnt from a register, and what it says of each pattern.

N rows make T = N(N-1)/2 pairs. Class k is expected in `per_row[k]` pairs for each row; all other pairs are of strangers, also the
ones that no blocking key ever met, so that nothing is conditional on the blocking. The E-step runs over the candidates, grouped
by pattern of levels; the M-step counts rates of classes and levels, with the expectations of `model.py` as pseudo-counts.

What keeps the classes apart:
- who stayed shares a place with itself, who moved does not, and has rates of contacts and surnames of its own;
- first names of a household agree only by chance; namesakes are one household with one first name, live like the household, and
  stand in one ratio to the customers who stayed, whatever their names: the larger of two estimates counts;
- u is chance agreement: value counts for exact levels, random pairs for the rest, less what is one customer or one household;
- an equal full name is one observation, because first names and surnames are not independent: of all pairs of its cell (how
  many hold it, how rare its parts are) the share that is one customer is learnt;
- what is missing is an observation too, and of its own in each class: else undated pairs, of which few are one customer, would be
  judged by the dated ones.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from regclean.linkage.anchors import beside_name, date_conflicts, shared_names
from regclean.linkage.comparison import Comparison
from regclean.linkage.model import BESIDE_NAME, CONTACTS, DATES, KNOWN, NAMES, OTHER_FIRST_NAME, PLACES, SAME_FIRST_NAME
from regclean.linkage.monotone import monotone
from regclean.linkage.parameters import CELLS, CLASSES, RARITIES, Parameters, Probabilities
from regclean.linkage.patterns import Array, Codes, Patterns, known

STAYED, MOVED, HOUSEHOLD, NAMESAKE, SUCCESSOR, STRANGER = range(6)
SAME = (STAYED, MOVED)
PSEUDO_COUNTS = 25.0
PSEUDO_ROWS = 20.0
# So many pairs of strangers without an equal value stand behind every exact level before any register speaks.
PSEUDO_STRANGERS = 1000.0
STEPS = 60
TWINS = 0.05
# Of two rows with two given names each, a customer's are so often others altogether (few take all names anew); how many have two,
# the register says. Were it more, a pair of twins would teach a small register that customers change their names.
DISJOINT = 0.0001
NEVER = -60.0
# One customer's own, wherever the customer lives; the rest has rates of its own for those who moved.
_POOLED = frozenset(
    ("given_name", "identity", "birth_date", "national_id", "account", "business_id", "organisation_name", "numerals", "legal_form", "generation")
)  # fmt: skip
# Levels whose rate is not learnt: what the mixture would learn of them is its own confusion of two persons.
_FIXED = {
    "given_name": OTHER_FIRST_NAME,
    "identity": ("other_national_id", "different"),
    "birth_date": ("different",),
    "generation": ("different",),
    "organisation_name": ("other_word",),
}
# Two firms of one house have one name as often as is expected, however often the register has such pairs: they are mostly one firm.
_ONE_NAME = ("equal", "same_words", "abbreviated", "similar", "one_contains_other", "same_initials", "shares_words")
_SUCCESSOR_TIME = {"handover": 0.7, "one_ended": 0.29, "both_going": 0.01}


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a model is learnt from: candidate pairs, random pairs, pairs with an equal value by column, pairs by cell of names."""

    size: int
    candidates: Patterns
    drawn: Patterns | None
    equal: dict[str, float]
    cells: Array

    @property
    def pairs(self) -> float:
        return self.size * (self.size - 1) / 2


def posteriors(parameters: Parameters, parts: tuple[Comparison, ...], patterns: Patterns, size: int) -> Array:
    """Probability of each class (patterns x classes, in the order of CLASSES) in a register of `size` rows."""
    scores = log_likelihoods(parameters, parts, patterns, size) + np.log(parameters.shares(size))
    scores = np.where(patterns.allowed, scores, NEVER * 10)
    scores -= scores.max(axis=1, keepdims=True)
    mass = np.exp(scores)
    return np.asarray(mass / mass.sum(axis=1, keepdims=True))


def log_likelihoods(parameters: Parameters, parts: tuple[Comparison, ...], patterns: Patterns, size: int) -> Array:
    """Log likelihood of each pattern under each class, up to what all classes share: the value on which a pair agrees."""
    total = np.zeros((len(patterns.counts), len(CLASSES)))
    full = patterns.cell >= 0
    names = NAMES[parameters.model]
    cell = np.where(full, np.array(parameters.name_weights(size))[np.maximum(patterns.cell, 0)], 0.0)
    total[:, STAYED] += cell
    total[:, MOVED] += cell
    total[:, NAMESAKE] += cell
    if parameters.known:
        shares = np.log(np.array([parameters.known[name] for name in CLASSES]))
        total += shares.T[known(patterns, parts, KNOWN[parameters.model])]
    for index, part in enumerate(parts):
        code = patterns.codes[:, index]
        seen = code >= 0
        u = np.array([parameters.u[part.name][level] for level in part.codes])
        chance = _by_chance(part, u)
        # The first word of a name tells by its level how much of it agrees; that a full name agrees is in its cell.
        in_name = full & (part.name in names)
        stranger = _look_up(chance, code)
        has_tf = np.array([bool(level.tf) for level in part.levels])
        rare = seen & ~in_name & has_tf[np.maximum(code, 0)]
        stranger = np.where(rare, stranger - patterns.rarity * np.log(2.0) * _owner(patterns, parts, index), stranger)
        total[:, STRANGER] += np.where(seen, stranger, 0.0)
        for k, name in enumerate(CLASSES[:-1]):
            table = parameters.m[name].get(part.name)
            if k == SUCCESSOR and table is None:
                total[:, k] += np.where(seen, stranger, 0.0)
                continue
            if k in (HOUSEHOLD, NAMESAKE) and part.name == "given_name":
                total[:, k] += _look_up(_first_names(part, parameters, u, namesake=k == NAMESAKE), code) * seen
                continue
            assert table is not None
            logs = np.array([np.log(table[c]) if table[c] > 0 else NEVER for c in part.codes])
            total[:, k] += np.where(seen, _look_up(logs, code), 0.0)
    return total


def _by_chance(part: Comparison, u: Array) -> Array:
    """Log chance of each level; of those that rarity refines, within all of them."""
    refined = np.array([bool(level.tf) for level in part.levels])
    return np.asarray(np.log(np.where(refined, u / max(float(u[refined].sum()), 1e-12), u)))


def _first_names(part: Comparison, parameters: Parameters, u: Array, *, namesake: bool) -> Array:
    """Log chance of the levels of first names in one household: no name in common but by chance; or one, written as one customer's
    is, with as many further names in common as namesakes have (`anchors.shared_names`).
    """
    agreeing = np.array([code in SAME_FIRST_NAME for code in part.codes])
    if not namesake:
        return np.asarray(np.where(agreeing, NEVER, np.log(u / max(1.0 - u[agreeing].sum(), 1e-9))))
    same, shared = parameters.same(part.name), parameters.m["namesake"][part.name]
    share = np.array([same[code] if code not in OTHER_FIRST_NAME else 0.0 for code in part.codes])
    among = np.array([shared[code] for code in part.codes])[agreeing]
    among = among if among.sum() > 0 else u[agreeing]
    share[agreeing] = share[agreeing].sum() * among / among.sum()
    return np.asarray(np.log(np.maximum(share, np.exp(NEVER))))


def _look_up(values: Array, code: Codes) -> Array:
    return np.asarray(values[np.maximum(code, 0)])


def _owner(patterns: Patterns, parts: tuple[Comparison, ...], index: int) -> Array:
    """The part of a pattern's rarity that belongs to this comparison: all of it for the first that agrees, none for others."""
    earlier = np.zeros(len(patterns.counts), dtype=bool)
    for before in range(index):
        refined = np.array([bool(level.tf) for level in parts[before].levels])
        code = patterns.codes[:, before]
        earlier |= (code >= 0) & refined[np.maximum(code, 0)]
    return np.where(earlier & (patterns.cell < 0), 0.0, 1.0)


def weights(parameters: Parameters, parts: tuple[Comparison, ...], patterns: Patterns, size: int) -> dict[str, Array]:
    """Comparison -> its weight (log2) for one customer against strangers in each pattern; and what the rarity of names adds."""
    full = patterns.cell >= 0
    cell = np.array(parameters.name_weights(size))[np.maximum(patterns.cell, 0)] / np.log(2.0)
    found: dict[str, Array] = {}
    rarity = np.where(full, cell, patterns.rarity)
    for index, part in enumerate(parts):
        code = patterns.codes[:, index]
        same, u = parameters.same(part.name), np.array([parameters.u[part.name][c] for c in part.codes])
        ratio = np.log2(np.array([max(same[c], 1e-12) for c in part.codes]) / u)
        found[part.name] = np.where(code >= 0, _look_up(ratio, code), 0.0)
        # The levels that rarity refines weigh within all of them; what their own u says too much is taken back.
        chance = _by_chance(part, u)
        base = _look_up(np.log2(u) - chance / np.log(2.0), code)
        refined = np.array([bool(level.tf) for level in part.levels])[np.maximum(code, 0)] & (code >= 0)
        rarity = rarity + np.where(refined, base, 0.0)
    return found | {"rarity": rarity}


def learn(start: Parameters, parts: tuple[Comparison, ...], evidence: Evidence) -> tuple[Parameters, Array]:
    """Expectation-maximisation from the expectations of `start`. Returns the parameters, and the candidates' classes."""
    candidates = evidence.candidates
    u = _strangers(parts, evidence, None)
    expected = _expected(parts)
    current = replace(
        start, u=u, m=expected | {name: monotone(expected[name], u, parts) for name in ("stayed", "moved")}
    )
    housed = any(
        candidates.counts[candidates.column(parts, name) >= 0].sum() > 0.01 * candidates.counts.sum() for name in PLACES
    )
    classes = np.zeros((len(candidates.counts), len(CLASSES)))
    for _ in range(STEPS if len(candidates.counts) else 0):
        classes = posteriors(current, parts, candidates, evidence.size)
        mass = classes * candidates.counts[:, None]
        m = _levels(start, current, parts, candidates, mass)
        u = _strangers(parts, evidence, mass)
        current = replace(
            current,
            u=u,
            m=m | {name: monotone(m[name], u, parts) for name in ("stayed", "moved")},
            per_row=_rates(start, parts, candidates, mass, evidence.size, housed=housed),
            names=_cells(parts, candidates, mass, evidence.cells),
            known=_known(start.model, parts, evidence, mass),
            named_per_row=float((mass[candidates.cell >= 0][:, list(SAME)].sum() + 0.5) / evidence.size),
        )
    return current, classes


def _expected(parts: tuple[Comparison, ...]) -> dict[str, Probabilities]:
    def table(kind: str) -> Probabilities:
        found = {}
        for part in parts:
            total = sum(getattr(level, kind) for level in part.levels) or 1.0
            found[part.name] = {level.code: getattr(level, kind) / total for level in part.levels}
        return found

    household = table("household")
    return {
        "stayed": table("stayed"), "moved": table("moved"), "household": household, "namesake": dict(household),
        "successor": _successor(household),
    }  # fmt: skip


def _successor(household: Probabilities) -> Probabilities:
    """Who came after whom has the place and the hour in common; the rest agrees by chance, and is not in the table."""
    kept = {name: household[name] for name in (*PLACES, "place") if name in household}
    return kept | ({"time": dict(_SUCCESSOR_TIME)} if "time" in household else {})


def _levels(
    start: Parameters, current: Parameters, parts: tuple[Comparison, ...], candidates: Patterns, mass: Array
) -> dict[str, Probabilities]:
    expected = _expected(parts)
    conflict = date_conflicts(parts, candidates)
    found: dict[str, Probabilities] = {name: {} for name in CLASSES[:-1]}
    for index, part in enumerate(parts):
        code = candidates.codes[:, index]
        for k, name in enumerate(("stayed", "moved", "household", "namesake")):
            weights = mass[:, list(SAME)].sum(axis=1) if k in SAME and part.name in _POOLED else mass[:, k]
            # Namesakes are few: what is known of their household stands behind them.
            before = found["household"] if k == NAMESAKE else expected[name]
            prior = np.array([before[part.name][c] for c in part.codes])
            strength = PSEUDO_COUNTS * (4.0 if k == HOUSEHOLD else 1.0)
            counted = _counted(code, weights, len(part.levels)) * (prior > 0) + strength * prior
            share = counted / max(counted.sum(), 1e-12)
            if k in SAME and part.name in _FIXED:
                # Under generic rules names may hold several slips each: how often they differ altogether is learnt there.
                learnt = ("different",) if "loosely_similar" in part.codes else ()
                fixed = {
                    c: expected[name][part.name][c] for c in _FIXED[part.name] if c in part.codes and c not in learnt
                }
                if "disjoint" in fixed:
                    fixed["disjoint"] = min(fixed["disjoint"], DISJOINT * current.u[part.name]["disjoint"])
                if part.name in DATES and conflict is not None:
                    fixed["different"] = conflict
                share = _held(part, share, fixed)
            elif k == HOUSEHOLD and part.name == "organisation_name":
                share = _held(part, share, {c: float(prior[at]) for at, c in enumerate(part.codes) if c in _ONE_NAME})
            elif k == HOUSEHOLD and part.name in DATES:
                at = part.codes.index("equal")
                share = _held(part, share, {"equal": min(share[at], TWINS)})
            found[name][part.name] = {c: float(p) for c, p in zip(part.codes, share, strict=True)}
    # Namesakes are born in other years, and live as their household does.
    for part in parts:
        if part.name in DATES or part.name == "national_id":
            found["namesake"][part.name] = expected["namesake"][part.name]
        elif part.name not in CONTACTS:
            found["namesake"][part.name] = found["household"][part.name]
        if part.name == "given_name":
            found["namesake"][part.name] = shared_names(part, parts, candidates, current, conflict)
    found["successor"] = _successor(found["household"])
    return found


def _held(part: Comparison, share: Array, fixed: dict[str, float]) -> Array:
    """These levels at these rates, the others as they are to each other."""
    at = [part.codes.index(code) for code in fixed if code in part.codes]
    held = np.array([fixed[part.codes[i]] for i in at])
    free = np.ones(len(share), dtype=bool)
    free[at] = False
    result = share.copy()
    result[at] = held
    result[free] *= (1.0 - held.sum()) / max(share[free].sum(), 1e-12)
    return result


def _counted(code: Codes, weights: Array, levels: int) -> Array:
    seen = code >= 0
    return np.bincount(code[seen], weights=weights[seen], minlength=levels).astype(np.float64)


def _rates(
    start: Parameters, parts: tuple[Comparison, ...], candidates: Patterns, mass: Array, size: int, *, housed: bool
) -> dict[str, float]:
    """Pairs of each class for each row."""
    total = mass.sum(axis=0)
    found = {
        name: float((total[k] + PSEUDO_ROWS * start.per_row[name]) / (size + PSEUDO_ROWS))
        for k, name in enumerate(CLASSES[:-1])
    }
    full = candidates.cell >= 0
    ratios = []
    dated = np.zeros(len(candidates.counts), dtype=bool)
    for name in DATES:
        dated |= candidates.column(parts, name) >= 0
    for chosen in (full, full & dated):
        ratios.append((mass[chosen, NAMESAKE].sum() + 1.0) / (mass[chosen, STAYED].sum() + 8.0))
    found["namesake"] = float(max(ratios)) * found["stayed"]
    if not housed:
        found["household"] = found["namesake"] = found["successor"] = 1e-12
    if start.model == "organisation":
        found["namesake"] = 1e-12
    return found


def _known(model: str, parts: tuple[Comparison, ...], evidence: Evidence, mass: Array) -> dict[str, tuple[float, ...]]:
    """Class -> how often both rows know which fields. Namesakes know what their household does, all others what strangers do."""
    names = KNOWN[model]
    if evidence.drawn is None or not names:
        return {}
    drawn = _counted(known(evidence.drawn, parts, names), evidence.drawn.counts, 2 ** len(names)) + 0.1
    found = dict.fromkeys(CLASSES, drawn / drawn.sum())
    code = known(evidence.candidates, parts, names)
    for k in (STAYED, MOVED, HOUSEHOLD):
        counted = _counted(code, mass[:, k], 2 ** len(names)) + PSEUDO_COUNTS * found["stranger"]
        found[CLASSES[k]] = counted / counted.sum()
    found["namesake"] = found["household"]
    return {name: tuple(share.tolist()) for name, share in found.items()}


def _cells(parts: tuple[Comparison, ...], candidates: Patterns, mass: Array, pairs: Array) -> tuple[float, ...]:
    """Of all pairs of equal full names, by cell, the share that is one customer. Neighbours in rarity lend strength."""
    named = candidates.cell >= 0
    cell = candidates.cell[named]
    one = np.bincount(cell, weights=mass[named][:, list(SAME)].sum(axis=1), minlength=CELLS)[:CELLS]
    other = np.bincount(cell, weights=mass[named][:, [NAMESAKE]].sum(axis=1), minlength=CELLS)[:CELLS]
    pairs = np.maximum(pairs - other, one)
    everywhere = (one.sum() + 1.0) / (pairs.sum() + 2.0)
    one, pairs = one.reshape(-1, RARITIES), pairs.reshape(-1, RARITIES)
    share = (one + 2.0 * everywhere) / (pairs + 2.0)
    near = np.zeros_like(share)
    weight = np.zeros_like(share)
    for step, lends in ((1, 1.0), (2, 0.5)):
        for ahead, behind in ((slice(step, None), slice(None, -step)), (slice(None, -step), slice(step, None))):
            strength = lends * np.minimum(pairs[:, ahead], 50.0)
            near[:, behind] += strength * share[:, ahead]
            weight[:, behind] += strength
    near = (near + 2.0 * everywhere) / (weight + 2.0)
    return tuple(float(p) for p in np.clip((one + 5.0 * near) / (pairs + 5.0), 1e-6, 0.9999).ravel())


def _strangers(parts: tuple[Comparison, ...], evidence: Evidence, mass: Array | None) -> Probabilities:
    """U of every level: chance agreement, less what is one customer or one household.

    An exact level never falls below a fiftieth of its plain share: what the model believes is not a proof.
    """
    table: Probabilities = {}
    drawn, candidates = evidence.drawn, evidence.candidates
    for index, part in enumerate(parts):
        levels = len(part.levels)
        sampled, scale = np.full(levels, 0.5), 1.0
        if drawn is not None:
            sampled = _counted(drawn.codes[:, index], drawn.counts, levels)
            scale = evidence.pairs / max(drawn.counts.sum(), 1.0)
        known = np.zeros(levels)
        if mass is not None:
            known = _counted(candidates.codes[:, index], mass[:, :STRANGER].sum(axis=1), levels)
        compared = max(sampled.sum() * scale, 1.0)
        share = np.maximum(sampled * scale - known, 0.3 * scale) / compared
        fixed = np.zeros(levels, dtype=bool)
        for number, level in enumerate(part.levels):
            if level.exact:
                equal, among = evidence.equal[level.exact], compared + PSEUDO_STRANGERS
                least = max((equal + 0.5) / among / 50, 0.5 / among)
                share[number] = max((equal + 0.5 - known[number]) / among, least)
                fixed[number] = True
        share = np.clip(share, 1e-12, 1.0)
        left = max(1.0 - share[fixed].sum(), 1e-6)
        share[~fixed] *= left / share[~fixed].sum()
        share /= share.sum()
        for name, code in BESIDE_NAME:
            if part.name == name and code in part.codes:
                often = max(beside_name(parts, candidates, name, code), float(share[part.codes.index(code)]))
                share = _held(part, share, {code: often})
        table[part.name] = {code: float(p) for code, p in zip(part.codes, share, strict=True)}
    return table
