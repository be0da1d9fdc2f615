#!/usr/bin/env python3
"""make_folder.py FOLDER [unfinished]: a folder of results as `gradus compare` writes it, with invented smooth curves.

What tests know of it: adam has the lowest loss; adadelta never comes to the target; sgd diverges at its two largest
rates; rmsprop diverges on one of its five final seeds, and one of adamax's tuning runs failed.
"""
import hashlib
import json
import math
import os
import random
import sys

SEEDS, TRIALS, EPOCHS, STEPS = 5, 12, 5, 2150
# final loss, rate of descent, best rate, width in decades, work and seconds of a step
METHODS = {
    "sgd": (0.110, 1.1, 0.30, 0.55, 1, 0.0105),
    "momentum": (0.084, 1.6, 0.05, 0.5, 1, 0.0112),
    "nesterov": (0.082, 1.7, 0.05, 0.5, 1, 0.0113),
    "adagrad": (0.088, 1.9, 0.012, 0.9, 1, 0.0119),
    "rmsprop": (0.078, 2.0, 8e-4, 0.35, 1, 0.0120),
    "adadelta": (0.142, 0.9, 0.8, 0.7, 1, 0.0125),
    "adam": (0.0702, 2.3, 7e-4, 0.45, 1, 0.0124),
    "adamax": (0.0765, 1.9, 2e-3, 0.6, 1, 0.0123),
    "nadam": (0.0710, 2.35, 6e-4, 0.4, 1, 0.0128),
    "amsgrad": (0.0738, 2.2, 8e-4, 0.45, 1, 0.0127),
    "lbfgs": (0.125, 1.5, None, None, 1.3, 0.0150),
    "hessian-free": (0.095, 1.9, 3.0, 0.9, 22, 0.2000),
}
START = 2.31


def draw(*key):
    return random.Random("/".join(map(str, key)))


def run(method, purpose, number, trial, options, seed):
    floor, speed, best, width, work, step_seconds = METHODS[method]
    chance = draw(method, purpose, seed)
    rate = next((v for v in options.values() if isinstance(v, float)), None)
    away = abs(math.log10(rate / best)) if best and rate else 0.0
    too_large = best and rate and math.log10(rate / best) > 2.2 * width
    status, reason = "ok", ""
    if too_large or (method, purpose, number) == ("rmsprop", "final", 2):
        status, reason = "diverged", "The training loss left its scale: 31.2 is more than 10 times the 2.31 of the start."
    if (method, purpose, number) == ("adamax", "tune", 4):
        status, reason = "failed", "Not enough memory <for> this \"batch\" & network."
    steps = STEPS if work < 10 else 110
    floor *= 1 + 0.03 * chance.gauss(0, 1)
    level = floor * (START / floor) ** (1 - math.exp(-0.3 * (away / (width or 1)) ** 2))
    slowness = math.exp(-0.7 * (away / (width or 1)) ** 2) * speed * (1 + 0.02 * chance.gauss(0, 1))
    seconds = step_seconds * (1 + 0.03 * chance.random())
    curve, points = [], 40
    for i in range(points + 1):
        share = (i / points) ** 1.5
        epoch = EPOCHS * share
        loss = level + (START - level) * math.exp(-slowness * 2.2 * epoch ** 0.7)
        if status == "diverged" and share > 0.3:
            loss *= math.exp(30 * (share - 0.3))
        if status == "failed" and share > 0.5:
            break
        wobble = 1 + (0.015 * chance.gauss(0, 1) if i else 0)
        training = max(1e-4, loss * wobble - level * 0.75 * share)
        curve.append({
            "epoch": round(epoch, 4), "cost": round(work * steps * share, 2), "seconds": round(seconds * steps * share, 4),
            "training_loss": training if i else None, "training_accuracy": None if not i else 1 - min(0.9, 0.30 * training),
            "validation_loss": loss * wobble, "validation_accuracy": 1 - min(0.9, 0.29 * loss * wobble)})
        if status == "diverged" and loss > 10 * START:
            break
    last = curve[-1]
    final = {"training_loss": last["training_loss"], "training_accuracy": last["training_accuracy"],
             "validation_loss": last["validation_loss"], "validation_accuracy": last["validation_accuracy"],
             "test_loss": last["validation_loss"] * 0.97, "test_accuracy": min(1, last["validation_accuracy"] + 0.002),
             "squared_error": None}
    if status == "diverged":
        final = dict.fromkeys(final)
    return {"method": method, "purpose": purpose, "trial": trial, "seed": seed, "options": options, "status": status,
            "reason": reason, "steps": steps, "evaluations": {"values": steps if method == "lbfgs" else 0, "gradients": steps,
                                                              "products": 0 if work < 10 else 15 * steps},
            "curve": curve, "final": final}


def plan(method):
    _, _, best, _, work, _ = METHODS[method]
    entry = {"name": method, "batch_size": 128, "curvature_batch_size": 0, "fixed": {}}
    if method == "lbfgs":
        entry["batch_size"] = 2048
        entry["space"] = [{"option": "curvature_pairs", "values": [5, 10, 20, 40]}]
        entry["trials"] = [{"curvature_pairs": n} for n in (5, 10, 20, 40)]
        return entry
    option, low, high = ("initial_damping", 1e-2, 1e2) if work > 10 else ("learning_rate", best / 100, best * 100)
    if work > 10:
        entry["batch_size"], entry["curvature_batch_size"] = 5500, 1375
        entry["fixed"] = {"max_iterations": 30}
    if method == "sgd":
        low, high = 1e-3, 10
    low, high = float(f"{low:.1g}"), float(f"{high:.1g}")
    entry["space"] = [{"option": option, "scale": "log", "low": low, "high": high}]
    chance = draw(method, "rates")
    rates = [low * (high / low) ** ((i + chance.random()) / TRIALS) for i in range(TRIALS)]
    chance.shuffle(rates)
    entry["trials"] = [{option: rate} for rate in rates]
    if method == "momentum":
        entry["space"].append({"option": "momentum", "values": [0.8, 0.9, 0.95]})
        for trial in entry["trials"]:
            trial["momentum"] = chance.choice([0.8, 0.9, 0.95])
    return entry


def write(folder, unfinished=False):
    os.makedirs(os.path.join(folder, "runs"), exist_ok=True)
    plans = [plan(method) for method in METHODS]
    parts = {"training": 55000, "validation": 5000, "test": 10000}
    comparison = {
        "format": 1, "gradus": "0.1.0",
        "machine": {"processor": "A processor with 2 cores", "threads": 2, "system": "Linux 6.1"},
        "created": "2026-11-24T17:00:00Z",
        "problem": {"name": "invented-mlp", "description": "A network 784-1000-500-100-10 of rectified linear units learns to read "
                    "handwritten digits <as if>.", "parameters": 1336610, "batch_size": 128, "criterion": "validation_loss",
                    "target": 0.1,
                    "data": [{"name": "invented digits", "part": part, "cases": cases,
                              "sha256": hashlib.sha256(part.encode()).hexdigest()} for part, cases in parts.items()]},
        "budget": {"amount": EPOCHS, "unit": "epochs"}, "seed": 0, "seeds": SEEDS, "trials": TRIALS, "methods": plans}
    with open(os.path.join(folder, "comparison.json"), "w") as file:
        json.dump(comparison, file)
    for position, entry in enumerate(plans):
        method = entry["name"]
        runs = [run(method, "tune", k, k, options, 1000 + k) for k, options in enumerate(entry["trials"])]
        best = min(runs, key=lambda r: r["final"]["validation_loss"] if r["status"] == "ok" else math.inf)
        if unfinished and position > 8:
            runs = runs[:5] if position == 9 else []
        elif not (unfinished and position == 8):
            runs += [run(method, "final", k, best["trial"], best["options"], k + 1) for k in range(SEEDS)]
        numbers = {"tune": 0, "final": 0}
        for one in runs:
            number = numbers[one["purpose"]]
            numbers[one["purpose"]] += 1
            with open(os.path.join(folder, "runs", f"{method}-{one['purpose']}-{number}.json"), "w") as file:
                json.dump(one, file)
    if unfinished:
        with open(os.path.join(folder, "runs", "sgd-tune-3.json"), "w") as file:
            file.write('{"method": "sgd", "purp')


if __name__ == "__main__":
    write(sys.argv[1], "unfinished" in sys.argv[2:])
