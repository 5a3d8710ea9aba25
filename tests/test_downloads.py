"""What is downloaded says where it comes from, in its name and in its first lines."""

import io
import re

import numpy as np
import pandas as pd
import pytest

from tests.app import open_page
from transfer_core import SCENARIOS, RunConfig, compare, scenario_config
from transfer_ui import downloads, tables
from transfer_ui.articles import claims, claims_again
from transfer_ui.controls.link import from_query
from transfer_ui.downloads import Origin, file_name, to_csv

QUICK = {"n_epochs": "5", "unfreeze_epoch": "2", "n_seeds": "2", "pretrain_epochs": "1", "hidden_width": "16"}
TABLE = pd.DataFrame({"strategy": ["a", "b"], "test_accuracy": [0.25, 0.5]})


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_name_says_page_scenario_size_and_content_in_safe_characters(scenario):
    config = scenario_config(scenario, images_per_class=5)
    name = file_name(Origin("compare", [config]), "summary")
    assert name.startswith(f"compare_{scenario}_5-per-class_summary_")
    assert re.fullmatch(r"[a-z0-9_-]+\.csv", name)
    assert len(name) < 80


def test_names_tell_two_settings_apart_and_are_the_same_for_the_same():
    names = [
        file_name(Origin("compare", [config]), "summary")
        for config in (RunConfig(), RunConfig(momentum=0.5), RunConfig(seed=10), RunConfig())
    ]
    assert len(set(names)) == 3
    assert names[0] == names[3]
    there = Origin("decide", [RunConfig()], {"among": "all"}, ("images_per_class",))
    assert "per-class" not in file_name(there, "map")
    assert file_name(there, "map") != file_name(there._replace(place={"among": "freeze_or_tune"}), "map")


def test_pandas_skips_the_settings_and_reads_the_table():
    text = to_csv(Origin("compare", [RunConfig(shift_amount=15.0)]), TABLE)
    pd.testing.assert_frame_equal(pd.read_csv(io.StringIO(text), comment="#"), TABLE)


def test_the_link_in_a_file_leads_back_to_its_settings():
    config = RunConfig(images_per_class=5, batch_size=None, gradual=True, hidden_sizes=(32, 32, 32))
    link = next(line for line in to_csv(Origin("compare", [config]), TABLE).splitlines() if line.startswith("# link: "))
    page, _, query = link.removeprefix("# link: ").partition("?")
    assert page == "compare"
    assert from_query(dict(part.split("=") for part in query.split("&"))).config == config


def test_every_setting_is_in_the_file_but_those_that_the_table_goes_through():
    text = to_csv(Origin("decide", [RunConfig()], swept=("images_per_class",)), TABLE)
    assert "# momentum: 0.9\n" in text
    assert "# scenario: MNIST to UCI digits, off centre\n" in text
    assert "# target images per class" not in text


def test_a_repetition_of_a_claim_has_another_file_than_the_stored_run():
    entry = claims.ledger()[0]
    stored, again = claims.origin(entry), claims_again.origin_again(entry, claims_again.Again(None, 10, 30))
    assert file_name(stored, entry.study.name) != file_name(again, entry.study.name)
    assert "# date: " in to_csv(stored, TABLE)
    assert "seed=30" in to_csv(again, TABLE)
    assert "again=%2C30%2C10" in to_csv(again, TABLE)


@pytest.mark.parametrize(
    ("page", "query", "labels"),
    [
        ("compare", {}, ["Summary", "Seed by seed", "Curves"]),
        ("unfreeze", {}, ["Sweep"]),
        ("inside", {}, ["Change per unit"]),
        ("inside", {"look": "drift"}, ["Drift"]),
        ("inside", {"look": "features"}, ["Places"]),
        ("inside", {"look": "errors"}, ["Answers", "Report"]),
        ("inside", {"look": "gradients"}, ["Gradients"]),
        ("inside", {"look": "step"}, ["Step"]),
        ("inside", {"look": "digit", "example": "3"}, ["Probabilities"]),
        ("forgetting", {"anchor": "0.1"}, ["New against old", "Seed by seed", "Epochs and classes"]),
        ("decide", {"guess": "50"}, ["Map", "Gaps", "Accuracies"]),
        ("claims", {"claim": claims.ledger()[0].name}, ["Table"]),
    ],
)
def test_pages_offer_their_tables_with_their_settings(monkeypatch, page, query, labels):
    offered = {}
    monkeypatch.setattr(
        downloads, "offer", lambda label, make, origin, what: offered.update({label: (make(), origin, what)})
    )
    app = open_page(page, query if page == "claims" else QUICK | query)
    assert not app.exception
    assert list(offered) == labels
    for table, origin, what in offered.values():
        assert origin.page == page
        assert file_name(origin, what).startswith(f"{page}_")
        assert len(pd.read_csv(io.StringIO(to_csv(origin, table)), comment="#")) == len(table)


def test_a_summary_begins_with_what_matters_most():
    config = RunConfig(hidden_sizes=(8,), pretrain_epochs=1, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    table = tables.summary(compare(config), {"zero_shot": np.array([0.5, 0.6])})
    first = ["strategy", "test_accuracy", "low", "high", "source_before", "source_after", "multiply_adds"]
    assert list(table.columns)[: len(first)] == first
    assert table["low"].isna().all()  # two seeds are too few for an interval
    assert table["source_after"].notna().sum() == 3


def test_a_network_that_was_never_pretrained_has_no_source_accuracy():
    config = RunConfig(hidden_sizes=(8,), pretrain_epochs=0, n_epochs=2, unfreeze_epoch=1, n_seeds=2)
    assert tables.summary(compare(config), {})[["source_before", "source_after"]].isna().all(axis=None)


@pytest.mark.parametrize(
    ("view", "columns"),
    [("summary", ["test_accuracy", "source_after", "train_accuracy"]), ("seeds", ["Feature extraction", "Zero-shot"])],
)
def test_percentages_have_one_decimal_from_top_to_bottom(view, columns):
    shown = open_page("compare", QUICK | {"numbers": view}).dataframe[0]
    formats = dict(re.findall(r'"([^"]+)": \{[^{}]*"type_config": \{[^{}]*"format": "([^"]+)"', shown.proto.columns))
    assert {name: formats[name] for name in columns} == dict.fromkeys(columns, "%.1f %%")
    assert shown.value[columns[0]].between(1, 100).all()
