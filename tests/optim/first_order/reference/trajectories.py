#!/usr/bin/env python3
"""Writes trajectories.json: the first steps of every first-order method, from the published formulas.

The numbers are what the library's methods are tested against, so nothing here comes from the library: each
method below is its paper's (or, for a dialect, that library's) update rule in 60-digit decimal arithmetic.

The problem is f(θ) = ½ Σ hᵢ (θᵢ − cᵢ)² over a matrix and a vector; the k-th gradient evaluation adds the
k-th vector of noise. All its numbers are multiples of 2⁻¹⁰ and thus exact in binary, and an option stands
for the double nearest to it. Where a rule takes a sign or chooses a branch, the quantity decided upon is
checked to be far from the boundary, so that no rounding can decide otherwise.

    python3 trajectories.py        # writes trajectories.json beside itself
"""

import json
import operator
import random
from decimal import Decimal, getcontext
from itertools import chain, count, repeat
from math import prod
from pathlib import Path
from types import SimpleNamespace

getcontext().prec = 60

STEPS = 20
MARGIN = 1e-4  # how far from zero a number must be whose sign is taken


def number(x):
    """The exact value of a double."""
    return Decimal(x)


# --- Vectors -----------------------------------------------------------------------------------------------


def elementwise(function):
    """Makes a function of numbers one of vectors; a number among the arguments stands for all elements."""

    def apply(*arguments):
        if not any(isinstance(a, Vector) for a in arguments):
            return function(*arguments)
        return Vector(map(function, *(a if isinstance(a, Vector) else repeat(a) for a in arguments)))

    # A function, so that it can be a method.
    return lambda *arguments: apply(*arguments)


class Vector(tuple):
    """Numbers that are added, multiplied, … element by element."""

    __add__ = __radd__ = elementwise(operator.add)
    __sub__ = elementwise(operator.sub)
    __rsub__ = elementwise(lambda a, b: b - a)
    __mul__ = __rmul__ = elementwise(operator.mul)
    __truediv__ = elementwise(operator.truediv)
    __rtruediv__ = elementwise(lambda a, b: b / a)
    __pow__ = elementwise(operator.pow)
    __neg__ = elementwise(operator.neg)
    __abs__ = elementwise(operator.abs)


sqrt = elementwise(lambda x: x.sqrt())
maximum = elementwise(max)
minimum = elementwise(min)
ratio = elementwise(lambda a, b: a / b if a else a)  # 0/0 = 0


def clip(x, lo, hi):
    return minimum(maximum(x, lo), hi)


@elementwise
def sign(x):
    assert x == 0 or abs(x) > MARGIN, f"the sign of {x:.3e} hangs on rounding"
    return (x > 0) - (x < 0)


def norm(x):
    return sqrt(sum(x * x))


def rms(x):
    return sqrt(sum(x * x) / len(x))


# --- The problem -------------------------------------------------------------------------------------------


def dyadic(x):
    """The multiple of 2⁻¹⁰ nearest to x."""
    return round(x * 1024) / 1024


def problem():
    draw = random.Random(1)
    return {
        "h": [dyadic(100 ** (4 * i % 15 / 14)) for i in range(15)],
        "c": [0.5, -1.25, 0.75, 2.0, -0.375, 1.5, -2.0, 0.25, -0.5, 1.0, -1.75, 0.625, 1.25, -0.875, 0.125],
        "start": [1.5, -0.5, -0.25, 1.0, 0.75, 1.5, -1.0, -1.0, 0.875, 2.25, -0.625, -0.75, 0.25, 0.5, -1.125],
        "blocks": [
            {"name": "0.weight", "offset": 0, "rows": 3, "columns": 4},
            {"name": "0.bias", "offset": 12, "rows": 3, "columns": 1},
        ],
        "noise": [[dyadic(2 * draw.random() - 1) for _ in range(15)] for _ in range(STEPS)],
    }


# The matrix of the problem the other way round, for rules that look at its shape.
TALL = [
    {"name": "0.weight", "offset": 0, "rows": 4, "columns": 3},
    {"name": "0.bias", "offset": 12, "rows": 3, "columns": 1},
]


class Objective:
    """The problem as a method sees it: gradients, with penalty and clipping, curvature, and blocks."""

    def __init__(self, problem, noisy, blocks, options):
        self.h, self.c = (Vector(map(number, problem[name])) for name in ("h", "c"))
        noise = problem["noise"] if noisy else repeat([0.0] * len(self.h))
        self.noise = (Vector(map(number, values)) for values in noise)
        self.blocks = [SimpleNamespace(**block) for block in blocks]
        self.zero = 0 * self.h
        self.options = options

    def gradient(self, point):
        o = self.options
        g = self.h * (point - self.c) + next(self.noise)
        g = g + getattr(o, "l2", 0) * point
        if hasattr(o, "clip_value"):
            g = clip(g, -o.clip_value, o.clip_value)
        if hasattr(o, "clip_norm"):
            g = g * min(1, o.clip_norm / norm(g))
        return g

    def curvature(self):
        """z∘Hz, which is the Hessian's diagonal here for every vector z of signs."""
        return self.h

    def split(self, x):
        return [Vector(x[b.offset : b.offset + b.rows * b.columns]) for b in self.blocks]


def join(blocks):
    return Vector(chain.from_iterable(blocks))


# --- The methods -------------------------------------------------------------------------------------------
# A method is a generator that is sent the θ where a step begins, and yields the θ where its rule leads.
# o: its options; f: the objective; t: the number of the step, from 1.


def sgd(o, f):
    theta = yield
    while True:
        theta = yield theta - o.learning_rate * f.gradient(theta)


def momentum(o, f):
    theta = yield
    v = b = f.zero
    while True:
        g = f.gradient(theta)
        if o.dialect == "torch":
            b = o.momentum * b + g
            theta = yield theta - o.learning_rate * b
        else:
            v = o.momentum * v - o.learning_rate * g
            theta = yield theta + v


def nesterov(o, f):
    theta = yield
    v = b = f.zero
    while True:
        if o.dialect == "torch":
            g = f.gradient(theta)
            b = o.momentum * b + g
            theta = yield theta - o.learning_rate * (g + o.momentum * b)
        elif o.dialect == "keras":
            g = f.gradient(theta)
            v = o.momentum * v - o.learning_rate * g
            theta = yield theta + o.momentum * v - o.learning_rate * g
        else:
            g = f.gradient(theta + o.momentum * v)
            v = o.momentum * v - o.learning_rate * g
            theta = yield theta + v


def adagrad(o, f):
    theta = yield
    G = f.zero + (number(0.1) if o.dialect == "keras" else 0)
    while True:
        g = f.gradient(theta)
        G = G + g**2
        if o.dialect in ("lecture", "keras"):
            theta = yield theta - o.learning_rate * g / sqrt(G + o.epsilon)
        else:
            theta = yield theta - o.learning_rate * g / (sqrt(G) + o.epsilon)


def rmsprop(o, f):
    theta = yield
    v = f.zero
    while True:
        g = f.gradient(theta)
        v = o.decay * v + (1 - o.decay) * g**2
        if o.dialect in ("lecture", "keras"):
            theta = yield theta - o.learning_rate * g / sqrt(v + o.epsilon)
        else:
            theta = yield theta - o.learning_rate * g / (sqrt(v) + o.epsilon)


def adadelta(o, f):
    theta = yield
    mean_g2 = mean_delta2 = f.zero
    while True:
        g = f.gradient(theta)
        mean_g2 = o.decay * mean_g2 + (1 - o.decay) * g**2
        delta = -sqrt(mean_delta2 + o.epsilon) / sqrt(mean_g2 + o.epsilon) * g
        mean_delta2 = o.decay * mean_delta2 + (1 - o.decay) * delta**2
        theta = yield theta + delta


def adam_direction(o, t, m, v):
    """What Adam multiplies by the learning rate."""
    m_hat, v_hat = m / (1 - o.beta1**t), v / (1 - o.beta2**t)
    if o.dialect == "lecture":
        return m_hat / sqrt(v_hat + o.epsilon)
    if o.dialect == "keras":
        return sqrt(1 - o.beta2**t) / (1 - o.beta1**t) * m / (sqrt(v) + o.epsilon)
    return m_hat / (sqrt(v_hat) + o.epsilon)


def adam(o, f):
    theta = yield
    m = v = f.zero
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        theta = yield theta - o.learning_rate * adam_direction(o, t, m, v)


def adamax(o, f):
    theta = yield
    m = u = f.zero
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        u = maximum(o.beta2 * u, abs(g) + (o.epsilon if o.dialect == "torch" else 0))
        divisor = u + (o.epsilon if o.dialect == "keras" else 0)
        theta = yield theta - o.learning_rate / (1 - o.beta1**t) * ratio(m, divisor)


def nadam(o, f):
    def mu(t):
        if o.dialect == "lecture":
            return o.beta1
        decay = 1 if o.dialect == "keras" else o.momentum_decay
        return o.beta1 * (1 - number(0.5) * number(0.96) ** (t * decay))

    theta = yield
    m = v = f.zero
    for t in count(1):
        g = f.gradient(theta)
        beta1 = mu(t) if o.dialect == "paper" else o.beta1
        m = beta1 * m + (1 - beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        kept = prod(map(mu, range(1, t + 1)))
        m_hat = mu(t + 1) * m / (1 - kept * mu(t + 1)) + (1 - mu(t)) * g / (1 - kept)
        v_hat = v / (1 - o.beta2**t)
        if o.dialect == "lecture":
            theta = yield theta - o.learning_rate * m_hat / sqrt(v_hat + o.epsilon)
        else:
            theta = yield theta - o.learning_rate * m_hat / (sqrt(v_hat) + o.epsilon)


def amsgrad(o, f):
    theta = yield
    m = v = v_max = f.zero
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        if o.dialect == "lecture":
            v_max = maximum(v_max, v / (1 - o.beta2**t))
            step = m / (1 - o.beta1**t) / sqrt(v_max + o.epsilon)
        else:
            v_max = maximum(v_max, v)
            # torch and keras: Adam's step, with the largest v so far.
            step = ratio(m, sqrt(v_max)) if o.dialect == "paper" else adam_direction(o, t, m, v_max)
        theta = yield theta - o.learning_rate * step


def adamw(o, f):
    theta = yield
    m = v = f.zero
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        decay = o.weight_decay * (1 if o.dialect == "paper" else o.learning_rate)
        theta = yield theta - o.learning_rate * adam_direction(o, t, m, v) - decay * theta


def radam(o, f):
    theta = yield
    m = v = f.zero
    rho_max = 2 / (1 - o.beta2) - 1
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        m_hat = m / (1 - o.beta1**t)
        rho = rho_max - 2 * t * o.beta2**t / (1 - o.beta2**t)
        if sign(rho - (5 if o.dialect == "torch" else 4)) > 0:
            r = sqrt((rho - 4) * (rho - 2) * rho_max / ((rho_max - 4) * (rho_max - 2) * rho))
            divisor = sqrt(v) + (o.epsilon if o.dialect == "torch" else 0)
            theta = yield theta - o.learning_rate * r * sqrt(1 - o.beta2**t) * ratio(m_hat, divisor)
        else:
            theta = yield theta - o.learning_rate * m_hat


def adabelief(o, f):
    theta = yield
    m = s = f.zero
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        s = o.beta2 * s + (1 - o.beta2) * (g - m) ** 2 + o.epsilon
        m_hat, s_hat = m / (1 - o.beta1**t), s / (1 - o.beta2**t)
        theta = yield theta - o.learning_rate * m_hat / (sqrt(s_hat) + o.epsilon)


def yogi(o, f):
    theta = yield
    m, v = f.zero, f.zero + o.initial_accumulator
    while True:
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        v = v - (1 - o.beta2) * sign(v - g**2) * g**2
        theta = yield theta - o.learning_rate * m / (sqrt(v) + o.epsilon)


def adan(o, f):
    theta = yield
    for t in count(1):
        g = f.gradient(theta)
        if t == 1:
            m, v, n = g, f.zero, g**2
        else:
            d = g - g_before
            m = o.beta1 * m + (1 - o.beta1) * g
            v = d if t == 2 else o.beta2 * v + (1 - o.beta2) * d
            n = o.beta3 * n + (1 - o.beta3) * (g + o.beta2 * d) ** 2
        g_before = g
        step = o.learning_rate / sqrt(n + o.epsilon) * (m + o.beta2 * v)
        theta = yield (theta - step) / (1 + o.learning_rate * o.weight_decay)


def lion(o, f):
    theta = yield
    m = f.zero
    while True:
        g = f.gradient(theta)
        u = sign(o.beta1 * m + (1 - o.beta1) * g)
        m = o.beta2 * m + (1 - o.beta2) * g
        theta = yield theta - o.learning_rate * (u + o.weight_decay * theta)


def rprop(o, f):
    theta = yield
    delta = f.zero + o.initial_step
    g_before = move = f.zero
    while True:
        g = f.gradient(theta)
        agrees = sign(g * g_before)
        grown, shrunk = minimum(delta * o.increase, o.max_step), maximum(delta * o.decrease, o.min_step)
        delta = Vector(grown[i] if a > 0 else shrunk[i] if a < 0 else delta[i] for i, a in enumerate(agrees))
        # Where the sign changed, the paper takes the last move back; torch stays where it is.
        back = 0 * move if o.dialect == "torch" else -move
        move = Vector(back[i] if a < 0 else -sign(g[i]) * delta[i] for i, a in enumerate(agrees))
        g_before = Vector(0 * g[i] if a < 0 else g[i] for i, a in enumerate(agrees))
        theta = yield theta + move


def lars(o, f):
    def scaled(block, w, g):
        decayed = g + o.weight_decay * w
        if block.columns == 1 or norm(w) == 0 or norm(g) == 0:
            return decayed
        return o.trust * norm(w) / (norm(g) + o.weight_decay * norm(w)) * decayed

    theta = yield
    v = f.zero
    while True:
        g = f.gradient(theta)
        v = o.momentum * v + o.learning_rate * join(map(scaled, f.blocks, f.split(theta), f.split(g)))
        theta = yield theta - v


def lamb(o, f):
    def scaled(x, update):
        nonzero = norm(x) != 0 and norm(update) != 0
        return norm(x) / norm(update) * update if nonzero else update

    theta = yield
    m = v = f.zero
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        update = adam_direction(o, t, m, v) + o.weight_decay * theta
        theta = yield theta - o.learning_rate * join(map(scaled, f.split(theta), f.split(update)))


def adafactor(o, f):
    def second_moment(block):
        """Is sent β̂₂ₜ and G² + ε₁, and yields V̂."""
        n, k = block.rows, block.columns
        beta, squares = yield
        R, C, V = Vector([0] * n), Vector([0] * k), 0 * squares
        while True:
            V = beta * V + (1 - beta) * squares
            R = beta * R + (1 - beta) * Vector(sum(squares[i * k : (i + 1) * k]) for i in range(n))
            C = beta * C + (1 - beta) * Vector(sum(squares[j::k]) for j in range(k))
            factored = Vector(R[i] * C[j] / sum(R) for i in range(n) for j in range(k))
            beta, squares = yield V if k == 1 else factored

    def step(x, g, v):
        u = g / sqrt(v)
        u = u / max(1, rms(u) / o.clip)
        return max(o.epsilon2, rms(x)) * u

    theta = yield
    moments = [started(second_moment(block)) for block in f.blocks]
    for t in count(1):
        g = f.gradient(theta)
        beta = 1 - number(t) ** -o.decay
        V = [moment.send((beta, part**2 + o.epsilon1)) for moment, part in zip(moments, f.split(g))]
        rho = min(o.learning_rate, 1 / sqrt(number(t)))
        theta = yield theta - rho * join(map(step, f.split(theta), f.split(g), V))


def orthogonalized(G, rows, columns, iterations):
    """Newton–Schulz: about U Vᵀ of G = U S Vᵀ."""

    def product(A, B):
        return [[sum(a * b for a, b in zip(row, column)) for column in zip(*B)] for row in A]

    a, b, c = map(number, (3.4445, -4.7750, 2.0315))
    X = G / (norm(G) + number(1e-7))
    X = [list(X[i * columns : (i + 1) * columns]) for i in range(rows)]
    if rows > columns:
        X = list(zip(*X))
    for _ in range(iterations):
        A = product(X, list(zip(*X)))
        AA = product(A, A)
        B = [[b * p + c * q for p, q in zip(*both)] for both in zip(A, AA)]
        BX = product(B, X)
        X = [[a * p + q for p, q in zip(*both)] for both in zip(X, BX)]
    if rows > columns:
        X = zip(*X)
    return Vector(chain.from_iterable(X))


def muon(o, f):
    def matrix_step(block, M, G):
        update = G + o.momentum * M if o.nesterov else M
        shape = sqrt(max(number(1), number(block.rows) / block.columns))
        return shape * orthogonalized(update, block.rows, block.columns, o.iterations)

    theta = yield
    M = m = v = f.zero
    for t in count(1):
        g = f.gradient(theta)
        M = o.momentum * M + g
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * g**2
        parts = zip(f.blocks, *map(f.split, (theta, g, M, adam_direction(o, t, m, v))))
        theta = yield join(
            x - o.adam_learning_rate * (adam + o.weight_decay * x)
            if block.columns == 1
            else x - o.learning_rate * (matrix_step(block, M_block, G) + o.weight_decay * x)
            for block, x, G, M_block, adam in parts
        )


def warmed_up(o, t):
    return o.learning_rate * min(1, number(t) / o.warmup_steps if o.warmup_steps else 1)


def schedule_free_sgd(o, f):
    x = z = yield
    weights = 0
    for t in count(1):
        y = (1 - o.beta) * z + o.beta * x
        rate = warmed_up(o, t)
        z = z - rate * (f.gradient(y) + o.weight_decay * y)
        weights = weights + rate**2
        c = rate**2 / weights
        x = yield (1 - c) * x + c * z


def schedule_free_adamw(o, f):
    x = z = yield
    v, weights = f.zero, 0
    for t in count(1):
        y = (1 - o.beta1) * z + o.beta1 * x
        g = f.gradient(y)
        v = o.beta2 * v + (1 - o.beta2) * g**2
        rate = warmed_up(o, t) * sqrt(1 - o.beta2**t)
        z = z - rate * g / (sqrt(v) + o.epsilon) - rate * o.weight_decay * y
        weights = weights + rate**2
        c = rate**2 / weights
        x = yield (1 - c) * x + c * z


def prodigy(o, f):
    theta = theta0 = yield
    m = v = s = f.zero
    r, d, beta3 = 0, o.initial_distance, sqrt(o.beta2)
    while True:
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * d * g
        v = o.beta2 * v + (1 - o.beta2) * d**2 * g**2
        r = beta3 * r + (1 - beta3) * o.learning_rate * d**2 * sum(g * (theta0 - theta))
        s = beta3 * s + (1 - beta3) * o.learning_rate * d**2 * g
        step = o.learning_rate * d * (m / (sqrt(v) + d * o.epsilon) + o.weight_decay * theta)
        d = max(d, r / sum(abs(s)))
        theta = yield theta - step


def lookahead(o, f):
    inner = method(o.inner, f)
    theta = slow = yield
    for t in count(1):
        theta = inner.send(theta)
        if t % o.steps == 0:
            theta = slow = slow + o.rate * (theta - slow)
        theta = yield theta


def averaged(o, f):
    inner = method(o.inner, f)
    theta = yield
    mean = f.zero
    for t in count(1):
        theta = inner.send(theta)
        if o.decay == 0:
            mean = mean + (theta - mean) / t
            yield mean
        else:
            mean = o.decay * mean + (1 - o.decay) * theta
            yield mean / (1 - o.decay**t)


def sophia(o, f):
    theta = yield
    m = h = f.zero
    for t in count(1):
        g = f.gradient(theta)
        m = o.beta1 * m + (1 - o.beta1) * g
        if (t - 1) % o.interval == 0:
            h = o.beta2 * h + (1 - o.beta2) * f.curvature()
        step = clip(m / maximum(o.gamma * h, o.epsilon), -1, 1)
        theta = yield theta - o.learning_rate * (step + o.weight_decay * theta)


def adahessian(o, f):
    theta = yield
    m = v = f.zero
    for t in count(1):
        g, D = f.gradient(theta), f.curvature()
        m = o.beta1 * m + (1 - o.beta1) * g
        v = o.beta2 * v + (1 - o.beta2) * D**2
        m_hat, v_hat = m / (1 - o.beta1**t), v / (1 - o.beta2**t)
        step = m_hat / (sqrt(v_hat) ** o.power + o.epsilon)
        theta = yield theta - o.learning_rate * (step + o.weight_decay * theta)


# --- The cases ---------------------------------------------------------------------------------------------


def case(method, problem, blocks=None, **options):
    return {"method": method, "options": options, "problem": problem} | ({"blocks": blocks} if blocks else {})


def dialects(method, names, problem, **options):
    return [case(method, problem, dialect=name, **options) for name in names.split()]


def cases():
    every = "paper lecture torch keras"
    adam = dict(beta1=0.9, beta2=0.99, epsilon=0.01)
    small = dict(beta1=0.8, beta2=0.9, epsilon=1e-8)
    sgd = {"method": "sgd", "learning_rate": 0.015}
    inner_adam = {"method": "adam", "learning_rate": 0.1, "dialect": "paper", **small}
    return [
        case("sgd", "exact", learning_rate=0.015),
        case("sgd", "noisy", learning_rate=0.0125),
        *dialects("momentum", every, "noisy", learning_rate=0.006, momentum=0.8),
        *dialects("nesterov", every, "noisy", learning_rate=0.006, momentum=0.8),
        *dialects("adagrad", every, "noisy", learning_rate=0.3, epsilon=0.01),
        case("adagrad", "exact", learning_rate=0.3, epsilon=1e-10),
        *dialects("rmsprop", every, "noisy", learning_rate=0.05, decay=0.9, epsilon=0.01),
        *dialects("adadelta", every, "noisy", decay=0.9, epsilon=0.01),
        case("adadelta", "exact", decay=0.95, epsilon=1e-6),
        *dialects("adam", every, "noisy", learning_rate=0.1, **adam),
        case("adam", "exact", learning_rate=0.05, dialect="paper", **small),
        *dialects("adamax", every, "exact", learning_rate=0.1, **small | {"epsilon": 0.01}),
        *dialects("nadam", every, "noisy", learning_rate=0.1, momentum_decay=0.5, **adam),
        case("nadam", "exact", learning_rate=0.05, momentum_decay=0.004, dialect="paper", **small),
        *dialects("amsgrad", every, "exact", learning_rate=0.1, **small | {"epsilon": 0.01}),
        *dialects("adamw", "paper torch keras", "noisy", learning_rate=0.1, weight_decay=0.05, **adam),
        *dialects("radam", "paper torch", "exact", learning_rate=0.01, beta1=0.8, beta2=0.9, epsilon=0.01),
        case("adabelief", "noisy", learning_rate=0.1, **adam),
        case("adabelief", "exact", learning_rate=0.05, beta1=0.9, beta2=0.99, epsilon=1e-16),
        case("yogi", "noisy", learning_rate=0.1, initial_accumulator=1.0, beta1=0.8, beta2=0.7, epsilon=0.01),
        case("adan", "noisy", learning_rate=0.1, weight_decay=0.1, beta1=0.9, beta2=0.8, beta3=0.95, epsilon=0.01),
        case("lion", "noisy", learning_rate=0.1, weight_decay=0.1, beta1=0.8, beta2=0.9),
        *dialects("rprop", "paper torch", "exact", initial_step=0.1, increase=1.2, decrease=0.5, min_step=0.03,
                  max_step=0.25),
        case("lars", "noisy", learning_rate=0.02, momentum=0.8, trust=0.5, weight_decay=0.1),
        case("lamb", "noisy", learning_rate=0.1, weight_decay=0.1, **adam),
        case("adafactor", "noisy", learning_rate=0.3, decay=0.8, epsilon1=1e-30, epsilon2=0.75, clip=1.0),
        case("adafactor", "exact", learning_rate=0.05, decay=0.8, epsilon1=1e-30, epsilon2=0.001, clip=0.5),
        *(
            case("muon", problem, blocks, learning_rate=0.1, momentum=0.8, nesterov=nesterov, iterations=5,
                 weight_decay=0.1, adam_learning_rate=0.05, **adam)
            for problem, blocks, nesterov in [("noisy", None, True), ("exact", None, False), ("noisy", TALL, True)]
        ),
        case("schedule-free-sgd", "noisy", learning_rate=0.015, beta=0.9, weight_decay=0.1, warmup_steps=0),
        case("schedule-free-sgd", "noisy", learning_rate=0.02, beta=0.8, weight_decay=0.0, warmup_steps=5),
        case("schedule-free-adamw", "noisy", learning_rate=0.2, weight_decay=0.1, warmup_steps=5, **adam),
        case("schedule-free-adamw", "noisy", learning_rate=0.1, weight_decay=0.0, warmup_steps=0, **adam),
        case("prodigy", "noisy", learning_rate=1.0, initial_distance=0.01, weight_decay=0.1, **adam),
        case("lookahead", "noisy", inner=sgd, steps=5, rate=0.5),
        case("lookahead", "exact", inner=inner_adam, steps=3, rate=0.8),
        case("averaged", "noisy", inner=sgd, decay=0.0),
        case("averaged", "exact", inner=inner_adam, decay=0.9),
        case("sophia", "noisy", learning_rate=0.1, beta1=0.8, beta2=0.9, gamma=0.5, epsilon=1e-12, interval=4,
             weight_decay=0.1),
        case("sophia", "exact", learning_rate=0.05, beta1=0.965, beta2=0.99, gamma=0.01, epsilon=0.002,
             interval=10, weight_decay=0.0),
        case("adahessian", "noisy", learning_rate=0.15, weight_decay=0.1, power=1.0, **adam),
        case("adahessian", "exact", learning_rate=0.1, weight_decay=0.0, power=0.5, **adam),
        *(
            case("sgd", "noisy", learning_rate=0.015, **common)
            for common in [{"l2": 0.5}, {"decoupled_weight_decay": 2.0}, {"clip_norm": 40.0}, {"clip_value": 10.0}]
        ),
        case("sgd", "noisy", learning_rate=0.02, l2=0.5, decoupled_weight_decay=2.0, clip_norm=40.0,
             clip_value=25.0, box=[-1.0, 0.75]),
        case("nesterov", "noisy", learning_rate=0.006, momentum=0.8, dialect="paper", l2=0.5),
        *(
            case("adam", "noisy", learning_rate=0.1, dialect="paper", **adam, **common)
            for common in [{"l2": 0.5}, {"decoupled_weight_decay": 0.5}, {"clip_norm": 2.0}, {"clip_value": 0.75}]
        ),
        case("adam", "noisy", learning_rate=0.1, dialect="paper", **adam, l2=0.5, decoupled_weight_decay=0.5,
             clip_norm=2.0, clip_value=1.0, box=[-1.0, 0.75]),
    ]


# --- Running and writing -----------------------------------------------------------------------------------


def parsed(options):
    """Options as attributes, with numbers exact."""
    values = {"dialect": "paper"}
    for name, value in options.items():
        if isinstance(value, dict):
            values[name] = parsed(value)
        elif isinstance(value, list):
            values[name] = [number(x) for x in value]
        else:
            values[name] = number(value) if isinstance(value, float) else value
    return SimpleNamespace(**values)


def started(generator):
    next(generator)
    return generator


def method(o, f):
    return started(globals()[o.method.replace("-", "_")](o, f))


def trajectory(problem, case):
    o = parsed(case["options"] | {"method": case["method"]})
    f = Objective(problem, case["problem"] == "noisy", case.get("blocks", problem["blocks"]), o)
    rule = method(o, f)
    theta = Vector(map(number, problem["start"]))
    path = []
    for _ in range(STEPS):
        after = rule.send(theta)
        if hasattr(o, "decoupled_weight_decay"):
            after = after - o.learning_rate * o.decoupled_weight_decay * theta
        theta = clip(after, *o.box) if hasattr(o, "box") else after
        path.append(theta)
    return path


def rows(lines, indent):
    """A JSON array with a line for each element."""
    return "[\n" + ",\n".join(indent + "  " + line for line in lines) + "\n" + indent + "]"


def main():
    given = problem()
    members = [f'"{name}": {json.dumps(value)}' for name, value in given.items() if name != "noise"]
    members.append('"noise": ' + rows(map(json.dumps, given["noise"]), "    "))

    written = []
    for one in cases():
        path = ["[" + ", ".join(f"{x:.20g}" for x in theta) + "]" for theta in trajectory(given, one)]
        written.append(json.dumps(one)[:-1] + ', "theta": ' + rows(path, "    ") + "}")

    text = '{\n  "problem": {\n    ' + ",\n    ".join(members) + '\n  },\n  "cases": ' + rows(written, "  ") + "\n}\n"
    Path(__file__).with_name("trajectories.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
