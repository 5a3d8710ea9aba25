"""Every study of the registry, run small."""

import re

import numpy as np
import pytest

from transfer_core import SCENARIOS
from transfer_core.studies.execute import execute, rows
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import INCONCLUSIVE, UNTESTED, VERDICTS
from transfer_core.studies.store import Store
from transfer_core.studies.study import Study

SMALL = {"hidden_sizes": (8, 8, 8), "pretrain_epochs": 1, "n_epochs": 2, "unfreeze_epoch": 1, "images_per_class": 2}
ENOUGH, FEW = 6, 2


@pytest.fixture(scope="module", params=list(STUDIES.values()), ids=list(STUDIES))
def study(request):
    return request.param


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(None)


def small_rows(study: Study, store: Store, n_seeds: int, scenario: str | None = None):
    """Lay the study out small and do it."""
    cells = study.cells(study.default_configs(scenario, **SMALL, n_seeds=n_seeds))
    return rows(cells, list(execute(cells, store)))


def test_a_study_says_what_it_asks_and_what_would_settle_it(study):
    assert study.title
    assert study.question.endswith("?")
    assert study.protocol.endswith(".")
    assert study.claims
    for claim in study.claims.values():
        assert claim.text.endswith(".")
        assert claim.confirmed_if != claim.refuted_if
        assert re.fullmatch(r"\d{4}\.\d{4,5}", claim.source.arxiv) or not claim.source.arxiv
        assert claim.source.year or claim.source.authors == "The lesson"


def test_names_and_places_are_its_own():
    assert all(name == study.name and re.fullmatch("[a-z_]+", name) for name, study in STUDIES.items())
    orders = [study.order for study in STUDIES.values()]
    assert orders == sorted(set(orders))


def test_scenarios_exist_and_the_default_is_among_them(study):
    assert set(study.default_scenarios) <= set(study.scenarios) <= set(SCENARIOS)


def test_fields_that_it_sets_itself_change_no_cell(study):
    (config,) = study.default_configs(study.default_scenarios[0])
    others = {
        "hidden_sizes": (9,),
        "images_per_class": 3,
        "shift_amount": 0.5,
        "head_learning_rate": 0.07,
        "backbone_learning_rate": 0.07,
        "unfrozen_learning_rate": 0.07,
        "weight_decay": 0.07,
    }
    changed = config.but(**{name: others[name] for name in study.swept})
    assert [cell.task for cell in study.grid(changed)] == [cell.task for cell in study.grid(config)]


def test_labels_name_each_cell_and_there_are_not_two_of_a_name(study):
    cells = study.cells(study.default_configs())
    places = [tuple(sorted((name, str(value)) for name, value in cell.labels.items())) for cell in cells]
    assert len(set(places)) == len(places) > 1
    assert all(isinstance(value, str | int | float | bool) for cell in cells for value in cell.labels.values())


@pytest.fixture(scope="module")
def found(study, store):
    """What a small run with enough seeds finds."""
    return study.summarise(small_rows(study, store, ENOUGH))


def test_small_run_gives_a_table_that_its_figure_can_draw(study, found):
    figure = study.figure
    columns = {figure.x.column, figure.y.column, figure.series, figure.facet, "mean", "low", "high"} - {""}
    assert columns <= set(found.table.columns)
    assert len(found.table)
    low, high = (found.table[name].to_numpy(float) for name in ("low", "high"))
    assert (low <= high + 1e-12)[~np.isnan(low)].all()


def test_small_run_settles_each_claim_in_a_sentence(study, found):
    assert set(found.findings) == set(study.claims)
    for finding in found.findings.values():
        assert finding.verdict in (*VERDICTS, UNTESTED)  # small networks do not always learn their images
        assert (finding.decisive is None) == (finding.verdict == UNTESTED)
        assert finding.sentence.endswith(".")
        assert finding.verdict == UNTESTED or re.search(r"\d", finding.sentence)
        assert "nan" not in finding.sentence.lower()
        assert "inf " not in finding.sentence.lower()


def test_too_few_seeds_decide_nothing(study, store):
    found = study.summarise(small_rows(study, store, FEW))
    if study.name != "speed":  # its repetitions are rounds on the clock, counted work needs none
        assert {finding.verdict for finding in found.findings.values()} <= {INCONCLUSIVE, UNTESTED}


def test_rows_come_back_from_the_store_to_the_bit(study, store):
    first, second = (small_rows(study, store, ENOUGH) for _ in range(2))
    assert first.equals(second)


@pytest.mark.no_cover
def test_every_scenario_it_offers_can_be_run(study, store):
    for scenario in study.scenarios:
        found = study.summarise(small_rows(study, store, FEW, scenario))
        assert set(found.findings) == set(study.claims)


def test_a_scenario_it_does_not_offer_is_refused(study):
    for scenario in [*(set(SCENARIOS) - set(study.scenarios)), "nonsense"]:
        with pytest.raises(ValueError, match=f"scenario of study {study.name} must be one of"):
            study.default_configs(scenario)
