"""The update rules of the first-order methods, in decimal arithmetic, from the published formulas.

A method is a generator that is sent the θ where a step begins, and yields the θ where its rule leads. It gets

    o   its options, as attributes; o.dialect is whose form of the rule is meant: the paper's, that of "lecture"
        (ε inside the root), or that of the libraries "torch" and "keras"
    f   the objective: f.gradient(θ), f.curvature(), f.blocks (its matrices and vectors), f.split(θ), f.zero

and is written in the symbols of its paper; t counts the steps from 1.
"""

import operator
from decimal import Decimal, getcontext
from itertools import chain, count, repeat
from math import prod

getcontext().prec = 60

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

    return apply


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


def join(blocks):
    return Vector(chain.from_iterable(blocks))


# --- The methods -------------------------------------------------------------------------------------------


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


METHODS = {
    rule.__name__.replace("_", "-"): rule
    for rule in (
        sgd, momentum, nesterov, adagrad, rmsprop, adadelta, adam, adamax, nadam, amsgrad, adamw, radam,
        adabelief, yogi, adan, lion, rprop, lars, lamb, adafactor, muon, schedule_free_sgd,
        schedule_free_adamw, prodigy, lookahead, averaged, sophia, adahessian,
    )
}


def started(generator):
    next(generator)
    return generator


def method(o, f):
    """The method that o.method names, to be sent the θ where its first step begins."""
    return started(METHODS[o.method](o, f))
