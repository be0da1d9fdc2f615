"""What the scripts of this folder share: runs of `gradus train` that are made once and kept, and the page that shows them."""
import argparse
import json
import pathlib
import re
import subprocess
import tempfile

RESULTS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "results" / "papers"


class Runs:
    """The runs of one figure, in NAME.json, written anew after each of them; runs that are there are not repeated."""

    def __init__(self, name, description):
        parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
        parser.add_argument("program", nargs="?", help="the gradus program; without it, only the page is written anew")
        parser.add_argument("mnist", nargs="?", default="mnist", help="folder of MNIST's files")
        arguments = parser.parse_args()
        self.program, self.mnist = arguments.program, arguments.mnist
        self.data, self.page = RESULTS / f"{name}.json", RESULTS / f"{name}.md"
        self.runs = json.loads(self.data.read_text()) if self.data.exists() else []

    def train(self, method, options, *, layers, batch, epochs, seed=1, others=()):
        """The run's record, None where it has not been made and there is no program to make it."""
        key = {"method": method, "options": options, "layers": layers, "batch": batch, "epochs": epochs, "seed": seed,
               "others": list(others)}
        for run in self.runs:
            if all(run[k] == v for k, v in key.items()):
                return run
        if self.program is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            history = pathlib.Path(folder) / "history.json"
            done = subprocess.run(
                [self.program, "train", "--data", self.mnist, "--validation", "0", "--layers", layers, "--batch-size", str(batch),
                 "--epochs", str(epochs), "--optimizer", method, "--options", json.dumps(options), "--seed", str(seed),
                 "--history", str(history), *map(str, others)], capture_output=True, text=True)
            if done.returncode not in (0, 1):  # 1: a loss that is not finite, which is a result
                raise SystemExit(done.stderr)
            record = json.loads(history.read_text())
        test = re.search(r"test accuracy ([\d.]+) %, loss ([\d.einf+-]+)", done.stdout)
        run = {**key, "ended": record["reason"], "training_loss": [round(e["training_loss"], 5) for e in record["epochs"]
                                                                   if e["training_loss"] is not None],
               "test_accuracy": float(test[1]) if test else None}
        self.runs.append(run)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self.data.write_text("[\n" + ",\n".join(map(json.dumps, self.runs)) + "\n]\n")
        print(method, json.dumps(options), run["training_loss"][-1:], run["test_accuracy"], flush=True)
        return run

    def write(self, *parts):
        self.page.write_text("\n".join(parts))


def best(runs):
    """The run with the least training loss in its last epoch."""
    ended = [run for run in runs if run and run["training_loss"] and len(run["training_loss"]) == run["epochs"]]
    return min(ended, key=lambda run: run["training_loss"][-1], default=None)


def table(heading, rows):
    lines = [heading, ["---"] * len(heading), *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines) + "\n"
