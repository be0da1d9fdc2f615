#!/usr/bin/env python3
"""Writes trajectories.json: the first steps of every first-order method, from the published formulas.

The numbers are what the library's methods are tested against, so nothing here comes from the library.

The problem is f(θ) = ½ Σ hᵢ (θᵢ − cᵢ)² over a matrix and a vector; where it is noisy, the k-th gradient
evaluation adds the k-th vector of noise. All its numbers are multiples of 2⁻¹⁰ and thus exact in binary, and
an option stands for the double nearest to it. Where a rule takes a sign or chooses between branches that do
not meet, the quantity decided upon is checked to be far from the boundary: no rounding can decide otherwise.

    python3 -B trajectories.py        # writes trajectories.json beside itself
"""

import json
import random
from itertools import repeat
from pathlib import Path
from types import SimpleNamespace

from methods import Vector, clip, method, norm, number

STEPS = 20


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


# --- The cases ---------------------------------------------------------------------------------------------


def case(method, problem, blocks=None, **options):
    return {"method": method, "options": options, "problem": problem} | ({"blocks": blocks} if blocks else {})


def dialects(method, names, **options):
    """Every form on both problems."""
    return [case(method, problem, dialect=name, **options) for name in names.split() for problem in ("exact", "noisy")]


def cases():
    every = "paper lecture torch keras"
    adam = dict(beta1=0.9, beta2=0.99, epsilon=0.01)
    small = dict(beta1=0.8, beta2=0.9, epsilon=1e-8)
    sgd = {"method": "sgd", "learning_rate": 0.015}
    inner_adam = {"method": "adam", "learning_rate": 0.1, "dialect": "paper", **small}
    guards = dict(l2=0.5, decoupled_weight_decay=0.5, box_low=-1.0, box_high=0.75)
    return [
        case("sgd", "exact", learning_rate=0.015),
        case("sgd", "noisy", learning_rate=0.0125),
        *dialects("momentum", every, learning_rate=0.006, momentum=0.8),
        *dialects("nesterov", every, learning_rate=0.006, momentum=0.8),
        *dialects("adagrad", every, learning_rate=0.3, epsilon=0.01),
        case("adagrad", "exact", learning_rate=0.3, epsilon=1e-10),
        *dialects("rmsprop", every, learning_rate=0.05, decay=0.9, epsilon=0.01),
        *dialects("adadelta", every, decay=0.9, epsilon=0.01),
        case("adadelta", "exact", decay=0.95, epsilon=1e-6),
        *dialects("adam", every, learning_rate=0.1, **adam),
        case("adam", "exact", learning_rate=0.05, dialect="paper", **small),
        *dialects("adamax", every, learning_rate=0.1, **small | {"epsilon": 0.01}),
        *dialects("nadam", every, learning_rate=0.1, momentum_decay=0.5, **adam),
        case("nadam", "exact", learning_rate=0.05, momentum_decay=0.004, dialect="paper", **small),
        *dialects("amsgrad", every, learning_rate=0.1, **small | {"epsilon": 0.01}),
        *dialects("adamw", "paper torch keras", learning_rate=0.1, weight_decay=0.05, **adam),
        *dialects("radam", "paper torch", learning_rate=0.01, beta1=0.8, beta2=0.9, epsilon=0.01),
        case("adabelief", "noisy", learning_rate=0.1, **adam),
        case("adabelief", "exact", learning_rate=0.05, beta1=0.9, beta2=0.99, epsilon=1e-16),
        case("yogi", "noisy", learning_rate=0.1, initial_accumulator=1.0, beta1=0.8, beta2=0.7, epsilon=0.01),
        case("yogi", "exact", learning_rate=0.1, initial_accumulator=1.0, beta1=0.9, beta2=0.9, epsilon=0.01),
        *(
            case("adan", problem, learning_rate=0.1, weight_decay=0.1, beta1=0.9, beta2=0.8, beta3=0.95, epsilon=0.01)
            for problem in ("exact", "noisy")
        ),
        case("lion", "noisy", learning_rate=0.1, weight_decay=0.1, beta1=0.8, beta2=0.9),
        *dialects("rprop", "paper torch", initial_step=0.1, increase=1.2, decrease=0.5, min_step=0.03, max_step=0.25),
        *(
            case("lars", problem, learning_rate=0.02, momentum=0.8, trust=0.5, weight_decay=0.1)
            for problem in ("exact", "noisy")
        ),
        *(case("lamb", problem, learning_rate=0.1, weight_decay=0.1, **adam) for problem in ("exact", "noisy")),
        case("adafactor", "noisy", learning_rate=0.3, decay=0.8, epsilon1=1e-30, epsilon2=0.75, clip=1.0),
        case("adafactor", "exact", learning_rate=0.05, decay=0.8, epsilon1=1e-30, epsilon2=0.001, clip=0.5),
        *(
            case("muon", problem, blocks, learning_rate=0.1, momentum=0.8, nesterov=nesterov, iterations=5,
                 weight_decay=0.1, adam_learning_rate=0.05, **adam)
            for problem, blocks, nesterov in [("noisy", None, True), ("exact", None, False), ("noisy", TALL, True)]
        ),
        case("schedule-free-sgd", "noisy", learning_rate=0.015, beta=0.9, weight_decay=0.1, warmup_steps=0),
        case("schedule-free-sgd", "noisy", learning_rate=0.02, beta=0.8, weight_decay=0.0, warmup_steps=5),
        case("schedule-free-sgd", "exact", learning_rate=0.02, beta=0.8, weight_decay=0.1, warmup_steps=5),
        case("schedule-free-adamw", "noisy", learning_rate=0.2, weight_decay=0.1, warmup_steps=5, **adam),
        case("schedule-free-adamw", "noisy", learning_rate=0.1, weight_decay=0.0, warmup_steps=0, **adam),
        case("schedule-free-adamw", "exact", learning_rate=0.1, weight_decay=0.1, warmup_steps=0, **adam),
        case("prodigy", "noisy", learning_rate=1.0, initial_distance=0.01, weight_decay=0.1, **adam),
        case("prodigy", "exact", learning_rate=0.5, initial_distance=0.1, weight_decay=0.1, **adam),
        case("lookahead", "noisy", inner=sgd, steps=5, rate=0.5),
        case("lookahead", "exact", inner=inner_adam, steps=3, rate=0.8),
        case("averaged", "noisy", inner=sgd, decay=0.0),
        case("averaged", "exact", inner=inner_adam, decay=0.9),
        case("sophia", "noisy", learning_rate=0.1, beta1=0.8, beta2=0.9, gamma=0.5, epsilon=1e-12, interval=4,
             weight_decay=0.1),
        case("sophia", "exact", learning_rate=0.05, beta1=0.9, beta2=0.8, gamma=0.6, epsilon=0.2,
             interval=10, weight_decay=0.0),
        case("adahessian", "noisy", learning_rate=0.15, weight_decay=0.1, power=1.0, **adam),
        case("adahessian", "exact", learning_rate=0.1, weight_decay=0.0, power=0.5, **adam),
        *(
            case("sgd", "noisy", learning_rate=0.015, **common)
            for common in [{"l2": 0.5}, {"decoupled_weight_decay": 2.0}, {"clip_norm": 40.0}, {"clip_value": 10.0}]
        ),
        case("sgd", "noisy", learning_rate=0.015, l2=0.5, decoupled_weight_decay=2.0, clip_norm=40.0,
             clip_value=25.0, box_low=-1.0, box_high=0.75),
        case("nesterov", "noisy", learning_rate=0.006, momentum=0.8, dialect="paper", l2=0.5),
        *(
            case("adam", "noisy", learning_rate=0.1, dialect="paper", **adam, **common)
            for common in [{"l2": 0.5}, {"decoupled_weight_decay": 0.5}, {"clip_norm": 60.0}, {"clip_value": 0.75}]
        ),
        case("adam", "noisy", learning_rate=0.1, dialect="paper", **adam, clip_norm=3.25, clip_value=1.0, **guards),
        case("momentum", "noisy", learning_rate=0.006, momentum=0.8, dialect="torch", clip_norm=40.0, clip_value=25.0,
             **guards),
        case("rmsprop", "noisy", learning_rate=0.05, decay=0.9, epsilon=0.01, clip_norm=40.0, **guards),
        case("adan", "noisy", learning_rate=0.1, weight_decay=0.1, beta1=0.9, beta2=0.8, beta3=0.95, epsilon=0.01,
             clip_value=25.0, **guards),
        case("lars", "noisy", learning_rate=0.02, momentum=0.8, trust=0.5, weight_decay=0.1, clip_norm=40.0, **guards),
        case("lamb", "noisy", learning_rate=0.1, weight_decay=0.1, **adam, clip_norm=40.0, **guards),
        case("adafactor", "noisy", learning_rate=0.3, decay=0.8, epsilon1=1e-30, epsilon2=0.75, clip=1.0,
             clip_norm=40.0, **guards),
        case("muon", "noisy", learning_rate=0.1, momentum=0.8, nesterov=True, iterations=5, weight_decay=0.1,
             adam_learning_rate=0.05, **adam, clip_norm=40.0, **guards),
        case("prodigy", "noisy", learning_rate=1.0, initial_distance=0.01, weight_decay=0.1, **adam, clip_norm=40.0,
             **guards),
        case("adahessian", "noisy", learning_rate=0.15, weight_decay=0.1, power=1.0, **adam, clip_norm=40.0, **guards),
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
        theta = clip(after, o.box_low, o.box_high) if hasattr(o, "box_low") else after
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
