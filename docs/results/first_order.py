#!/usr/bin/env python3
"""Every first-order method on MNIST: 784-512-512-10, ReLU, batches of 128, 5 epochs.

    docs/results/first_order.py PROGRAM MNIST [METHOD ...]
    docs/results/first_order.py table

tunes each method's rate on a small grid (2 epochs, seed 0, by the accuracy on 5,000 validation images), trains 5 epochs with
the best one from three other seeds, and writes first_order.json, after each run, and first_order.md beside this file. Runs that are in the
JSON file already are not repeated. With "table" it only writes the table of what is there.
"""
import json
import pathlib
import re
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
DATA = HERE / "first_order.json"
STEPS_PER_EPOCH = 430
TUNING = {"seed": 0, "epochs": 2}
SEEDS = [1, 2, 3]
EPOCHS = 5

# The option that is tuned, its grid, and other options that are not the defaults.
RATE = "learning_rate"
GRIDS = {
    "sgd": (RATE, [0.1, 0.2, 0.4, 0.8], {}),
    "momentum": (RATE, [0.03, 0.1, 0.2, 0.4], {}),
    "nesterov": (RATE, [0.03, 0.1, 0.2, 0.4], {}),
    "adagrad": (RATE, [0.003, 0.01, 0.03, 0.1], {}),
    "rmsprop": (RATE, [1e-4, 3e-4, 1e-3, 3e-3], {}),
    "adadelta": ("epsilon", [1e-8, 1e-6, 1e-4, 1e-2], {}),
    "adam": (RATE, [3e-4, 1e-3, 2e-3, 4e-3], {}),
    "adamax": (RATE, [1e-3, 2e-3, 4e-3, 8e-3], {}),
    "nadam": (RATE, [3e-4, 1e-3, 2e-3, 4e-3], {}),
    "amsgrad": (RATE, [3e-5, 1e-4, 3e-4, 1e-3], {}),
    "adamw": (RATE, [3e-4, 1e-3, 2e-3, 4e-3], {}),
    "radam": (RATE, [3e-4, 1e-3, 2e-3, 4e-3], {}),
    "adabelief": (RATE, [3e-4, 1e-3, 2e-3, 4e-3], {}),
    "yogi": (RATE, [1e-3, 3e-3, 1e-2, 3e-2], {}),
    "adan": (RATE, [3e-4, 1e-3, 3e-3, 1e-2], {}),
    "lion": (RATE, [3e-5, 1e-4, 3e-4, 1e-3], {}),
    "rprop": ("initial_step", [1e-4, 1e-3, 1e-2, 1e-1], {}),
    "lars": (RATE, [1, 3, 10, 30], {}),
    "lamb": (RATE, [1e-3, 3e-3, 1e-2, 3e-2], {}),
    "adafactor": (RATE, [1e-3, 3e-3, 1e-2, 3e-2], {}),
    "muon": (RATE, [1e-2, 2e-2], {}),
    "schedule-free-sgd": (RATE, [0.3, 1, 2, 4], {}),
    "schedule-free-adamw": (RATE, [1e-3, 2.5e-3, 5e-3, 1e-2], {}),
    "prodigy": (RATE, [0.3, 1, 2], {}),
    "lookahead": ("inner", [{"method": "sgd", "learning_rate": r} for r in (0.1, 0.2, 0.4, 0.8)], {}),
    "averaged": ("inner", [{"method": "sgd", "learning_rate": r} for r in (0.1, 0.2, 0.4, 0.8)], {"decay": 0.999}),
    "sophia": (RATE, [3e-5, 1e-4, 3e-4, 1e-3], {}),
    "adahessian": (RATE, [0.003, 0.01, 0.03, 0.15], {}),
}


def options_of(method, value, epochs):
    """What the program gets: rates go down by half a cosine, but for the methods that are meant to do without."""
    name, _, others = GRIDS[method]

    def falling(rate):
        return {"schedule": "cosine", "rate": rate, "steps": epochs * STEPS_PER_EPOCH}

    if name == "inner":
        value = {**value, RATE: falling(value[RATE])}
    elif name == RATE and not method.startswith("schedule-free"):
        value = falling(value)
    return {name: value, **others}


def load():
    return json.loads(DATA.read_text()) if DATA.exists() else []


def run(program, mnist, runs, method, value, seed, epochs):
    options = options_of(method, value, epochs)
    for r in runs:
        if (r["method"], r["options"], r["seed"], r["epochs"]) == (method, options, seed, epochs):
            return r
    history = HERE / "history.tmp.json"
    command = [program, "train", "--data", mnist, "--layers", "784,512,512,10", "--batch-size", "128", "--epochs", str(epochs),
               "--optimizer", method, "--options", json.dumps(options), "--seed", str(seed), "--history", str(history)]
    done = subprocess.run(command, capture_output=True, text=True)
    result = {"method": method, "value": value, "options": options, "seed": seed, "epochs": epochs, "status": "ok"}
    if done.returncode != 0:
        result["status"] = (done.stderr.strip().splitlines() or ["failed"])[-1]
    if match := re.search(r"MNIST: test accuracy ([\d.]+) %, loss ([\d.a-z]+)", done.stdout):
        result["test_accuracy"] = float(match[1])
    if history.exists():
        epochs = json.loads(history.read_text())["epochs"]
        if epochs:
            result["validation_accuracy"] = round(100 * epochs[-1]["validation_accuracy"], 2)
            result["training_loss"] = epochs[-1]["training_loss"]
            result["seconds_per_epoch"] = round(statistics.median(e["seconds"] for e in epochs), 2)
        history.unlink()
    runs.append(result)
    DATA.write_text("[\n" + ",\n".join(json.dumps(r) for r in runs) + "\n]\n")
    print(method, json.dumps(value), "seed", seed, result.get("validation_accuracy"), result.get("test_accuracy"),
          result["status"], flush=True)
    return result


def best_of(tuned):
    return max(tuned, key=lambda r: (r["status"] == "ok", r.get("validation_accuracy", 0)))["value"]


def measure(program, mnist, runs, method):
    tuned = [run(program, mnist, runs, method, value, **TUNING) for value in GRIDS[method][1]]
    for seed in SEEDS:
        run(program, mnist, runs, method, best_of(tuned), seed, EPOCHS)


def shown(value):
    return f"{value['method']} {value[RATE]}" if isinstance(value, dict) else f"{value:g}"


def table(runs):
    rows = []
    for method in GRIDS:
        tuned = [r for r in runs if r["method"] == method and r["seed"] == TUNING["seed"]]
        finals = [r for r in runs if r["method"] == method and r["seed"] in SEEDS and "test_accuracy" in r
                  and r["value"] == best_of(tuned)]
        if len(finals) < len(SEEDS):
            continue
        accuracies = sorted(r["test_accuracy"] for r in finals)
        tried = ", ".join(f"{shown(r['value'])}: {r.get('validation_accuracy', r['status'])}" for r in tuned)
        rows.append((statistics.mean(accuracies),
                     f"| {method} | {statistics.mean(accuracies):.2f} | {accuracies[0]:.2f} – {accuracies[-1]:.2f} "
                     f"| {statistics.mean(r['training_loss'] for r in finals):.4f} "
                     f"| {GRIDS[method][0]} {shown(finals[0]['value'])} | {tried} |"))
    return "\n".join(row for _, row in sorted(rows, reverse=True))


def main():
    runs = load()
    if sys.argv[1:] != ["table"]:
        program, mnist, *methods = sys.argv[1:]
        for method in methods or GRIDS:
            measure(program, mnist, runs, method)
    text = table(runs)
    missing = [method for method in GRIDS if f"| {method} |" not in text]
    remarks = HERE / "first_order_remarks.md"
    (HERE / "first_order.md").write_text(
        "# First-order methods on MNIST\n\n"
        "784-512-512-10, ReLU, softmax cross-entropy, batches of 128, 5 epochs of 55,000 training images, float, no penalty. Rates go\n"
        "down to 0 by half a cosine, but for adadelta and rprop, which have none, and the schedule-free methods. Each method's rate is the\n"
        "best of its grid on 5,000 validation images (2 epochs, seed 0); test accuracy is the mean and\n"
        "the range over seeds 1, 2, 3; the training loss is the mean over the last epoch. All other options have their defaults.\n"
        "Written by `first_order.py` from `first_order.json`, which holds every run"
        + ("; not measured yet: " + ", ".join(missing) if missing else "") + ".\n\n"
        "| method | test accuracy, % | range | training loss | tuned | validation accuracy over the grid |\n"
        "| --- | --- | --- | --- | --- | --- |\n" + text + "\n" + (remarks.read_text() if remarks.exists() else ""))


main()
