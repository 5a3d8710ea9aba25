"""The default comparison: all strategies, ten seeds, sixty epochs; ours, PyTorch's and scikit-learn's.

PyTorch does the same work and is checked to give the same curves: same start, same minibatches, same
schedule. scikit-learn's classifier cannot freeze a layer, so it is compared on what it can do: training
from scratch.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import numpy as np
from sklearn.neural_network import MLPClassifier
from threadpoolctl import threadpool_limits

from benchmarks._common import best_seconds, import_torch, print_header, print_row
from transfer_core import STRATEGIES, Progress, RunConfig, compare, pretrain, run
from transfer_core.arms import arm_of
from transfer_core.arrays import Array, Params
from transfer_core.examples import source_of, target_of
from transfer_core.measures import Curves
from transfer_core.seeds import Purpose, stream
from transfer_core.training import minibatch_orders
from transfer_ui.on_the_way import measures_of
from transfer_ui.runs.inside_steps import inside_steps, snapshot_steps
from transfer_ui.runs.kept_weights import KEPT, InFolder
from transfer_ui.runs.steps import comparison_steps

COMMAND = "python -m benchmarks.comparison"
CONFIG = RunConfig()
LARGE = RunConfig(hidden_sizes=(128,) * 4)


def torch_network(torch: Any, params: Params, seed: int) -> tuple[Any, list[Any]]:
    """Copy the network of one seed."""
    linears = []
    for layer in params:
        linear = torch.nn.Linear(*layer.weights.shape[-2:])
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(layer.weights[seed].T))
            linear.bias.copy_(torch.tensor(layer.bias[seed]))
        linears.append(linear)
    modules = [module for linear in linears for module in (linear, torch.nn.ReLU())]
    return torch.nn.Sequential(*modules[:-1]), linears


def torch_run(torch: Any, strategy: str, seed: int) -> list[list[float]]:
    """Train one strategy on one seed; return loss and accuracy on both sets before and after each epoch."""
    data = target_of(CONFIG)
    cross_entropy = torch.nn.functional.cross_entropy
    train_set, val_set = (
        (torch.from_numpy(part.inputs[seed]), torch.from_numpy(part.labels[seed])) for part in (data.train, data.val)
    )
    network, linears = torch_network(torch, arm_of(CONFIG, strategy).start_params(CONFIG), seed)
    groups = [{"params": list(linear.parameters()), "lr": 0.0} for linear in linears]
    optimizer = torch.optim.SGD(groups, momentum=CONFIG.momentum, weight_decay=CONFIG.weight_decay)
    orders = minibatch_orders(len(train_set[1]), [stream(CONFIG.seeds[seed], Purpose.BATCHES)])

    def measure() -> list[float]:
        values = []
        with torch.no_grad():
            for inputs, labels in (train_set, val_set):
                logits = network(inputs)
                values.append(cross_entropy(logits, labels).item())
                values.append((logits.argmax(dim=-1) == labels).float().mean().item())
        return values

    history = [measure()]
    for phase in STRATEGIES[strategy].build(CONFIG):
        for index, frozen in enumerate(phase.frozen):
            linears[index].requires_grad_(not frozen)
            optimizer.param_groups[index]["lr"] = phase.learning_rates[index]
        for _ in range(phase.n_epochs):
            for chosen in torch.from_numpy(next(orders)[0]).split(CONFIG.batch_size):
                optimizer.zero_grad(set_to_none=True)
                cross_entropy(network(train_set[0][chosen]), train_set[1][chosen]).backward()
                optimizer.step()
            history.append(measure())
    return history


def torch_comparison(torch: Any) -> dict[str, Array]:
    """Train every strategy on every seed, one network after the other.

    Returns
    -------
    dict of str to ndarray of shape (n_seeds, n_epochs + 1, 4)
        Train loss and accuracy, validation loss and accuracy.
    """
    return {name: np.array([torch_run(torch, name, seed) for seed in range(CONFIG.n_seeds)]) for name in STRATEGIES}


def sklearn_from_scratch(*, curves: bool) -> None:
    """Train scikit-learn's network from scratch on every seed, one after another.

    Parameters
    ----------
    curves : bool
        Epoch by epoch with `partial_fit`, with loss and accuracy on both sets after each, as ours; or all
        epochs in one `fit`, with nothing measured but its own training loss.
    """
    data = target_of(CONFIG)
    for seed in range(CONFIG.n_seeds):
        network = MLPClassifier(
            CONFIG.hidden_sizes,
            solver="sgd",
            alpha=CONFIG.weight_decay,
            batch_size=CONFIG.batch_size,
            learning_rate_init=CONFIG.backbone_learning_rate,
            momentum=CONFIG.momentum,
            nesterovs_momentum=False,
            max_iter=CONFIG.n_epochs,
            tol=0.0,
            n_iter_no_change=CONFIG.n_epochs,
            random_state=seed,
        )
        inputs, labels = data.train.inputs[seed], data.train.labels[seed]
        if not curves:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # it warns that it has not converged
                network.fit(inputs, labels)
            continue
        classes = np.unique(labels)
        for _ in range(CONFIG.n_epochs):
            network.partial_fit(inputs, labels, classes=classes)
            for part in (data.train, data.val):
                probabilities = network.predict_proba(part.inputs[seed])
                chosen = np.take_along_axis(probabilities, part.labels[seed][:, None], axis=-1)
                -np.log(np.maximum(chosen, np.finfo(chosen.dtype).tiny)).mean()
                (probabilities.argmax(axis=-1) == part.labels[seed]).mean()


def our_training_alone(strategies: Iterable[str]) -> None:
    """Train as `compare` does, but measure nothing: what one `fit` of scikit-learn does."""
    for name in strategies:
        arm_of(CONFIG, name).trained(CONFIG)


def check_same_work(torch: Any) -> str:
    """Compare PyTorch's curves with ours; they differ by rounding, which training amplifies."""
    ours, theirs = compare(CONFIG), torch_comparison(torch)
    gaps = {
        key: max(np.abs(ours[name].history[key] - theirs[name][..., index]).max() for name in STRATEGIES)
        for index, key in enumerate(("train_loss", "train_accuracy", "val_loss", "val_accuracy"))
    }
    return "largest gap between our curves and PyTorch's: " + ", ".join(f"{key} {gap:.0e}" for key, gap in gaps.items())


def pretraining_seconds(rounds: int) -> tuple[float, float]:
    """Time pretraining of ten seeds never seen before: cutting their data, then training."""
    cutting, training = [], []
    with threadpool_limits(limits=1):
        for turn in range(rounds):
            config = CONFIG.but(seed=1000 * (turn + 1))
            started = process_time()
            source_of(config)
            cut = process_time()
            pretrain(config)
            cutting.append(cut - started)
            training.append(process_time() - cut)
    return min(cutting), min(training)


def all_steps(steps: Iterator[Progress]) -> Any:
    """Do the steps of a job; give its results."""
    *_, last = steps
    assert last.results is not None
    return last.results()


def keeping(config: RunConfig) -> dict[str, Callable[[], object]]:
    """Compare as pages ask for it, without and with all that is kept for a look inside."""
    return {
        "all, as pages": lambda: compare(config, measures=measures_of(config)),
        "all, keeping weights": lambda: all_steps(comparison_steps(config, {})),
    }


def main() -> None:
    """Measure and print; weights are kept in a folder, as the hands of a server do."""
    with TemporaryDirectory() as folder:
        KEPT.room = InFolder(Path(folder))
        measure()


def measure() -> None:
    """Measure and print."""
    torch = import_torch()
    n_strategies = len(STRATEGIES)
    print_header(
        f"Default comparison: {n_strategies} strategies x {CONFIG.n_seeds} seeds x {CONFIG.n_epochs} epochs, "
        "pretraining cached"
    )
    cutting, training = pretraining_seconds(rounds=3)
    pretrain(CONFIG)
    print(check_same_work(torch), end="\n\n")
    ours: dict[str, Callable[[], object]] = {
        "all": lambda: compare(CONFIG),
        "scratch": lambda: run(CONFIG, "from_scratch"),
        "all, curves": lambda: compare(CONFIG, measures=(Curves(),)),
        "all, no measures": lambda: compare(CONFIG, measures=()),
        **keeping(CONFIG),
        "all, training": lambda: our_training_alone(STRATEGIES),
        "scratch, training": lambda: our_training_alone(["from_scratch"]),
    }
    known = all_steps(comparison_steps(CONFIG, {}))
    ours |= {
        "inside": lambda: all_steps(inside_steps(CONFIG, known)),
        "another seed": lambda: all_steps(snapshot_steps(CONFIG, CONFIG.seed + 1)),
    }
    best = best_seconds(
        {
            **ours,
            "torch": lambda: torch_comparison(torch),
            "sklearn": lambda: sklearn_from_scratch(curves=True),
            "sklearn, training": lambda: sklearn_from_scratch(curves=False),
        },
        rounds=2,
    )
    # Ours are so short that a few more turns cost nothing.
    best |= {name: min(best[name], seconds) for name, seconds in best_seconds(ours, rounds=8).items()}

    def row(what: str, measured: str, aim: str = "") -> None:
        print_row(what, measured, aim, COMMAND)

    row("ours, the comparison", f"{best['all']:.3f} s", "< 0.5 s")
    row("ours, from scratch", f"{best['scratch']:.3f} s")
    row("ours, the comparison without measures", f"{best['all, no measures']:.3f} s", "as training alone")
    row("ours, the comparison, training alone", f"{best['all, training']:.3f} s")
    curves = best["all, curves"] - best["all, no measures"]
    row("its curves / its training", f"{curves / best['all, training']:.2f} x", "<= 0.33 x")
    row("ours, from scratch, training alone", f"{best['scratch, training']:.3f} s")
    row("PyTorch, the comparison", f"{best['torch']:.2f} s")
    row("scikit-learn, from scratch, partial_fit and curves", f"{best['sklearn']:.2f} s")
    row("scikit-learn, from scratch, training alone (fit)", f"{best['sklearn, training']:.2f} s")
    row("PyTorch / ours, the comparison", f"{best['torch'] / best['all']:.1f} x", ">= 6 x")
    for kind, note in (("", ""), (", training", ", training alone")):
        theirs = best["sklearn" + kind]
        row(f"scikit-learn / ours, from scratch{note}", f"{theirs / best['scratch' + kind]:.1f} x", ">= 6 x")
        scaled = n_strategies * theirs / best["all" + kind]
        row(f"{n_strategies} x scikit-learn from scratch / ours, the comparison{note}", f"{scaled:.1f} x", ">= 6 x")
    row("ours, the comparison as pages ask for it", f"{best['all, as pages']:.3f} s")
    row(
        "the same, all that Inside needs kept / not",
        f"{best['all, keeping weights'] / best['all, as pages']:.2f} x",
        "<= 1.1 x",
    )
    large = best_seconds(keeping(LARGE), rounds=6)
    said = f"{large['all, keeping weights'] / large['all, as pages']:.2f} x"
    row("the same with four layers of 128 units", said, "<= 1.1 x")
    kept = KEPT.find(CONFIG)
    most = max(one.n_bytes for one in kept.values()) / 1e6
    row("weights kept of the largest run", f"{most:.1f} MB", "<= 4 MB")
    row("weights kept of the comparison", f"{sum(one.n_bytes for one in kept.values()) / 1e6:.1f} MB", "<= 20 MB")
    row("a look inside from kept weights", f"{best['inside']:.3f} s")
    row("the networks of another seed from kept weights", f"{best['another seed']:.3f} s")
    row("ours, pretraining of ten seeds", f"{training:.3f} s", "< 1 s")
    row("ours, cutting the data for it", f"{cutting:.3f} s")


if __name__ == "__main__":
    main()
