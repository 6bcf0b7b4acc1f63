"""Weights that never rise as likeness falls."""

from __future__ import annotations

from regclean.linkage.comparison import Comparison
from regclean.linkage.parameters import Probabilities


def monotone(m: Probabilities, u: Probabilities, parts: tuple[Comparison, ...]) -> Probabilities:
    """M with weights m/u that never rise along a comparison's `order` (pool adjacent violators, weighted by u).

    Levels outside the order are kept above its end; a comparison without an order stays as it is.
    """
    table: Probabilities = {}
    for comparison in parts:
        name = comparison.name
        if not comparison.order:
            table[name] = m[name]
            continue
        pools: list[tuple[float, float, list[str]]] = []
        for code in comparison.order:
            pools.append((m[name][code], u[name][code], [code]))
            while len(pools) > 1 and pools[-1][0] * pools[-2][1] > pools[-2][0] * pools[-1][1]:
                m_worse, u_worse, worse = pools.pop()
                m_better, u_better, better = pools.pop()
                pools.append((m_better + m_worse, u_better + u_worse, better + worse))
        ratios = {code: m_pool / u_pool for m_pool, u_pool, codes in pools for code in codes}
        low = ratios[comparison.order[-1]]
        free = [code for code in comparison.codes if code not in ratios]
        ratios |= {code: max(m[name][code] / u[name][code], low) for code in free}
        weighed = {code: ratios[code] * u[name][code] for code in comparison.codes}
        total = sum(weighed.values())
        table[name] = {code: value / total for code, value in weighed.items()}
    return table
