#!/usr/bin/env python3
"""Writes hessian_free.json: the first steps of Hessian-free optimization, from the published formulas.

The numbers are what the library's method is tested against, so nothing here comes from the library.

The problem is a perceptron 3-4-2 with tanh on ten cases. Its Jacobian is computed with dual numbers, the Gauss–Newton
matrix and the Hessian are formed as whole matrices (the Hessian with dual numbers of dual numbers), sums are exact
(math.fsum). The method is that of J. Martens: Deep learning via Hessian-free optimization, ICML 2010, with the
constants of its author's code. Where it decides between two ways, the quantity decided upon is checked to be far from
the boundary: no rounding can decide otherwise. Conjugate gradient amplifies rounding from iteration to iteration, the
more so the worse the condition; so that nine digits remain, the damping is not too small, nor are the iterations too
many: all is done twice, with exact sums and with rounded ones, and must agree.

    python3 -B hessian_free.py        # writes hessian_free.json beside itself
"""

import json
import math
import random
from pathlib import Path

SIZES = (3, 4, 2)
CASES = 10
STEPS = 4
PARAMETERS = 4 * 3 + 4 + 2 * 4 + 2  # weight (4, 3), bias, weight (2, 4), bias


# --- Dual numbers: a value with the row of its derivatives, itself of numbers or duals ----------------------


class Dual:
    def __init__(self, value, slopes):
        self.value, self.slopes = value, slopes

    def chain(self, value, slope):
        return Dual(value, [slope * s for s in self.slopes])

    def __add__(self, other):
        if not isinstance(other, Dual):
            return Dual(self.value + other, self.slopes)
        return Dual(self.value + other.value, [a + b for a, b in zip(self.slopes, other.slopes)])

    def __mul__(self, other):
        if not isinstance(other, Dual):
            return self.chain(self.value * other, other)
        return Dual(
            self.value * other.value,
            [self.value * b + other.value * a for a, b in zip(self.slopes, other.slopes)],
        )

    __radd__, __rmul__ = __add__, __mul__


def tanh(x):
    if not isinstance(x, Dual):
        return math.tanh(x)
    y = tanh(x.value)
    return x.chain(y, 1 + -1 * (y * y))


def exp(x):
    if not isinstance(x, Dual):
        return math.exp(x)
    y = exp(x.value)
    return x.chain(y, y)


def log(x):
    if not isinstance(x, Dual):
        return math.log(x)
    return x.chain(log(x.value), reciprocal(x.value))


def reciprocal(x):
    if not isinstance(x, Dual):
        return 1 / x
    y = reciprocal(x.value)
    return x.chain(y, -1 * (y * y))


def variables(theta):
    unit = lambda i: [float(i == j) for j in range(len(theta))]
    return [Dual(x, unit(i)) for i, x in enumerate(theta)]


def variables_twice(theta):
    """Variables whose slopes have slopes."""
    inner = variables(theta)
    zero = Dual(0.0, [0.0] * len(theta))
    one = Dual(1.0, [0.0] * len(theta))
    return [Dual(x, [one if i == j else zero for j in range(len(theta))]) for i, x in enumerate(inner)]


# --- The problem -------------------------------------------------------------------------------------------


def dyadic(x):
    """The multiple of 2⁻¹⁰ nearest to x."""
    return round(x * 1024) / 1024


def problem():
    draw = random.Random(5)
    return {
        "inputs": [[dyadic(draw.gauss(0, 1)) for _ in range(SIZES[0])] for _ in range(CASES)],
        "labels": [draw.randrange(SIZES[2]) for _ in range(CASES)],
        "targets": [[dyadic(draw.gauss(0, 1)) for _ in range(SIZES[2])] for _ in range(CASES)],
        "start": [dyadic(draw.gauss(0, 0.7)) for _ in range(PARAMETERS)],
    }


def outputs(theta, x):
    w, b, v, c = theta[:12], theta[12:16], theta[16:24], theta[24:]
    h = [tanh(b[i] + sum((w[3 * i + j] * x[j] for j in range(3)), 0.0)) for i in range(4)]
    return [c[i] + sum((v[4 * i + j] * h[j] for j in range(4)), 0.0) for i in range(2)]


class Objective:
    """Mean loss over cases plus ½ l2 ‖weights‖²; its derivatives as vectors and whole matrices."""

    def __init__(self, data, loss, l2):
        self.data, self.loss, self.l2 = data, loss, l2
        self.decays = [l2] * 12 + [0] * 4 + [l2] * 8 + [0] * 2

    def case_loss(self, z, i):
        if self.loss == "softmax-cross-entropy":
            return log(exp(z[0]) + exp(z[1])) + -1 * z[self.data["labels"][i]]
        differences = [z[k] + -self.data["targets"][i][k] for k in range(2)]
        return 0.5 * (differences[0] * differences[0] + differences[1] * differences[1])

    def value(self, theta, cases):
        losses = [self.case_loss(outputs(theta, self.data["inputs"][i]), i) for i in cases]
        return math.fsum(losses) / len(losses) + math.fsum(d * x * x for d, x in zip(self.decays, theta)) / 2

    def gradients(self, theta, cases):
        at = variables(theta)
        return [self.case_loss(outputs(at, self.data["inputs"][i]), i).slopes for i in cases]

    def gradient(self, theta, cases):
        each = self.gradients(theta, cases)
        return [math.fsum(g) / len(each) + d * x for g, d, x in zip(zip(*each), self.decays, theta)]

    def squared_gradients(self, theta, cases):
        each = self.gradients(theta, cases)
        return [math.fsum(s * s for s in g) / len(each) for g in zip(*each)]

    def gauss_newton(self, theta, cases):
        at = variables(theta)
        terms = []
        for i in cases:
            z = outputs(at, self.data["inputs"][i])
            p = [math.exp(k.value) for k in z]
            p = [k / sum(p) for k in p]
            of_loss = [[1.0, 0.0], [0.0, 1.0]]
            if self.loss == "softmax-cross-entropy":
                of_loss = [[p[a] * ((a == b) - p[b]) for b in range(2)] for a in range(2)]
            terms.append((z, of_loss))

        def entry(r, s):
            return math.fsum(
                z[a].slopes[r] * m[a][b] * z[b].slopes[s] for z, m in terms for a in range(2) for b in range(2)
            ) / len(terms) + (self.decays[r] if r == s else 0)

        return [[entry(r, s) for s in range(len(theta))] for r in range(len(theta))]

    def hessian(self, theta, cases):
        at = variables_twice(theta)
        each = [self.case_loss(outputs(at, self.data["inputs"][i]), i).slopes for i in cases]
        return [
            [
                math.fsum(slopes[r].slopes[s] for slopes in each) / len(each) + (self.decays[r] if r == s else 0)
                for s in range(len(theta))
            ]
            for r in range(len(theta))
        ]


# --- The method --------------------------------------------------------------------------------------------


add = math.fsum


def dot(x, y):
    return add(a * b for a, b in zip(x, y))


def times(matrix, x):
    return [dot(row, x) for row in matrix]


def plus(x, a, y):
    return [u + a * v for u, v in zip(x, y)]


def is_less(a, b, scale, margin=1e-6):
    """a < b, decided beyond doubt."""
    assert abs(a - b) > margin * scale, (a, b)
    return a < b


def conjugate_gradient(A, b, x, M, most, tolerance, residual):
    """The iterates (i, φᵢ, xᵢ) on the grid, and the last."""
    grid, kept = 5.0, []
    r = plus(b, -1, times(A, x))
    phi = [-(dot(x, b) + dot(x, r)) / 2]
    p, rz, i = None, None, 0
    while True:
        size = math.sqrt(dot(r, r)) / math.sqrt(dot(b, b))
        if residual and is_less(size, residual, residual, 1e-3):
            break
        if size <= 2.0**-52:  # as small as rounding lets it become, one iteration sooner or later
            break
        k = max(10, math.ceil(i / 10))
        if i > k and tolerance and phi[i] < 0:
            if is_less((phi[i] - phi[i - k]) / phi[i], tolerance * k, tolerance * k, 1e-4):
                break
        if i == most:
            break
        z = [u / m for u, m in zip(r, M)]
        before, rz = rz, dot(r, z)
        p = z if i == 0 else plus(z, rz / before, p)
        Ap = times(A, p)
        curvature = dot(p, Ap)
        if is_less(curvature, 0, dot(p, p)):
            if i > 0:
                break
            i = 1
            x = plus(x, 1, p)
            phi.append(phi[0] + curvature / 2 - rz)
            break
        alpha = rz / curvature
        x, r, i = plus(x, alpha, p), plus(r, -alpha, Ap), i + 1
        phi.append(phi[-1] - alpha * rz / 2)
        if i == math.ceil(grid):
            kept.append((i, phi[-1], x))
            grid *= 1.3
    if not kept or kept[-1][0] != i:
        kept.append((i, phi[-1], x))
    return i, kept


def run(f, theta, chunks, options):
    damping = options.get("initial_damping", 45)
    factor = options.get("damping_factor", 1.5)
    xi, zeta = options.get("preconditioner_exponent", 0.75), options.get("warm_start", 0.95)
    everything = range(CASES)
    solution = [0.0] * PARAMETERS
    steps = []
    for t in range(STEPS):
        cases = chunks[t % len(chunks)]
        loss, g = f.value(theta, everything), f.gradient(theta, everything)
        B = f.hessian(theta, cases) if options.get("matrix") == "hessian" else f.gauss_newton(theta, cases)
        A = [[B[r][s] + (damping if r == s else 0) for s in range(PARAMETERS)] for r in range(PARAMETERS)]
        D = f.squared_gradients(theta, cases)
        M = [(d + damping + options.get("penalty", 0)) ** xi for d in D]
        iterations, iterates = conjugate_gradient(
            A,
            [-x for x in g],
            [zeta * x for x in solution],
            M,
            options.get("max_iterations", 250),
            options.get("progress_tolerance", 5e-4),
            options.get("residual_tolerance", 0),
        )

        chosen = len(iterates) - 1
        value = f.value(plus(theta, 1, iterates[chosen][2]), everything)
        while options.get("backtracking", True) and chosen > 0:
            earlier = f.value(plus(theta, 1, iterates[chosen - 1][2]), everything)
            apart = math.dist(iterates[chosen][2], iterates[chosen - 1][2])
            if apart < 1e-12:  # it does not matter which
                if value < earlier:
                    break
            elif is_less(value, earlier, abs(loss), 1e-14):
                break
            value, chosen = earlier, chosen - 1
        p = iterates[chosen][2]
        solution = iterates[chosen if options.get("warm_start_from_chosen") else -1][2]

        after, before = f.value(plus(theta, 1, p), cases), f.value(theta, cases)
        model = dot(g, p) + dot(p, times(A if options.get("damped_ratio") else B, p)) / 2
        rho = -math.inf if is_less(before, after, abs(before), 1e-14) else (after - before) / model

        alpha, slope, trials = 1.0, dot(g, p), 1
        while options.get("line_search", True) and is_less(
            loss + 1e-2 * alpha * min(slope, 0), value, abs(loss), 1e-14
        ):
            assert trials < 60
            alpha, trials = 0.8 * alpha, trials + 1
            value = f.value(plus(theta, alpha, p), everything)
        theta = plus(theta, alpha, p)

        steps.append(
            {
                "loss": loss,
                "damping": damping,
                "inner_iterations": iterations,
                "iterates": len(iterates),
                "chosen": chosen,
                "reduction_ratio": rho if math.isfinite(rho) else None,
                "step_size": alpha,
                "theta": theta,
            }
        )
        if rho == -math.inf or is_less(rho, 0.25, 1):
            damping *= factor
        elif is_less(0.75, rho, 1):
            damping /= factor
    return steps


def main():
    data = problem()
    whole, halves = [list(range(CASES))], [list(range(5)), list(range(5, CASES))]
    cases = [
        ("softmax-cross-entropy", 0.01, halves, {"max_iterations": 5}),
        ("softmax-cross-entropy", 0.01, halves, {"initial_damping": 0.3, "penalty": 0.01}),
        ("softmax-cross-entropy", 0.01, halves, {"initial_damping": 0.04, "max_iterations": 7}),
        ("softmax-cross-entropy", 0.0, whole, {"initial_damping": 0.03, "damped_ratio": True, "max_iterations": 7}),
        ("squared-error", 0.01, whole, {"initial_damping": 0.1, "warm_start_from_chosen": True, "max_iterations": 12}),
        (
            "squared-error",
            0.0,
            halves,
            {"initial_damping": 2e-2, "preconditioner_exponent": 0.5, "warm_start": 0.8, "max_iterations": 8},
        ),
        ("squared-error", 0.1, whole, {"matrix": "hessian", "initial_damping": 0.05, "backtracking": False}),
        (
            "squared-error",
            0.0,
            whole,
            {
                "matrix": "hessian",
                "initial_damping": 0,
                "preconditioner_exponent": 0,
                "warm_start": 0,
                "progress_tolerance": 0,
                "residual_tolerance": 1e-6,
                "backtracking": False,
                "line_search": False,
            },
        ),
    ]
    data["cases"] = []
    for loss, l2, chunks, options in cases:
        global add
        add = sum
        rounded = run(Objective(data, loss, l2), data["start"], chunks, options)
        add = math.fsum
        steps = run(Objective(data, loss, l2), data["start"], chunks, options)
        error = max(math.dist(a["theta"], b["theta"]) for a, b in zip(steps, rounded))
        assert error < 1e-10, error
        data["cases"].append({"loss": loss, "l2": l2, "chunks": len(chunks), "options": options, "steps": steps})
    Path(__file__).with_name("hessian_free.json").write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
