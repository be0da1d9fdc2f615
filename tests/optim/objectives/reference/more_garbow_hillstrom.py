#!/usr/bin/env python3
"""Writes more_garbow_hillstrom.json: values, derivatives and minima of 35 test functions, from the paper's formulas.

J. J. Moré, B. S. Garbow, K. E. Hillstrom: Testing unconstrained optimization software. ACM TOMS 7 (1981), 17–41.

The numbers are what the library's test problems are tested against, so nothing here comes from the library. All is
computed with 60 digits: derivatives are central differences whose error is far below a double's, minima come from
Levenberg–Marquardt iterations. The points are doubles, the data the paper's decimals.

    python3 -B more_garbow_hillstrom.py        # writes more_garbow_hillstrom.json beside itself; about 20 seconds
"""

import decimal
import json
import math
from decimal import Decimal as D
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

decimal.getcontext().prec = 60
decimal.getcontext().Emin, decimal.getcontext().Emax = -(10**9), 10**9


# --- Functions that decimals lack ----------------------------------------------------------------------------


def taylor(term, factor):
    """term + term · factor(1) + term · factor(1) · factor(2) + …"""
    total, k = D(0), 0
    while abs(term) > D("1e-75"):
        total, k = total + term, k + 1
        term *= factor(k)
    return total


@lru_cache(maxsize=100000)
def exp(x):
    return x.exp()


@lru_cache(maxsize=100000)
def sin(x):
    with decimal.localcontext() as context:
        context.prec = 90
        return taylor(x, lambda k: -x * x / (2 * k * (2 * k + 1)))


@lru_cache(maxsize=100000)
def cos(x):
    with decimal.localcontext() as context:
        context.prec = 90
        return taylor(D(1), lambda k: -x * x / (2 * k * (2 * k - 1)))


@lru_cache(maxsize=100000)
def atan(x):
    """By atan x = 2 atan(x/(1 + √(1 + x²))), four times, and the series."""
    for _ in range(4):
        x /= 1 + (1 + x * x).sqrt()
    return 16 * sum((-1) ** k * x ** (2 * k + 1) / (2 * k + 1) for k in range(60))


PI = 4 * atan(D(1))


def decimals(text):
    return [D(word) for word in text.split()]


# --- The 35 problems: x and f are lists from x[0]; i runs from 1 as in the paper ------------------------------

PROBLEMS = {}


def problem(number, start, m, search=None, minimizers=None):
    """Declares a problem: its start for n unknowns, m as a function of n, and where to look for minima."""

    def declare(residuals):
        PROBLEMS[number] = (residuals, start, m, search or {}, minimizers)
        return residuals

    return declare


def fixed(*x):
    return lambda n: [Fraction(value) for value in x]


@problem(1, fixed("-1.2", 1), lambda n: 2, minimizers=lambda n: [[1, 1]])
def rosenbrock(x, m):
    return [10 * (x[1] - x[0] ** 2), 1 - x[0]]


@problem(2, fixed("0.5", -2), lambda n: 2, {2: [[11.41, -0.897]]}, lambda n: [[5, 4]])
def freudenstein_roth(x, m):
    x1, x2 = x
    return [-13 + x1 + ((5 - x2) * x2 - 2) * x2, -29 + x1 + ((x2 + 1) * x2 - 14) * x2]


@problem(3, fixed(0, 1), lambda n: 2, {2: [[1.098e-5, 9.106]]})
def powell_badly_scaled(x, m):
    return [10**4 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - D("1.0001")]


@problem(4, fixed(1, 1), lambda n: 3, {2: [[1e6, 2e-6]]})
def brown_badly_scaled(x, m):
    return [x[0] - 10**6, x[1] - D("2e-6"), x[0] * x[1] - 2]


@problem(5, fixed(1, 1), lambda n: 3, minimizers=lambda n: [[3, 0.5]])
def beale(x, m):
    return [y - x[0] * (1 - x[1] ** i) for i, y in enumerate(decimals("1.5 2.25 2.625"), 1)]


@problem(6, fixed("0.3", "0.4"), lambda n: 10, {2: [None]})
def jennrich_sampson(x, m):
    return [2 + 2 * i - (exp(i * x[0]) + exp(i * x[1])) for i in range(1, m + 1)]


@problem(7, fixed(-1, 0, 0), lambda n: 3, minimizers=lambda n: [[1, 0, 0]])
def helical_valley(x, m):
    theta = atan(x[1] / x[0]) / (2 * PI) + (0 if x[0] > 0 else D("0.5"))
    return [10 * (x[2] - 10 * theta), 10 * ((x[0] ** 2 + x[1] ** 2).sqrt() - 1), x[2]]


@problem(8, fixed(1, 1, 1), lambda n: 15, {3: [None]})
def bard(x, m):
    y = decimals("0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39")
    return [y[i - 1] - (x[0] + i / ((16 - i) * x[1] + min(i, 16 - i) * x[2])) for i in range(1, 16)]


@problem(9, fixed("0.4", 1, 0), lambda n: 15, {3: [None]})
def gaussian(x, m):
    y = decimals("0.0009 0.0044 0.0175 0.0540 0.1295 0.2420 0.3521 0.3989")
    y += y[-2::-1]
    return [x[0] * exp(-x[1] * (D(8 - i) / 2 - x[2]) ** 2 / 2) - y[i - 1] for i in range(1, 16)]


@problem(10, fixed("0.02", 4000, 250), lambda n: 16, {3: [None]})
def meyer(x, m):
    y = decimals("34780 28610 23650 19630 16370 13720 11540 9744 8261 7030 6005 5147 4427 3820 3307 2872")
    return [x[0] * exp(x[1] / (45 + 5 * i + x[2])) - y[i - 1] for i in range(1, 17)]


@problem(11, fixed(5, "2.5", "0.15"), lambda n: 99, minimizers=lambda n: [[50, 25, 1.5]])
def gulf(x, m):
    t = [D(i) / 100 for i in range(1, m + 1)]
    y = [25 + gulf_root(i) for i in range(1, m + 1)]
    return [exp(-(abs(y_i - x[1]) ** x[2]) / x[0]) - t_i for t_i, y_i in zip(t, y)]


@lru_cache(maxsize=None)
def gulf_root(i):
    return (-50 * (D(i) / 100).ln()) ** (D(2) / 3)


@problem(12, fixed(0, 10, 20), lambda n: 10, minimizers=lambda n: [[1, 10, 1], [10, 1, -1], [3, 3, 0]])
def box(x, m):
    t = [D(i) / 10 for i in range(1, m + 1)]
    return [exp(-s * x[0]) - exp(-s * x[1]) - x[2] * (exp(-s) - exp(-10 * s)) for s in t]


@problem(13, fixed(3, -1, 0, 1), lambda n: 4, minimizers=lambda n: [[0] * 4])
def powell_singular(x, m):
    return [x[0] + 10 * x[1], D(5).sqrt() * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, D(10).sqrt() * (x[0] - x[3]) ** 2]


@problem(14, fixed(-3, -1, -3, -1), lambda n: 6, minimizers=lambda n: [[1] * 4])
def wood(x, m):
    return [
        10 * (x[1] - x[0] ** 2),
        1 - x[0],
        D(90).sqrt() * (x[3] - x[2] ** 2),
        1 - x[2],
        D(10).sqrt() * (x[1] + x[3] - 2),
        (x[1] - x[3]) / D(10).sqrt(),
    ]


@problem(15, fixed("0.25", "0.39", "0.415", "0.39"), lambda n: 11, {4: [None]})
def kowalik_osborne(x, m):
    y = decimals("0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246")
    u = decimals("4.0000 2.0000 1.0000 0.5000 0.2500 0.1670 0.1250 0.1000 0.0833 0.0714 0.0625")
    return [b - x[0] * (a**2 + a * x[1]) / (a**2 + a * x[2] + x[3]) for a, b in zip(u, y)]


@problem(16, fixed(25, 5, -5, -1), lambda n: 20, {4: [None]})
def brown_dennis(x, m):
    t = [D(i) / 5 for i in range(1, m + 1)]
    return [(x[0] + s * x[1] - exp(s)) ** 2 + (x[2] + x[3] * sin(s) - cos(s)) ** 2 for s in t]


@problem(17, fixed("0.5", "1.5", -1, "0.01", "0.02"), lambda n: 33, {5: [None]})
def osborne_1(x, m):
    y = decimals(
        "0.844 0.908 0.932 0.936 0.925 0.908 0.881 0.850 0.818 0.784 0.751 0.718 0.685 0.658 0.628 0.603 0.580"
        " 0.558 0.538 0.522 0.506 0.490 0.478 0.467 0.457 0.448 0.438 0.431 0.424 0.420 0.414 0.411 0.406"
    )
    t = [10 * D(i - 1) for i in range(1, 34)]
    return [b - (x[0] + x[1] * exp(-s * x[3]) + x[2] * exp(-s * x[4])) for s, b in zip(t, y)]


@problem(
    18,
    fixed(1, 2, 1, 1, 1, 1),
    lambda n: 13,
    {6: [[1.7114, 17.683, 1.1631, 5.1866, 1.7114, 1.1631]]},
    lambda n: [[1, 10, 1, 5, 4, 3], [4, 10, 3, 5, 1, 1]],
)
def biggs_exp6(x, m):
    t = [D(i) / 10 for i in range(1, m + 1)]
    y = [exp(-s) - 5 * exp(-10 * s) + 3 * exp(-4 * s) for s in t]
    return [
        x[2] * exp(-s * x[0]) - x[3] * exp(-s * x[1]) + x[5] * exp(-s * x[4]) - b for s, b in zip(t, y)
    ]


@problem(19, fixed("1.3", "0.65", "0.65", "0.7", "0.6", 3, 5, 7, 2, "4.5", "5.5"), lambda n: 65, {11: [None]})
def osborne_2(x, m):
    y = decimals(
        "1.366 1.191 1.112 1.013 0.991 0.885 0.831 0.847 0.786 0.725 0.746 0.679 0.608 0.655 0.616 0.606 0.602"
        " 0.626 0.651 0.724 0.649 0.649 0.694 0.644 0.624 0.661 0.612 0.558 0.533 0.495 0.500 0.423 0.395 0.375"
        " 0.372 0.391 0.396 0.405 0.428 0.429 0.523 0.562 0.607 0.653 0.672 0.708 0.633 0.668 0.645 0.632 0.591"
        " 0.559 0.597 0.625 0.739 0.710 0.729 0.720 0.636 0.581 0.428 0.292 0.162 0.098 0.054"
    )
    return [
        y[i]
        - (
            x[0] * exp(-D(i) / 10 * x[4])
            + x[1] * exp(-((D(i) / 10 - x[8]) ** 2) * x[5])
            + x[2] * exp(-((D(i) / 10 - x[9]) ** 2) * x[6])
            + x[3] * exp(-((D(i) / 10 - x[10]) ** 2) * x[7])
        )
        for i in range(65)
    ]


@problem(20, lambda n: [Fraction(0)] * n, lambda n: 31, {6: [None], 9: [None], 12: [None]})
def watson(x, m):
    n, f = len(x), []
    for i in range(1, 30):
        t = D(i) / 29
        slope = sum((j - 1) * x[j - 1] * t ** (j - 2) for j in range(2, n + 1))
        f.append(slope - sum(x[j - 1] * t ** (j - 1) for j in range(1, n + 1)) ** 2 - 1)
    return f + [x[0], x[1] - x[0] ** 2 - 1]


@problem(21, lambda n: [Fraction("-1.2"), Fraction(1)] * (n // 2), lambda n: n, minimizers=lambda n: [[1] * n])
def extended_rosenbrock(x, m):
    f = []
    for a, b in zip(x[0::2], x[1::2]):
        f += [10 * (b - a**2), 1 - a]
    return f


@problem(22, lambda n: [Fraction(v) for v in (3, -1, 0, 1)] * (n // 4), lambda n: n, minimizers=lambda n: [[0] * n])
def extended_powell_singular(x, m):
    f = []
    for k in range(0, len(x), 4):
        f += powell_singular(x[k : k + 4], 4)
    return f


@problem(23, lambda n: [Fraction(j) for j in range(1, n + 1)], lambda n: n + 1, {4: [[0.25] * 4], 10: [[0.158] * 10]})
def penalty_1(x, m):
    return [D("1e-5").sqrt() * (v - 1) for v in x] + [sum(v * v for v in x) - D("0.25")]


@problem(
    24,
    lambda n: [Fraction(1, 2)] * n,
    lambda n: 2 * n,
    {
        4: [[0.2, 0.1913, 0.4801, 0.5188]],
        10: [[0.2, 0.0104, 0.0196, 0.0321, 0.0499, 0.0765, 0.1186, 0.1921, 0.3473, 0.3692]],
    },
)
def penalty_2(x, m):
    n, a = len(x), D("1e-5").sqrt()
    f = [x[0] - D("0.2")]
    for i in range(2, n + 1):
        y = exp(D(i) / 10) + exp(D(i - 1) / 10)
        f.append(a * (exp(x[i - 1] / 10) + exp(x[i - 2] / 10) - y))
    for i in range(n + 1, 2 * n):
        f.append(a * (exp(x[i - n] / 10) - exp(D("-0.1"))))
    return f + [sum((n - j + 1) * x[j - 1] ** 2 for j in range(1, n + 1)) - 1]


@problem(25, lambda n: [1 - Fraction(j, n) for j in range(1, n + 1)], lambda n: n + 2, minimizers=lambda n: [[1] * n])
def variably_dimensioned(x, m):
    s = sum(j * (v - 1) for j, v in enumerate(x, 1))
    return [v - 1 for v in x] + [s, s**2]


@problem(
    26,
    lambda n: [Fraction(1, n)] * n,
    lambda n: n,
    {10: [[0.0553, 0.0570, 0.0589, 0.0611, 0.0638, 0.0670, 0.2079, 0.1643, 0.0864, 0.0913]]},
    lambda n: [[0] * n],
)
def trigonometric(x, m):
    n, s = len(x), sum(cos(v) for v in x)
    return [n - s + i * (1 - cos(v)) - sin(v) for i, v in enumerate(x, 1)]


@problem(27, lambda n: [Fraction(1, 2)] * n, lambda n: n, minimizers=lambda n: [[1] * n, [0] * (n - 1) + [n + 1]])
def brown_almost_linear(x, m):
    n = len(x)
    return [v + sum(x) - (n + 1) for v in x[:-1]] + [math.prod(x) - 1]


def grid(n):
    return [Fraction(i, n + 1) for i in range(1, n + 1)]


@problem(28, lambda n: [t * (t - 1) for t in grid(n)], lambda n: n, {10: [None]})
def discrete_boundary_value(x, m):
    n, h, padded = len(x), D(1) / (len(x) + 1), [0, *x, 0]
    return [
        2 * padded[i] - padded[i - 1] - padded[i + 1] + h**2 * (padded[i] + i * h + 1) ** 3 / 2
        for i in range(1, n + 1)
    ]


@problem(29, lambda n: [t * (t - 1) for t in grid(n)], lambda n: n, {10: [None]})
def discrete_integral_equation(x, m):
    n, h = len(x), D(1) / (len(x) + 1)
    t = [j * h for j in range(1, n + 1)]
    cube = [(a + b + 1) ** 3 for a, b in zip(x, t)]
    f = []
    for i in range(n):
        left = sum(t[j] * cube[j] for j in range(i + 1))
        right = sum((1 - t[j]) * cube[j] for j in range(i + 1, n))
        f.append(x[i] + h * ((1 - t[i]) * left + t[i] * right) / 2)
    return f


@problem(30, lambda n: [Fraction(-1)] * n, lambda n: n, {10: [None]})
def broyden_tridiagonal(x, m):
    padded = [0, *x, 0]
    return [
        (3 - 2 * padded[i]) * padded[i] - padded[i - 1] - 2 * padded[i + 1] + 1 for i in range(1, len(x) + 1)
    ]


@problem(31, lambda n: [Fraction(-1)] * n, lambda n: n, {10: [None]})
def broyden_banded(x, m):
    n = len(x)
    band = [[j for j in range(max(1, i - 5), min(n, i + 1) + 1) if j != i] for i in range(1, n + 1)]
    return [v * (2 + 5 * v**2) + 1 - sum(x[j - 1] * (1 + x[j - 1]) for j in js) for v, js in zip(x, band)]


@problem(32, lambda n: [Fraction(1)] * n, lambda n: 20, minimizers=lambda n: [[-1] * n])
def linear_full_rank(x, m):
    s = 2 * sum(x) / m
    return [v - s - 1 for v in x] + [-s - 1] * (m - len(x))


@problem(33, lambda n: [Fraction(1)] * n, lambda n: 20, {10: [[0] * 10]})
def linear_rank_1(x, m):
    s = sum(j * v for j, v in enumerate(x, 1))
    return [i * s - 1 for i in range(1, m + 1)]


@problem(34, lambda n: [Fraction(1)] * n, lambda n: 20, {10: [[0] * 10]})
def linear_rank_1_zeros(x, m):
    s = sum(j * x[j - 1] for j in range(2, len(x)))
    return [D(-1)] + [(i - 1) * s - 1 for i in range(2, m)] + [D(-1)]


@problem(
    35,
    lambda n: [Fraction(j, n + 1) for j in range(1, n + 1)],
    lambda n: n,
    {
        7: [None],
        8: [None],
        9: [None],
        10: [[0.033, 0.155, 0.200, 0.383, 0.384, 0.529, 0.640, 0.714, 0.828, 0.925], None],
    },
)
def chebyquad(x, m):
    def chebyshev(i, v):
        before, now = D(1), 2 * v - 1
        for _ in range(i - 1):
            before, now = now, 2 * (2 * v - 1) * now - before
        return now

    integral = [D(0) if i % 2 else D(-1) / (i * i - 1) for i in range(m + 1)]
    return [sum(chebyshev(i, v) for v in x) / len(x) - integral[i] for i in range(1, m + 1)]


SIZES = {20: [6, 9, 12], 21: [10], 22: [12], 23: [4, 10], 24: [4, 10], 35: [8, 7, 9, 10]}


# --- Derivatives and minima ----------------------------------------------------------------------------------


def exact(x):
    return [D(float(v)) for v in x]


def moved(x, v, h):
    return [a + h * b for a, b in zip(x, v)]


def dot(a, b):
    return sum((p * q for p, q in zip(a, b)), D(0))


def unit(n, j):
    return [int(i == j) for i in range(n)]


class Function:
    """f = Σ f_i² of n unknowns. The central differences' steps leave them 20 and more right digits."""

    def __init__(self, number, n):
        self.residuals, start, m, search, minimizers = PROBLEMS[number]
        self.n, self.m = n, m(n)
        self.start = start(n)
        self.search = search.get(n, [])
        self.minimizers = minimizers(n) if minimizers else []

    def f(self, x):
        return self.residuals(x, self.m)

    def value(self, x):
        f = self.f(x)
        return dot(f, f)

    def along(self, function, x, v, h=D("1e-15")):
        up, down = function(moved(x, v, h)), function(moved(x, v, -h))
        return [(a - b) / (2 * h) for a, b in zip(up, down)]

    def columns(self, x):
        return [self.along(self.f, x, unit(self.n, j)) for j in range(self.n)]

    def gradient(self, x):
        f = self.f(x)
        return [2 * dot(column, f) for column in self.columns(x)]

    def hessian_product(self, x, v):
        return self.along(self.gradient, x, v, D("1e-10"))

    def gauss_newton_product(self, x, v):
        jv = self.along(self.f, x, v)
        return [2 * dot(column, jv) for column in self.columns(x)]


def solve(a, b):
    """a x = b for a symmetric positive definite matrix, by elimination."""
    n = len(b)
    rows = [a[i] + [b[i]] for i in range(n)]
    for k in range(n):
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [p - factor * q for p, q in zip(rows[i], rows[k])]
    x = [D(0)] * n
    for k in reversed(range(n)):
        x[k] = (rows[k][n] - dot(rows[k][k + 1 : n], x[k + 1 :])) / rows[k][k]
    return x


def minimum(function, x):
    """Levenberg–Marquardt, near the end with the full Hessian, until f no longer falls in its 25th digit."""
    damping, f, decrease = D("1e-3"), function.value(x), 1
    while decrease > D("1e-25") and f > D("1e-50"):
        columns = function.columns(x)
        scale = [max(dot(c, c), D("1e-30")) for c in columns]
        slope = [g / 2 for g in function.gradient(x)]
        if decrease > D("1e-6"):
            curvature = [[dot(a, b) for b in columns] for a in columns]
        else:
            curvature = [[h / 2 for h in function.hessian_product(x, unit(function.n, j))] for j in range(function.n)]
        decrease = 0
        while not decrease and damping < D("1e30"):
            matrix = [list(row) for row in curvature]
            for i, s in enumerate(scale):
                matrix[i][i] += damping * s
            trial = moved(x, solve(matrix, slope), -1)
            f_trial = function.value(trial)
            if f_trial < f:
                decrease, x, f, damping = (f - f_trial) / f, trial, f_trial, max(damping / 8, D("1e-40"))
            else:
                damping *= 8
    return x, f


# --- The file ------------------------------------------------------------------------------------------------


def at(function, x, v):
    x, v = exact(x), exact(v)
    return {
        "x": numbers(x),
        "f": float(function.value(x)),
        "gradient": numbers(function.gradient(x)),
        "v": numbers(v),
        "hessian_product": numbers(function.hessian_product(x, v)),
        "gauss_newton_product": numbers(function.gauss_newton_product(x, v)),
    }


def numbers(x):
    return [float(v) for v in x]


def minima(function):
    """The minimum at each known minimizer, then those that iterations end in; below 10⁻³⁰ it is 0."""
    found = [([D(v) for v in x], function.value([D(v) for v in x])) for x in function.minimizers]
    for x in function.search:
        found.append(minimum(function, exact(function.start if x is None else x)))
    return [{"x": numbers(x), "f": float(f) if f > D("1e-30") else 0.0} for x, f in found]


def entry(number, n):
    function = Function(number, n)
    start = [float(x) for x in function.start]
    # A second point with nothing special about it, and directions, that are simple binary fractions apart.
    second = [x * (1 + (-1) ** j * (j + 3) / 64) + (j % 3 - 1) / 32 + 1 / 256 for j, x in enumerate(start)]
    v = [(1 + (5 * j) % 7) / 8 * (-1) ** (j // 2) for j in range(n)]
    return {
        "number": number,
        "n": n,
        "m": function.m,
        "points": [at(function, start, v), at(function, second, v[::-1])],
        "minima": minima(function),
    }


def main():
    entries = []
    for number in sorted(PROBLEMS):
        for n in SIZES.get(number, [None]):
            if n is None:
                start = PROBLEMS[number][1]
                n = len(start(10))
            entries.append(entry(number, n))
            print(number, n, entries[-1]["points"][0]["f"], [m["f"] for m in entries[-1]["minima"]], flush=True)
    lines = ",\n".join(json.dumps(e) for e in entries)
    Path(__file__).with_suffix(".json").write_text("[\n" + lines + "\n]\n")


if __name__ == "__main__":
    main()
