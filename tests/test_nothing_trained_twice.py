"""What a comparison leaves behind, so that a look inside its networks trains nothing: how much, where, and how true."""

from contextlib import nullcontext
from functools import partial

import numpy as np
import pytest

from tests.app import QUICK, open_page, texts, widget
from tests.present import present
from tests.test_workbench import finish, opened, wait_until
from tests.turns import Log, noting, working
from transfer_core import STRATEGIES, Arm, RunConfig, arm_of, compare
from transfer_core.datasets import content_key
from transfer_core.measures import Drift, Gradients, Similarity
from transfer_core.schedules import with_starts
from transfer_ui.articles.inside import of_the_lab
from transfer_ui.articles.inside.seen import look_into
from transfer_ui.controls.link import from_query
from transfer_ui.on_the_way import measures_of
from transfer_ui.runs import ahead, cached, inside_steps, looking_back, places, steps, weights
from transfer_ui.runs.apart import Apart
from transfer_ui.runs.hands import ProcessHand
from transfer_ui.runs.job import n_bytes
from transfer_ui.runs.kept_weights import KEPT, VARIABLE, InFolder, InMemory
from transfer_ui.runs.known_arms import KnownArms, key_of_arm
from transfer_ui.runs.own_bench import OwnHand
from transfer_ui.runs.shared import SharedResults
from transfer_ui.runs.weights import Plan, plan

CONFIG = from_query(QUICK).config
LARGE = RunConfig(
    hidden_sizes=(128,) * 4, n_seeds=20, images_per_class=1, pretrain_epochs=0, n_epochs=6, unfreeze_epoch=2
)
CONFIGS = {
    "small": CONFIG,
    "gradual": CONFIG.but(gradual=True, hidden_sizes=(8, 8, 8)),
    "without old task": CONFIG.but(pretrain_epochs=0),
    "large": LARGE,
}


def last(steps):
    *_, progress = steps
    return present(progress.results)()


@pytest.fixture(autouse=True)
def nothing_kept():
    KEPT.clear()
    yield
    KEPT.clear()


@pytest.fixture
def trained(monkeypatch):
    """Count the arms that begin to train."""
    begun, epochs = [], Arm.epochs

    def counted(arm, config, measures=()):
        begun.append(arm)
        return epochs(arm, config, measures)

    monkeypatch.setattr(Arm, "epochs", counted)
    return begun


def test_after_a_comparison_nothing_is_trained_to_look_inside(trained):
    query = QUICK | {"seed": "311"}
    assert not open_page("compare", query).exception
    assert len(trained) == len(STRATEGIES)
    app = open_page("inside", query | {"arms": "all"})
    assert not app.exception
    widget(app, "of_seed").set_value("312").run()
    for look in of_the_lab.TITLES:
        widget(app, "look").set_value(look).run()
        assert not app.exception
    assert len(trained) == len(STRATEGIES)


def test_a_look_inside_trains_once_for_the_layers_the_networks_and_the_comparison(trained):
    query = QUICK | {"seed": "321"}
    app = open_page("inside", query)
    widget(app, "of_seed").set_value("322").run()
    assert not app.exception
    assert not open_page("compare", query).exception
    assert len(trained) == len(STRATEGIES)


def test_whoever_moves_one_strategy_trains_that_one_alone_and_nothing_to_look_inside(trained):
    query = QUICK | {"seed": "331"}
    open_page("compare", query)
    moved = query | {"unfreeze_epoch": "4"}
    open_page("compare", moved)
    assert len(trained) == len(STRATEGIES) + 1
    app = open_page("inside", moved)
    assert not app.exception
    assert "4 epochs" in texts(widget(app, "look").set_value("gradients").run().markdown)
    assert len(trained) == len(STRATEGIES) + 1


def test_what_is_not_kept_any_more_is_trained_once(trained):
    query = QUICK | {"seed": "341"}
    open_page("compare", query)
    KEPT.clear()
    app = open_page("inside", query)
    assert len(trained) == 2 * len(STRATEGIES)
    widget(app, "of_seed").set_value("342").run()
    assert not app.exception
    assert len(trained) == 2 * len(STRATEGIES)


def test_a_stored_result_is_trained_once_to_look_inside_and_the_reader_is_told(trained, tmp_path, monkeypatch):
    store = SharedResults(tmp_path)
    for module in (steps, inside_steps):
        monkeypatch.setattr(module, "shared_results", lambda: store)
    last(steps.comparison_steps(CONFIG, {}))
    KEPT.clear()  # as in another server
    known = last(steps.comparison_steps(CONFIG, {}))
    assert len(trained) == len(STRATEGIES)
    said = [step.message for step in inside_steps.inside_steps(CONFIG, known)]
    assert said[0] == "Training again, for weights that were not kept: epoch 1 of 5"
    assert len(trained) == 2 * len(STRATEGIES)
    for seed in CONFIG.seeds:
        last(inside_steps.snapshot_steps(CONFIG, seed))
    moved = CONFIG.but(unfreeze_epoch=4)
    known = {name: run for name, run in known.items() if name != "progressive_unfreezing"}
    said = [step.message for step in inside_steps.inside_steps(moved, known)]
    assert not any("again" in message for message in said)
    assert len(trained) == 2 * len(STRATEGIES) + 1


def test_a_shipped_result_is_trained_once_to_look_inside(trained):
    assert not open_page("inside", {}).exception
    assert len(trained) == len(STRATEGIES)
    for seed in ("3", "7"):
        assert not open_page("inside", {"of_seed": seed, "arms": "all", "look": "drift"}).exception
    assert len(trained) == len(STRATEGIES)


@pytest.fixture
def noted(monkeypatch, tmp_path):
    """Pages whose jobs are computed by two processes, which write down what they train."""
    log = Log(tmp_path / "log")
    for name in ("comparison_steps", "inside_steps", "snapshot_steps"):
        monkeypatch.setattr(cached, name, noting(log, getattr(cached, name)))
    with opened(2) as bench:
        monkeypatch.setattr(places, "workbench", lambda: bench)
        known = KnownArms()
        monkeypatch.setattr(places, "known_arms", lambda: known)
        yield bench, log


def has_begun(job):
    return job.hand is not None


def look_everywhere(query, seeds):
    app = open_page("inside", query | {"arms": "all"})
    assert not app.exception
    for seed in seeds:
        widget(app, "of_seed").set_value(seed).run()
        for look in of_the_lab.TITLES:
            widget(app, "look").set_value(look).run()
            assert not app.exception


@pytest.mark.parametrize("first", ["compare", "inside"])
def test_a_guess_that_is_taken_is_not_trained_again_to_look_inside(noted, first, monkeypatch):
    bench, log = noted
    query = QUICK | {"seed": "411"}
    assert not open_page("compare", query).exception
    here = from_query(query).config
    guesses = list(ahead.neighbours(here))
    wait_until(lambda: all(bench.has_finished(("compare", one)) for one in guesses))
    monkeypatch.setattr(bench, "ahead", lambda *_: None)  # another guess might train what no visitor has asked for yet
    seen = [here]
    for field in ("images_per_class", "backbone_learning_rate", "unfreeze_epoch"):
        seen.append(next(one for one in guesses if getattr(one, field) != getattr(here, field)))
        moved = query | {field: str(getattr(seen[-1], field))}
        assert from_query(moved).config == seen[-1]
        assert not open_page(first, moved).exception
        look_everywhere(moved, ["412"])
    runs = {content_key(key_of_arm(config, arm_of(config, name))) for config in seen for name in STRATEGIES}
    assert len(runs) > 2 * len(STRATEGIES)
    assert {run: log.lines().count(run) for run in runs} == dict.fromkeys(runs, 1)


def test_whoever_leaves_a_comparison_under_way_to_look_inside_trains_nothing_twice(noted):
    bench, log = noted
    query = QUICK | {"seed": "461", "n_epochs": "200"}
    compared = bench.job(*cached.comparison_of(from_query(query).config))
    with bench.waiting_for(compared):
        wait_until(partial(has_begun, compared))
    assert not compared.ended
    look_everywhere(query, ["462"])
    assert not open_page("compare", query).exception
    assert len(log.lines()) == len(set(log.lines())) == len(STRATEGIES)


def test_what_two_hands_have_trained_is_looked_into_by_either(noted):
    bench, log = noted
    for seed in (421, 431):
        config = CONFIG.but(seed=seed)
        compared = bench.job(*cached.comparison_of(config))
        finish(bench, compared)
        places.known_arms().add(compared.result)
        busy = bench.job(("busy", seed), partial(working, 60))
        with bench.waiting_for(busy):
            wait_until(partial(has_begun, busy))
            moved = config.but(unfreeze_epoch=4, seed=seed)
            others = bench.job(*cached.comparison_of(moved))
            finish(bench, others)
        places.known_arms().add(others.result)
        with bench.waiting_for(busy) if busy.hand is compared.hand else nullcontext():
            for asked in (cached.inside_of(moved), cached.snapshots_of(moved, seed + 1), cached.inside_of(config)):
                job = bench.job(*asked)
                finish(bench, job)
                assert not job.error
    lines = log.lines()
    assert len(lines) == len(set(lines)) == 2 * (len(STRATEGIES) + 1)


def test_weights_outlive_the_process_that_trained_them(noted):
    bench, log = noted
    config = CONFIG.but(seed=441)
    compared = bench.job(*cached.comparison_of(config))
    finish(bench, compared)
    places.known_arms().add(compared.result)
    compared.hand.end_process()
    for asked in (cached.inside_of(config), cached.snapshots_of(config, 442)):
        finish(bench, bench.job(*asked))
    assert len(log.lines()) == len(STRATEGIES)


@pytest.mark.parametrize("where", ["memory", "folder"])
def test_the_weights_that_were_used_longest_ago_go_first(where, tmp_path):
    last(steps.comparison_steps(CONFIG, {}))
    weights_of_one = KEPT.find(CONFIG)["end_to_end"]
    InFolder(tmp_path).put("size", weights_of_one)
    (written,) = tmp_path.glob("*.weights")
    size = weights_of_one.n_bytes if where == "memory" else written.stat().st_size
    written.unlink()
    room = InMemory(2 * size) if where == "memory" else InFolder(tmp_path, 2 * size)
    for key in ("one", "other"):
        room.put(key, weights_of_one)
    assert same(room.get("one"), weights_of_one)
    room.put("third", weights_of_one)
    assert room.get("other") is None
    assert room.get("one") is not None
    assert room.get("third") is not None
    room.clear()
    assert room.get("one") is None


def same(one, other):
    pairs = [
        pair for networks in zip(one.networks, other.networks, strict=True) for pair in zip(*networks, strict=True)
    ]
    return one.plan == other.plan and all(
        (a is None and b is None) or all((x == y).all() for x, y in zip(a, b, strict=True)) for a, b in pairs
    )


def test_weights_of_a_visitors_own_data_come_to_lie_on_no_disk():
    assert VARIABLE in ProcessHand().environment()
    for hand in (OwnHand(lambda: None), Apart(partial(iter, ()))._hand):
        assert VARIABLE not in hand.environment()


def test_weights_that_cannot_be_read_or_written_are_missed_and_nothing_else(tmp_path):
    last(steps.comparison_steps(CONFIG, {}))
    one = KEPT.find(CONFIG)["end_to_end"]
    room = InFolder(tmp_path / "gone")
    room.put("key", one)
    assert room.get("key") is None
    room = InFolder(tmp_path)
    room.put("key", one)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:100])
    assert room.get("key") is None


@pytest.mark.parametrize("name", CONFIGS)
def test_what_is_seen_in_the_kept_weights_is_what_is_measured_while_training(name):
    config = CONFIGS[name]
    known = last(steps.comparison_steps(config, {}))
    found = last(inside_steps.inside_steps(config, known))
    kept, n_rows, between = plan(config)
    epochs = {
        "drift": tuple(range(config.n_epochs + 1)),
        "similarity": tuple(sorted(kept + between)),
        "gradient": kept,
    }
    assert len(epochs["similarity"]) == min(weights.LOOKS, config.n_epochs + 1)
    every = compare(config, None, (*measures_of(config), Drift(), Similarity(most=999), Gradients(999)))
    for strategy, result in every.items():
        assert set(found[strategy].measured) == {*result.measured, "first_gradients"}
        for measure in ("drift", "similarity", "gradient"):
            series = found[strategy].measured[measure]
            assert series.epochs == epochs[measure]
            rows = slice(None if measure == "drift" else n_rows)
            expected = result.measured[measure].values[list(series.epochs)][:, rows]
            np.testing.assert_allclose(series.values, expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_array_equal(found[strategy].drift, result.drift)
        np.testing.assert_array_equal(found[strategy].history["val_loss"], result.history["val_loss"])
    # What is frozen has not moved by a bit, and its features are the very same.
    frozen = found["feature_extraction"].measured
    assert (frozen["drift"].values[..., :-1] == 0).all()
    assert (frozen["similarity"].values == 1).all()


@pytest.mark.parametrize("batch_size", [16, None])
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_first_updates_are_those_that_were_made(strategy, batch_size):
    config = CONFIG.but(batch_size=batch_size, unfreeze_epoch=1, weight_decay=0.01, images_per_class=5)
    before_updates = [state.params for state, _ in looking_back.first_updates(config, strategy)]
    updates_per_epoch = -(-50 // (batch_size or 50))
    networks = [epoch.params for epoch in arm_of(config, strategy).epochs(config)]
    assert len(before_updates) == min(looking_back.FIRST_STEPS, updates_per_epoch * config.n_epochs)
    for now, then in zip(before_updates[::updates_per_epoch], networks, strict=False):
        for ours, theirs in zip(now, then, strict=True):
            np.testing.assert_allclose(ours.weights, theirs.weights, atol=1e-5)
            np.testing.assert_allclose(ours.bias, theirs.bias, atol=1e-5)
    found = looking_back.first_gradients(config, strategy)
    assert found.epochs == tuple(range(len(before_updates)))
    assert found.values.shape == (len(before_updates), config.n_seeds, config.n_layers)
    if batch_size:
        start = last(inside_steps.inside_steps(config, {}))[strategy].measured["gradient"].values[0]
        np.testing.assert_allclose(found.values[0], start, rtol=1e-5)


@pytest.mark.parametrize("name", CONFIGS)
def test_networks_of_any_seed_are_those_of_the_comparison_to_the_bit(name):
    config = CONFIGS[name]
    results = compare(config)
    last(steps.comparison_steps(config, {}))
    for row in {0, config.n_seeds - 1}:
        seen = look_into(last(inside_steps.snapshot_steps(config, config.seeds[row])).runs)
        for strategy, result in results.items():
            for network, expected in zip(
                seen[strategy].networks[:: len(seen[strategy].networks) - 1],
                (result.pretrained, result.params),
                strict=True,
            ):
                for layer, whole in zip(network, expected, strict=True):
                    np.testing.assert_array_equal(layer.weights, whole.weights[row])
                    np.testing.assert_array_equal(layer.bias, whole.bias[row])
        freed = np.array([not frozen[0] for frozen in seen["progressive_unfreezing"].frozen])
        np.testing.assert_array_equal(seen["progressive_unfreezing"].n_changed[:, 0] > 0, freed)
        assert (seen["feature_extraction"].n_changed[:, :-1] == 0).all()


def test_other_seeds_of_the_largest_networks_are_trained_alone(trained):
    known = last(steps.comparison_steps(LARGE, {}))
    last(inside_steps.inside_steps(LARGE, known))
    last(inside_steps.snapshot_steps(LARGE, plan(LARGE).n_rows - 1))
    assert len(trained) == len(STRATEGIES)
    alone = last(inside_steps.snapshot_steps(LARGE, 19))
    assert len(trained) == 2 * len(STRATEGIES)
    assert {run.config.seeds for run in alone.runs.values()} == {(19,)}


@pytest.mark.parametrize("name", CONFIGS)
def test_a_run_keeps_no_more_than_its_bound(name):
    config = CONFIGS[name]
    last(steps.comparison_steps(config, {}))
    kept = KEPT.find(config)
    assert set(kept) == set(STRATEGIES)
    for strategy, one in kept.items():
        held = {
            id(part.base if part.base is not None else part): part
            for net in one.networks
            for layer in net
            if layer
            for part in layer
        }
        assert sum((part.base if part.base is not None else part).nbytes for part in held.values()) <= weights.RUN_BYTES
        assert n_bytes(one.networks) > 0, strategy
    assert all(layer is None for layers in kept["feature_extraction"].networks for layer in layers[:-1])
    taken = last(inside_steps.snapshot_steps(config, config.seed))
    assert n_bytes([run.measured for run in taken.runs.values()]) <= weights.SNAPSHOT_BYTES


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, Plan((0, 5, 10, 15, 20, 30, 40, 50, 60), 10, (1, 2))),
        ({"n_epochs": 1, "unfreeze_epoch": 1}, Plan((0, 1), 10, ())),
        ({"n_seeds": 20, "hidden_sizes": (128,) * 4}, Plan((0, 20, 60), 7, (1, 2, 5, 10, 15, 30, 40, 50))),
        ({"hidden_sizes": (128, 128, 128)}, Plan((0, 20, 60), 10, (1, 2, 5, 10, 15, 30, 40, 50))),
    ],
    ids=str,
)
def test_the_start_the_end_and_the_epochs_at_which_layers_are_freed_are_kept_first(changes, expected):
    config = RunConfig(**changes)
    assert plan(config) == expected
    freed = {start for start, _ in with_starts(STRATEGIES["progressive_unfreezing"].build(config))}
    assert freed <= set(expected.epochs)


def test_what_stays_with_a_worker_does_not_ride_on_the_results():
    result = last(steps.comparison_steps(CONFIG, {}))
    assert KEPT.find(CONFIG)
    for run in result.values():
        assert not run.params
        assert not run.pretrained
        assert not any(name.startswith(("weights", "bias")) for name in run.measured)
    bare = compare(CONFIG, None, measures_of(CONFIG))
    assert n_bytes([(run.history, run.measured) for run in result.values()]) <= n_bytes(
        [(run.history, run.measured) for run in bare.values()]
    ) + 8 * sum(run.drift.size for run in bare.values())


def test_the_page_says_over_which_seeds_it_speaks_if_not_over_all():
    large = {"hidden_width": "128", "hidden_layers": "4", "n_seeds": "10", "pretrain_epochs": "0", "n_epochs": "5"}
    words = texts(open_page("inside", large | {"unfreeze_epoch": "2", "images_per_class": "1"}).markdown)
    assert "kept for the first 7 of 10 seeds" in words
    assert "kept for the first" not in texts(open_page("inside", QUICK).markdown)
