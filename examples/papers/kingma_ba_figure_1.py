#!/usr/bin/env python3
"""Kingma & Ba (2015), Figure 1, left: logistic regression on MNIST; Adam, SGD with Nesterov's momentum, Adagrad.

784-10, batches of 128, rates η/√t, 45 epochs; each method's η from a grid, by the training loss at the end; Adagrad, whose sum of
squares makes its rate fall like 1/√t already, with η as well. Budget: 20 runs of 45 epochs. The paper gives no strength for its L2 penalty; ours is ½ 1e-4 ‖w‖².
"""
from training import Runs, best, table

EPOCHS, MARKS = 45, [1, 2, 5, 10, 20, 45]
GRIDS = {"adam": ("adam", [3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 1e-1], {}),
         "nesterov": ("nesterov", [0.01, 0.03, 0.1, 0.3, 1, 3], {"momentum": 0.9}),
         "adagrad": ("adagrad", [0.03, 0.1, 0.3, 1], {}), "adagrad, constant η": ("adagrad", [0.01, 0.03, 0.1, 0.3], {})}

REMARKS = ""


def options(label, rate, others):
    return {"learning_rate": rate if "constant" in label else {"schedule": "inverse-sqrt", "rate": rate}, **others}


def main():
    runs = Runs("kingma_ba_figure_1", __doc__)
    rows = []
    for label, (method, rates, others) in GRIDS.items():
        tried = {rate: runs.train(method, options(label, rate, others), layers="784,10", batch=128, epochs=EPOCHS, others=["--l2", 1e-4])
                 for rate in rates}
        run = best(tried.values())
        if run is None:
            continue
        grid = ", ".join(f"{rate:g}: {r['training_loss'][-1]:.4f}" for rate, r in tried.items() if r and r["training_loss"])
        rows.append([label, *(f"{run['training_loss'][m - 1]:.4f}" for m in MARKS), run["test_accuracy"], grid])
    runs.write("# Kingma & Ba (2015): Adam, Figure 1, left\n",
               "Multinomial logistic regression on MNIST's 60,000 training images, batches of 128, rates η/√t, penalty ½ 1e-4 ‖w‖², seed 1. Training\n"
               "loss, the mean over each epoch as its steps find it, with the penalty; η is the best of the grid by the last epoch. Written by\n"
               "`examples/papers/kingma_ba_figure_1.py`.\n",
               table(["method", *(f"epoch {m}" for m in MARKS), "test accuracy, %", "last loss over the grid of η"], rows),
               "The paper's claim: Adam converges about as SGD with Nesterov's momentum does, both faster than Adagrad.\n", REMARKS)


main()
