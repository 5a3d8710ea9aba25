"""One update of ten networks: ours, PyTorch's, and the matrix products that nobody can avoid."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np

from benchmarks._common import best_seconds, import_torch, print_header, print_row
from transfer_core import Phase, init_params, initial_state, train_step
from transfer_core.arrays import Array, Examples
from transfer_core.training import train

COMMAND = "python -m benchmarks.train_step"
LAYER_SIZES = (64, 64, 64, 10)
N_SEEDS = 10
BATCH_SIZE = 32
STEPS = 20
LEARNING_RATE = 0.01
MOMENTUM = 0.9
FROZEN = (False,) * (len(LAYER_SIZES) - 1)
RATES = (LEARNING_RATE,) * (len(LAYER_SIZES) - 1)


def random_examples() -> Examples:
    """Draw one epoch: `STEPS` minibatches for each seed."""
    rng = np.random.default_rng(0)
    n = STEPS * BATCH_SIZE
    inputs = rng.random((N_SEEDS, n, LAYER_SIZES[0]), dtype=np.float32)
    return Examples(inputs, rng.integers(LAYER_SIZES[-1], size=(N_SEEDS, n)))


def minibatches(examples: Examples) -> list[tuple[Array, Array]]:
    """Cut the epoch beforehand, in the given order."""
    return [
        (np.ascontiguousarray(inputs), np.ascontiguousarray(labels))
        for inputs, labels in zip(
            np.split(examples.inputs, STEPS, axis=1), np.split(examples.labels, STEPS, axis=1), strict=True
        )
    ]


def our_steps(examples: Examples) -> Callable[[], None]:
    """Make `STEPS` calls of the public, checked `train_step`, on minibatches cut beforehand."""
    batches = minibatches(examples)
    state = initial_state(init_params(LAYER_SIZES, seeds=range(N_SEEDS)))

    def steps() -> None:
        nonlocal state
        for inputs, labels in batches:
            state = train_step(state, inputs, labels, frozen=FROZEN, learning_rates=RATES, momentum=MOMENTUM)

    return steps


def our_epochs(examples: Examples) -> Callable[[], None]:
    """Train one epoch of `STEPS` updates in the loop that every run uses: checks, shuffling and cutting included."""
    schedule = (Phase("all layers", 1, FROZEN, RATES),)
    params = init_params(LAYER_SIZES, seeds=range(N_SEEDS))

    def epoch() -> None:
        nonlocal params
        for done in train(
            params,
            schedule,
            examples,
            batch_seeds=range(N_SEEDS),
            batch_size=BATCH_SIZE,
            momentum=MOMENTUM,
        ):
            params = done.params

    return epoch


def torch_steps(examples: Examples) -> Callable[[], None]:
    """Train ten separate PyTorch networks one after another, `STEPS` updates each, on the same minibatches."""
    torch = import_torch()
    batches = [
        [(torch.from_numpy(inputs[seed]), torch.from_numpy(labels[seed])) for inputs, labels in minibatches(examples)]
        for seed in range(N_SEEDS)
    ]
    networks = []
    for seed in range(N_SEEDS):
        torch.manual_seed(seed)
        layers = []
        for fan_in, fan_out in pairwise(LAYER_SIZES):
            layers += [torch.nn.Linear(fan_in, fan_out), torch.nn.ReLU()]
        network = torch.nn.Sequential(*layers[:-1])
        networks.append((network, torch.optim.SGD(network.parameters(), lr=LEARNING_RATE, momentum=MOMENTUM)))
    cross_entropy = torch.nn.functional.cross_entropy

    def steps() -> None:
        for (network, optimizer), own in zip(networks, batches, strict=True):
            for inputs, labels in own:
                optimizer.zero_grad(set_to_none=True)
                cross_entropy(network(inputs), labels).backward()
                optimizer.step()

    return steps


def products_alone(examples: Examples) -> Callable[[], None]:
    """Compute only the stacked matrix products of `STEPS` updates: forward, weight gradients, handing down."""
    batches = minibatches(examples)
    weights = [layer.weights for layer in init_params(LAYER_SIZES, seeds=range(N_SEEDS))]
    rng = np.random.default_rng(0)
    # What a layer hands up and what comes back down has the same shape.
    outputs = [rng.random((N_SEEDS, BATCH_SIZE, width), dtype=np.float32) for width in LAYER_SIZES[1:]]

    def steps() -> None:
        for inputs, _ in batches:
            below = [inputs, *outputs[:-1]]
            for layer, matrix in enumerate(weights):
                below[layer] @ matrix
            for layer in reversed(range(len(weights))):
                np.swapaxes(below[layer], -1, -2) @ outputs[layer]
                if layer:
                    outputs[layer] @ np.swapaxes(weights[layer], -1, -2)

    return steps


def main() -> None:
    """Measure and print."""
    print_header(f"Train step: {N_SEEDS} networks {'-'.join(map(str, LAYER_SIZES))}, batch {BATCH_SIZE}, momentum")
    examples = random_examples()
    best = best_seconds(
        {
            "products": products_alone(examples),
            "train_step": our_steps(examples),
            "train": our_epochs(examples),
            "torch": torch_steps(examples),
        },
        rounds=60,
    )
    micro = {name: seconds / STEPS * 1e6 for name, seconds in best.items()}
    for name, what in (
        ("products", "matrix products alone"),
        ("train_step", "train_step, checks included"),
        ("train", "train, shuffling included"),
        ("torch", "PyTorch, ten networks one after another"),
    ):
        print_row(f"{what}: step of all ten", f"{micro[name]:.0f} us", "", COMMAND)
        print_row(f"{what}: model-steps per second", f"{N_SEEDS / micro[name] * 1e6:,.0f}", "", COMMAND)
    for name in ("train_step", "train"):
        faster, above = micro["torch"] / micro[name], micro[name] / micro["products"]
        print_row(f"{name} / PyTorch, model-steps per second", f"{faster:.1f} x", ">= 10 x", COMMAND)
        print_row(f"{name} / its matrix products, time", f"{above:.2f} x", "<= 2.3 x", COMMAND)


if __name__ == "__main__":
    main()
