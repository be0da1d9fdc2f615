#!/usr/bin/env python3
"""Writes lbfgs.json: the first steps of L-BFGS on a quadratic, from the published formulas, in decimals of 60 digits.

The numbers are what the library's method is tested against, so nothing here comes from the library.

f(x) = ½ Σ aᵢⱼ xᵢ xⱼ, with a tridiagonal matrix of small integers. The direction is that of the two-loop recursion
(Nocedal & Wright 2006, algorithm 7.4) over the last three pairs; H⁰ is γI (eq. 7.20), or the diagonal matrix of Gilbert &
Lemaréchal (1989, §4). It is followed either as far as f falls, α = −gᵀd / dᵀAd, or by halving α from 1, from min(1, 1/‖g‖)
without pairs, until f(x + αd) ≤ f(x) + 1e-4 α gᵀd (Armijo), which is checked to be decided by far more than rounding.

    python3 -B lbfgs.py        # writes lbfgs.json beside itself
"""

import json
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 60

N = 8
PAIRS = 3
STEPS = 10
C1 = Decimal("1e-4")

DIAGONAL = [4, 9, 3, 40, 7, 120, 5, 15]
BESIDE = [1, -2, 1, 3, -1, 2, -2]  # aᵢ,ᵢ₊₁
START = [1, -2, 3, 1, -1, 2, -3, 1]


def dot(x, y):
    return sum((a * b for a, b in zip(x, y)), Decimal(0))


def plus(x, scale, y):
    return [a + scale * b for a, b in zip(x, y)]


def gradient(x):
    g = [d * xi for d, xi in zip(DIAGONAL, x)]
    for i, a in enumerate(BESIDE):
        g[i] += a * x[i + 1]
        g[i + 1] += a * x[i]
    return g


def value(x):
    return dot(x, gradient(x)) / 2


class Identity:
    def __init__(self):
        self.gamma = Decimal(1)

    def learn(self, s, y):
        self.gamma = dot(s, y) / dot(y, y)

    def apply(self, q):
        return [self.gamma * x for x in q]


class Diagonal:
    def __init__(self):
        self.d = [Decimal(1)] * N

    def learn(self, s, y):
        scale = dot(s, y) / sum(d * v * v for d, v in zip(self.d, y))
        d = [scale * x for x in self.d]
        s_s = sum(v * v / x for v, x in zip(s, d))  # sᵀD⁻¹s
        self.d = [1 / (1 / x + b * b / dot(s, y) - (a / x) ** 2 / s_s) for x, a, b in zip(d, s, y)]

    def apply(self, q):
        return [d * x for d, x in zip(self.d, q)]


def two_loops(g, pairs, initial):
    q, alphas = g, []
    for s, y in reversed(pairs):
        alphas.append(dot(s, q) / dot(y, s))
        q = plus(q, -alphas[-1], y)
    r = initial.apply(q)
    for (s, y), alpha in zip(pairs, reversed(alphas)):
        r = plus(r, alpha - dot(y, r) / dot(y, s), s)
    return [-x for x in r]


def exact(x, g, d, pairs):
    return -dot(g, d) / dot(d, gradient(d))


def armijo(x, g, d, pairs):
    alpha = Decimal(1) if pairs else min(Decimal(1), 1 / dot(g, g).sqrt())
    while True:
        margin = value(plus(x, alpha, d)) - value(x) - C1 * alpha * dot(g, d)
        assert abs(margin) > Decimal("1e-4") * value(x), "decided by too little"
        if margin < 0:
            return alpha
        alpha /= 2


def iterates(initial, step):
    x, pairs = [Decimal(v) for v in START], []
    trajectory = []
    for _ in range(STEPS):
        g = gradient(x)
        d = two_loops(g, pairs, initial)
        after = plus(x, step(x, g, d, pairs), d)
        s, y = plus(after, -1, x), plus(gradient(after), -1, g)
        assert dot(s, y) > 0
        initial.learn(s, y)
        pairs = [*pairs, (s, y)][-PAIRS:]
        x = after
        trajectory.append([float(v) for v in x])
    return trajectory


def main():
    runs = [
        {"initial": initial, "line_search": search, "iterates": iterates(begin(), step)}
        for initial, begin in (("identity", Identity), ("diagonal", Diagonal))
        for search, step in (("exact", exact), ("backtracking", armijo))
    ]
    problem = {"diagonal": DIAGONAL, "beside": BESIDE, "start": START, "pairs": PAIRS, "runs": runs}
    path = Path(__file__).with_suffix(".json")
    path.write_text(json.dumps(problem, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
