#!/usr/bin/env python3
"""Deep autoencoders from sparse random weights, without pre-training: Hessian-free beside first-order methods and L-BFGS.

    docs/results/hessian_free.py PROGRAM [RUN ...]      PROGRAM: gradus-autoencoder
    docs/results/hessian_free.py table

Every run but one has the same budget, counted in gradients of all its cases (a Hessian-free step's products cost what they cost); one of
Hessian-free goes on to 4000. Rates of
the first-order methods are tuned on a small grid, with the whole budget. Runs that are in hessian_free.json already are not
repeated; hessian_free.md is written beside it.
"""
import json
import pathlib
import subprocess
import sys

HERE = pathlib.Path(__file__).parent
DATA = HERE / "hessian_free.json"
PROBLEM, CASES, COST, SEED = "curves", 2000, 600, 1


def falling(rate, batch):
    return {"schedule": "cosine", "rate": rate, "steps": COST * CASES // batch}


def run(method, options, batch=0, every=20, curvature=0, cost=COST):
    return {"method": method, "options": options, "batch": batch, "curvature": curvature, "every": every, "budget": cost}


RUNS = {"hessian-free": run("hessian-free", {"penalty": 2e-5}, every=1, curvature=CASES // 4),
        "hessian-free, 60 iterations": run("hessian-free", {"penalty": 2e-5, "max_iterations": 60}, every=1, curvature=CASES // 4),
        "hessian-free, half the cases": run("hessian-free", {"penalty": 2e-5}, every=1, curvature=CASES // 2, cost=4000),
        "lbfgs": run("lbfgs", {})}
for rate in (0.0003, 0.001, 0.003):
    RUNS[f"adam {rate:g}"] = run("adam", {"learning_rate": falling(rate, 100)}, 100)
for rate in (0.001, 0.005, 0.02):
    RUNS[f"nesterov {rate:g}"] = run("nesterov", {"learning_rate": rate, "momentum": {"schedule": "sutskever", "rate": 0.99}}, 100)


def measure(program, runs, name):
    if name in runs:
        return
    r = RUNS[name]
    command = [program, "--problem", PROBLEM, "--cases", str(CASES), "--cost", str(r["budget"]), "--seed", str(SEED), "--method", r["method"],
               "--options", json.dumps(r["options"]), "--batch-size", str(r["batch"]), "--curvature-batch-size", str(r["curvature"]),
               "--every", str(r["every"])]
    done = subprocess.run(command, capture_output=True, text=True)
    curve = [json.loads(line) for line in done.stdout.splitlines()]
    runs[name] = {**r, "seed": SEED, "cases": CASES, "ended": done.stderr.strip(),
                  "curve": [{k: p[k] for k in ("epoch", "cost", "seconds", "loss", "squared_error")} for p in curve]}
    DATA.write_text(json.dumps(runs, indent=1) + "\n")
    print(name, curve[-1]["squared_error"] if curve else done.stderr, flush=True)


def at(curve, cost):
    """The squared error at the last point that cost no more; nothing beyond the run's end."""
    if not curve or curve[-1]["cost"] < 0.99 * cost:
        return "–"
    points = [p["squared_error"] for p in curve if p["cost"] <= cost * 1.0001]
    return f"{points[-1]:.3f}" if points else "–"


def table(runs):
    marks = [20, 50, 100, 200, 400, 600, 1000, 2000, 4000]
    rows = [f"| {name} | " + " | ".join(at(r["curve"], c) for c in marks) + f" | {len(r['curve']) and r['curve'][-1]['seconds']:.0f} |"
            for name, r in sorted(runs.items(), key=lambda item: item[1]["curve"][-1]["squared_error"] if item[1]["curve"] else 1e9)]
    return ("| after so many gradients | " + " | ".join(map(str, marks)) + " | seconds |\n|" + " --- |" * (len(marks) + 2) + "\n"
            + "\n".join(rows) + "\n")


def main():
    runs = json.loads(DATA.read_text()) if DATA.exists() else {}
    if sys.argv[1:] != ["table"]:
        program, *names = sys.argv[1:]
        for name in names or RUNS:
            measure(program, runs, name)
    remarks = HERE / "hessian_free_remarks.md"
    (HERE / "hessian_free.md").write_text(
        "# Hessian-free on a deep autoencoder\n\n"
        f"CURVES, the first {CASES} images of `synthetic_curves()`, 784-400-200-100-50-25-6 and mirrored, sigmoid units, linear code, penalty ½ 2e-5 ‖θ‖²,\n"
        f"sparse random weights (15 connections a unit), no pre-training, float, seed {SEED}. Training squared error, Σ over pixels and mean over cases,\n"
        f"at equal cost in gradients of all cases; in all {COST}. Hessian-free: gradient on all cases, curvature on a quarter or a half of them in turn.\n"
        "Adam: batches of 100, rate down to 0 by half a cosine; Nesterov: batches of 100, Sutskever's momentum schedule up to 0.99; L-BFGS: all cases.\n"
        "Written by `hessian_free.py` from `hessian_free.json`, which holds whole curves.\n\n" + table(runs)
        + (remarks.read_text() if remarks.exists() else ""))


main()
