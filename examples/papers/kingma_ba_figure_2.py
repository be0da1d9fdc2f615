#!/usr/bin/env python3
"""Kingma & Ba (2015), Figure 2(a): a network 784-1000-1000-10 with dropout on MNIST by five methods.

ReLU, batches of 128, dropout 0.5, constant rates; each method's rate from a grid of three, by the training loss after 4 epochs, then 20
epochs (the paper: 200). Budget: 15 runs of 4 epochs and 5 of 20.
"""
from training import Runs, best, table

TUNING, EPOCHS, MARKS = 4, 20, [1, 2, 5, 10, 20]
GRIDS = {"adam": ("learning_rate", [1e-4, 3e-4, 1e-3], {}), "adagrad": ("learning_rate", [3e-3, 1e-2, 3e-2], {}),
         "rmsprop": ("learning_rate", [1e-4, 3e-4, 1e-3], {}), "nesterov": ("learning_rate", [0.01, 0.03, 0.1], {"momentum": 0.9}),
         "adadelta": ("epsilon", [1e-8, 1e-6, 1e-4], {})}

REMARKS = ""


def main():
    runs = Runs("kingma_ba_figure_2", __doc__)

    def train(method, options, epochs):
        return runs.train(method, options, layers="784,1000,1000,10", batch=128, epochs=epochs, others=["--dropout", 0.5])

    rows = []
    for method, (name, values, others) in GRIDS.items():
        tuned = best(train(method, {name: value, **others}, TUNING) for value in values)
        run = tuned and train(method, tuned["options"], EPOCHS)
        if run is None:
            continue
        rows.append([method, f"{name} {run['options'][name]:g}", *(f"{run['training_loss'][m - 1]:.4f}" for m in MARKS), run["test_accuracy"]])
    runs.write("# Kingma & Ba (2015): Adam, Figure 2(a)\n",
               "784-1000-1000-10, ReLU, dropout 0.5 on both hidden layers, batches of 128 of MNIST's 60,000 training images, seed 1. Training loss with dropout, the\n"
               "mean over each epoch. Rates are constant, the best of three by the loss after 4 epochs. Written by `examples/papers/kingma_ba_figure_2.py`.\n",
               table(["method", "tuned", *(f"epoch {m}" for m in MARKS), "test accuracy, %"], rows),
               "The paper's claim, after 200 epochs: Adam reaches the lowest training cost. The text states neither the dropout rate nor the initial weights.\n", REMARKS)


main()
