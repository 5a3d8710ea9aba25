"""A schedule as text: nothing is lost on the way there and back, and whatever is no schedule is refused in one sentence."""

import random

import pytest

from transfer_core import STRATEGIES, RunConfig
from transfer_core.schedule_text import (
    MAX_PHASES,
    MAX_TEXT,
    ScheduleError,
    from_text,
    phase_of,
    rates_of,
    to_text,
    with_layers,
)
from transfer_core.schedules import n_epochs

CONFIG = RunConfig(hidden_sizes=(8, 8, 8), n_epochs=9, unfreeze_epoch=3, gradual=True, layer_decay=0.385)


def drawn(rng, n_layers):
    """A schedule that somebody might draw."""
    phases = []
    for _ in range(rng.randint(1, MAX_PHASES)):
        rates = [rng.choice([None, 10 ** rng.uniform(-7, 2), 0.05, 100.0]) for _ in range(n_layers)]
        rates[rng.randrange(n_layers)] = rng.uniform(1e-9, 100)
        phases.append(phase_of(rng.randint(1, 800), rates))
    return tuple(phases)


def test_five_hundred_schedules_come_back_to_the_last_bit():
    rng = random.Random(0)
    for _ in range(500):
        schedule = drawn(rng, rng.randint(1, 9))
        text = to_text(schedule)
        assert from_text(text) == schedule
        assert len(text) <= MAX_TEXT
        assert set(text) <= set("0123456789.f-_")


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_schedule_of_a_strategy_comes_back_as_it_is_with_its_names(strategy):
    schedule = STRATEGIES[strategy].build(CONFIG)
    assert from_text(to_text(schedule), CONFIG.n_layers) == schedule


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "schedule must have 1 to 2,000 characters, got ''"),
        ("5-f-f-0.1" * 1000, "schedule must have 1 to 2,000 characters, got '5-f"),
        ("_".join(13 * ["1-f-f-0.1"]), "schedule must have at most 12 phases, got '13'"),
        ("90-f-f-0.1_20-f-f-0.1", "schedule must have at most 100 epochs in all, got '110'"),
        ("0-f-f-0.1", "phase 1 of schedule must begin with its epochs, a whole number from 1, got '0'"),
        ("5-f-f-0.1_-f-f-0.1", "phase 2 of schedule must begin with its epochs, a whole number from 1, got ''"),
        ("٣-f-f-0.1", "phase 1 of schedule must begin with its epochs, a whole number from 1, got '٣'"),
        ("5-f-f-0.1_5-f-0.1", "phase 2 of schedule must have 3 layers after its epochs, got '2'"),
        ("5", "phase 1 of schedule must have 3 layers after its epochs, got '0'"),
        ("5-f-f-f", "phase 1 of schedule must leave a layer to train, got 'f-f-f'"),
        *(
            (
                f"5-f-{odd}-0.1",
                f"layer 2 in phase 1 of schedule must be f (frozen) or a rate above 0 and at most 100, got '{odd}'",
            )
            for odd in (
                "",
                "F",
                "nan",
                "inf",
                "1e3",
                "0",
                "0.000",
                "100.1",
                "1_0"[:1] + "x",
                " 1",
                "+1",
                ".5",
                "5.",
                "0x1",
            )
        ),
    ],
)
def test_what_is_no_schedule_is_refused_with_part_rule_and_value(text, sentence):
    with pytest.raises(ScheduleError) as refused:
        from_text(text, 3, max_epochs=100)
    assert str(refused.value).startswith(sentence)


def test_without_a_network_all_phases_have_the_layers_of_the_first():
    with pytest.raises(ScheduleError, match="phase 2 of schedule must have 2 layers"):
        from_text("5-f-0.1_5-f-f-0.1")
    with pytest.raises(ScheduleError, match="phase 1 of schedule must have one entry per layer"):
        from_text("5")


def read(text):
    """The schedule or the refusal."""
    try:
        return from_text(text, 3, max_epochs=200), ""
    except ScheduleError as error:
        return (), str(error)


def test_ten_thousand_odd_texts_are_read_or_refused_and_never_half_read():
    rng, n_read = random.Random(1), 0
    pieces = [
        "5",
        "20",
        "f",
        "0.1",
        "0.02",
        "-",
        "_",
        "-f",
        "_5-f-f-0.1",
        "0",
        "nan",
        "1e3",
        ".",
        "é",
        "\x00",
        "`",
        "<b>",
        "9" * 50,
    ]
    for _ in range(10_000):
        text = rng.choice(["", "5-f-f-0.1"]) + "".join(rng.choices(pieces, k=rng.randint(0, 8)))
        schedule, refusal = read(text)
        if refusal:
            assert " must " in refusal
            assert len(refusal) < 300
            continue
        n_read += 1
        assert n_epochs(schedule) <= 200
        assert all(any(rate is not None for rate in rates_of(phase)) for phase in schedule)
        assert from_text(to_text(schedule)) == schedule
    assert n_read > 500


@pytest.mark.parametrize(
    ("text", "n_layers", "fitted"),
    [
        ("5-f-f-0.1_5-0.02-0.02-0.1", 3, "5-f-f-0.1_5-0.02-0.02-0.1"),
        ("5-f-0.1_5-0.02-0.1", 4, "5-f-f-f-0.1_5-0.02-0.02-0.02-0.1"),
        ("5-0.01-f-0.1", 2, "5-f-0.1"),
        ("5-0.01-f-f_5-f-f-0.1", 2, "5-0.01-f_5-f-0.1"),
    ],
)
def test_a_deeper_or_shallower_network_keeps_what_it_can(text, n_layers, fitted):
    assert to_text(with_layers(from_text(text), n_layers)) == fitted


@pytest.mark.parametrize(
    ("rates", "name"),
    [
        ([None, None, 0.1], "head only"),
        ([0.1, 0.1, 0.1], "all layers"),
        ([None, 0.1, 0.1], "layer 2 and up"),
        ([0.1, None, 0.1], "layer 1 and head"),
        ([None, 0.1, None], "layer 2"),
        ([0.1, 0.1, None], "layer 1 and layer 2"),
        ([0.1], "head only"),
    ],
)
def test_a_phase_is_named_after_what_trains(rates, name):
    assert phase_of(1, rates).name == name
