"""A network of PyTorch under the schedules of the core: the same update, whatever is cached, chunked or frozen."""

from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

from tests.tiny_backbone import tiny
from transfer_core import Arm, Phase, init_params
from transfer_core.arms import Random
from transfer_core.arrays import Examples, Layer
from transfer_core.network import cross_entropy, predict_logits
from transfer_core.training import minibatch_orders
from transfer_core.training import train as train_core
from transfer_torch.arms import ARMS, Rates
from transfer_torch.errors import MeasureError
from transfer_torch.inputs import Inputs, rows_of
from transfer_torch.machine import Machine
from transfer_torch.network import new_network, take_statistics_anew, use_batch_statistics
from transfer_torch.training import logits_of, train

RATES, N_EPOCHS = Rates(0.1, 0.05), 6
SURGICAL = (Phase("middle", 2, (True, False, True, False), (0.0, 0.05, 0.0, 0.1)),)
SCHEDULES = {name: recipe.build(3, N_EPOCHS, RATES) for name, recipe in ARMS.items()} | {"surgical": SURGICAL}
PICTURES = torch.rand((12, 3, 17, 17), generator=torch.Generator().manual_seed(1))
LABELS, EVERY = torch.arange(12) % 3, torch.arange(12)


def _inputs(backbone, machine=None, pictures=PICTURES):
    machine = machine or Machine("cpu")
    return Inputs(rows_of(pictures, machine), len(pictures), backbone.stages, machine)


def _network(backbone, schedule=SURGICAL):
    return new_network(backbone, Arm(schedule), 3, seed=0)


def _trained(network, schedule, inputs, **options):
    for _ in train(network, schedule, inputs, EVERY, LABELS, order_seed=0, **{"batch_size": 12, **options}):
        pass
    return network


def _by_hand(network, phase, velocity, start, weight_decay, anchor):
    """One update on all pictures, written out."""
    for layer in network:
        layer.requires_grad_(True)
    parameters = [(number, one) for number, layer in enumerate(network) for one in layer.parameters()]
    loss = functional.cross_entropy(network(PICTURES), LABELS)
    gradients = torch.autograd.grad(loss, [one for _, one in parameters])
    with torch.no_grad():
        for place, ((number, one), gradient) in enumerate(zip(parameters, gradients, strict=True)):
            if phase.frozen[number]:
                continue
            target = start[place] if number < 3 else torch.zeros_like(one)
            pull = anchor * (one - target) if anchor else weight_decay * one
            velocity[place] = 0.9 * velocity.get(place, 0.0) + gradient + pull
            one -= phase.learning_rates[number] * velocity[place]


@pytest.mark.parametrize(("weight_decay", "anchor"), [(0.0, 0.0), (0.01, 0.0), (0.0, 0.1)], ids=["", "decay", "L2-SP"])
@pytest.mark.parametrize("name", SCHEDULES)
def test_each_schedule_does_what_plain_pytorch_does_and_leaves_frozen_stages_alone(name, weight_decay, anchor):
    backbone, schedule = tiny(), SCHEDULES[name]
    ours, theirs = _network(backbone), _network(backbone)
    velocity: dict[int, torch.Tensor] = {}
    start = [one.detach().clone() for one in theirs.parameters()]
    options = {"weight_decay": weight_decay, "anchor": anchor, "batch_size": 12, "pretrained": True}
    epochs = train(ours, schedule, _inputs(backbone), EVERY, LABELS, order_seed=0, **options)
    next(epochs)
    for phase in schedule:
        for _ in range(phase.n_epochs):
            before = deepcopy(ours)
            next(epochs)
            _by_hand(theirs, phase, velocity, start, weight_decay, anchor)
            for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
                torch.testing.assert_close(one, other, rtol=0, atol=1e-6)
            for frozen, layer, old in zip(phase.frozen, ours, before, strict=True):
                assert not frozen or _same(layer, old)
    assert next(epochs, None) is None
    assert not _same(ours, _network(backbone))


def _same(one, other):
    values = zip(one.state_dict().values(), other.state_dict().values(), strict=True)
    return all(torch.equal(ours, theirs) for ours, theirs in values)


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_multilayer_perceptron_learns_as_in_the_core(name):
    params = init_params((5, 7, 6, 8, 3), seeds=[0])
    inputs = np.random.default_rng(0).normal(size=(1, 12, 5)).astype(np.float32)
    labels = LABELS.numpy()[None]
    stages = nn.Sequential(*(nn.Sequential(_linear(layer), nn.ReLU()) for layer in params[:-1]))
    network = nn.Sequential(*stages, _linear(params[-1]))
    backbone = replace(tiny(), stages=deepcopy(stages))
    anchor = ARMS[name].anchor if name in ARMS else 0.0
    theirs = train_core(
        params,
        SCHEDULES[name],
        Examples(inputs, labels),
        batch_seeds=[7],
        batch_size=5,
        momentum=0.9,
        weight_decay=anchor,
        decay_to=(*params[:-1], Layer(*map(np.zeros_like, params[-1]))) if anchor else None,
    )
    ours = train(
        network,
        SCHEDULES[name],
        _inputs(backbone, pictures=torch.from_numpy(inputs[0])),
        EVERY,
        LABELS,
        order_seed=7,
        batch_size=5,
        anchor=anchor,
    )
    losses = []
    for number, epoch in zip(ours, theirs, strict=True):
        wanted = float(cross_entropy(predict_logits(epoch.params, inputs), labels)[0])
        with torch.no_grad():
            found = float(functional.cross_entropy(network(torch.from_numpy(inputs[0])), LABELS))
        assert found == pytest.approx(wanted, abs=1e-4)
        losses.append(found)
        assert number == epoch.number
    assert losses[-1] < losses[0]


def _linear(layer):
    weights, bias = (torch.from_numpy(one[0]) for one in layer)
    made = nn.Linear(*weights.shape)
    with torch.no_grad():
        made.weight.copy_(weights.T)
        made.bias.copy_(bias)
    return made


@pytest.mark.parametrize("pretrained", [True, False], ids=["kept for others", "own"])
@pytest.mark.parametrize("name", ["feature_extraction", "stage_by_stage", "top_third"])
def test_a_cached_prefix_changes_nothing(name, pretrained):
    backbone, schedule = tiny(), SCHEDULES[name]
    inputs = _inputs(backbone)
    cached, plain = (
        _trained(_network(backbone), schedule, inputs, batch_size=5, pretrained=pretrained, cache_features=cache)
        for cache in (True, False)
    )
    for one, other in zip(cached.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)
    unmoved = min(phase.first_trainable for phase in schedule)
    known = logits_of(cached, inputs, EVERY, unmoved=unmoved, pretrained=pretrained)
    torch.testing.assert_close(known, cached(PICTURES).detach(), rtol=0, atol=1e-6)


def test_a_stage_that_has_moved_is_not_taken_for_the_pretrained_one():
    backbone = tiny()
    everything, head = SCHEDULES["end_to_end"][0], SCHEDULES["feature_extraction"][0]
    cached, plain = (
        _trained(_network(backbone), (everything, head), _inputs(backbone), pretrained=True, cache_features=cache)
        for cache in (True, False)
    )
    for one, other in zip(cached.parameters(), plain.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)


def test_features_are_computed_once_and_only_as_far_as_memory_goes():
    backbone, calls = tiny(), []
    backbone.stages[0].register_forward_hook(lambda *_: calls.append(1))
    inputs = _inputs(backbone)
    first = inputs.below(2, EVERY[:6])
    n_calls = len(calls)
    assert torch.equal(inputs.below(2, EVERY[:6]), first)
    assert len(calls) == n_calls
    frugal = Inputs(inputs.rows, 12, backbone.stages, inputs.machine, most_kept=0)
    torch.testing.assert_close(frugal.below(2, EVERY[:6]), first)
    n_calls = len(calls)
    frugal.below(2, EVERY[:6])
    assert len(calls) > n_calls


def test_batch_norm_keeps_its_statistics_unless_it_is_to_learn_them_where_it_trains():
    backbone = tiny()
    start = _network(backbone)
    for batch_statistics in (False, True):
        network = _trained(_network(backbone), SURGICAL, _inputs(backbone), batch_statistics=batch_statistics)
        moved = [
            not torch.equal(new[1].running_mean, old[1].running_mean)
            for new, old in zip(network[:3], start, strict=False)
        ]
        assert moved == [False, batch_statistics, False]


def test_a_last_picture_alone_joins_the_minibatch_before_where_statistics_are_taken():
    backbone = tiny()
    pictures = PICTURES[:, :, :15, :15]  # the last stage sees a single place: one picture has no statistics
    inputs = _inputs(backbone, pictures=pictures)
    network = _trained(_network(backbone), SCHEDULES["end_to_end"], inputs, batch_size=11, batch_statistics=True)
    assert all(one.isfinite().all() for one in network.parameters())


class Cramped(Machine):
    """A device that holds three pictures at a time."""

    def in_chunks(self, n, work, *, whole=False):
        def limited(part):
            if part.stop - part.start > 3:
                raise torch.OutOfMemoryError("CUDA out of memory.")
            return work(part)

        return super().in_chunks(n, limited, whole=whole)


def test_short_memory_makes_smaller_batches_says_so_and_changes_no_update():
    said: list[str] = []
    backbone = tiny()
    cramped = _inputs(backbone, Cramped("cpu", tell=said.append))
    ours, theirs = (_trained(_network(backbone), SCHEDULES["head_first"], one) for one in (cramped, _inputs(backbone)))
    for one, other in zip(ours.parameters(), theirs.parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-6)
    assert said == [f"Memory is short: {n} pictures at a time from now on; the updates stay the same." for n in (6, 3)]
    with pytest.raises(
        MeasureError, match="memory must hold 12 pictures at a time, got too little: lower --resolution"
    ):
        _trained(_network(backbone), SCHEDULES["end_to_end"], cramped, batch_statistics=True)


def test_another_error_is_not_taken_for_short_memory():
    def fail(part):
        raise RuntimeError("shapes differ")

    with pytest.raises(RuntimeError, match="shapes differ"):
        Machine("cpu").in_chunks(2, fail)


def test_an_unknown_device_gets_one_sentence():
    with pytest.raises(MeasureError, match=r"--device must be one of auto, .*cpu on this machine, got 'abacus'"):
        Machine("abacus")


def test_arms_of_a_seed_share_their_head_and_a_random_start_shares_no_stage():
    backbone = tiny()
    plain, scratch = (
        new_network(backbone, ARMS[name].arm(3, 4, RATES), 3, 5) for name in ("end_to_end", "from_scratch")
    )
    assert _same(plain[:3], backbone.stages)
    assert _same(plain[3], scratch[3])
    assert not any(torch.equal(one.weight, other.weight) for one, other in _convolutions(plain, scratch))
    assert _same(scratch, new_network(backbone, ARMS["from_scratch"].arm(3, 4, RATES), 3, 5))
    assert not _same(plain[3], new_network(backbone, Arm(SURGICAL), 3, 6)[3])


def _convolutions(*networks):
    return zip(*([part for part in one.modules() if isinstance(part, nn.Conv2d)] for one in networks), strict=True)


def test_every_arm_chooses_among_as_many_settings():
    assert {len(set(recipe.grid)) for recipe in ARMS.values()} == {6}


def test_minibatches_are_those_of_the_core():
    seen = []
    inputs = _inputs(tiny())
    taken = inputs.rows

    def noted(positions):
        seen.append(positions)
        return taken(positions)

    inputs.rows = noted
    _trained(_network(tiny()), SCHEDULES["end_to_end"], inputs, batch_size=5)
    orders = minibatch_orders(12, [0])
    assert torch.cat(seen).tolist() == [place for _ in range(N_EPOCHS) for place in next(orders)[0].tolist()]


def test_statistics_taken_anew_are_those_of_the_training_pictures_alone():
    network = _network(tiny())
    before = deepcopy(network.state_dict())
    take_statistics_anew(network, PICTURES.split(4))
    first, norm = network[0][0], network[0][1]
    with torch.no_grad():
        passed = [first(part) for part in PICTURES.split(4)]
    means = torch.stack([part.mean(dim=(0, 2, 3)) for part in passed])
    variances = torch.stack([part.var(dim=(0, 2, 3)) for part in passed])
    torch.testing.assert_close(norm.running_mean, means.mean(dim=0))
    torch.testing.assert_close(norm.running_var, variances.mean(dim=0))
    assert norm.momentum == nn.BatchNorm2d(1).momentum
    assert not any(part.training for part in network.modules())
    for name, values in network.state_dict().items():
        assert torch.equal(values, before[name]) == ("running" not in name and "tracked" not in name)


def test_from_scratch_is_not_tested_with_the_statistics_of_its_random_start():
    network = new_network(tiny(), Arm(SCHEDULES["from_scratch"], Random()), 3, seed=0)
    inputs = _inputs(tiny())
    _trained(network, SCHEDULES["from_scratch"], inputs, batch_statistics=True)
    before = logits_of(network, inputs, EVERY)
    take_statistics_anew(network, [PICTURES])
    use_batch_statistics(network, (False,) * len(network))
    with torch.no_grad():
        as_trained = network(PICTURES)
    network.eval()
    after = logits_of(network, inputs, EVERY)
    # Of all pictures in one minibatch, the statistics are those that it was trained with, but for n against n - 1.
    assert (after - as_trained).abs().max() < 0.2 * (before - as_trained).abs().max()
