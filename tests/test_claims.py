"""The ledger: its entries, what is shipped, and the page."""

import html
from base64 import b64decode

import numpy as np
import pandas as pd
import pytest

from tests.app import open_page, texts, widget
from tests.present import present
from tests.rounding import check_mean, share_of_calm
from transfer_core import RunConfig
from transfer_core.bibliography import LESSON
from transfer_core.studies.execute import measure
from transfer_core.studies.fingerprint import fingerprint
from transfer_core.studies.questions.decision_map import MAP
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import INCONCLUSIVE, UNTESTED, VERDICTS
from transfer_core.studies.shipped import FOLDER, PAGES, read, write
from transfer_core.studies.study import FIRST_SEEDS, N_SEEDS, QUESTIONS, Decisive, Reading
from transfer_ui.articles import claim_row, claims

# What a clock shows depends on the machine; what was counted does not.
ON_THE_CLOCK = ("seconds", "clock")


@pytest.fixture(scope="module", params=list(STUDIES.values()), ids=list(STUDIES))
def study(request):
    return request.param


def test_every_study_is_shipped_and_nothing_else():
    assert {path.name for path in FOLDER.iterdir()} == {
        f"{name}{ending}" for name in STUDIES for ending in (".json", ".cells.json.gz")
    }


def test_shipped_results_say_what_made_them(study):
    stored = present(read(study.name))
    assert set(stored.made) == {"date", "versions", "machine", "command"}
    assert "NumPy" in stored.made["versions"]
    assert stored.configs == [repr(config) for config in study.default_configs()]
    assert tuple(stored.findings) == FIRST_SEEDS


def test_shipped_findings_follow_from_the_shipped_cells(study):
    stored = present(read(study.name))
    cells = study.cells(study.default_configs())
    assert len(stored.cells) == len(cells)
    found = study.summarise(stored.rows(cells))
    assert found.findings == stored.summary.findings
    pd.testing.assert_frame_equal(found.table, stored.summary.table, check_dtype=False, atol=1e-9)
    for seed in FIRST_SEEDS[1:]:
        rows = stored.rows(study.cells(study.default_configs(seed=seed)), seed)
        assert set(rows["seed"]) == set(range(seed, seed + N_SEEDS))
        assert study.summarise(rows).findings == stored.findings[seed]


@pytest.mark.no_cover
def test_a_sample_of_the_shipped_cells_still_holds(study):
    """Train some cells anew, perhaps on another machine than the one that made them."""
    stored = present(read(study.name)).stored
    rng = np.random.default_rng(sum(study.name.encode()))
    pairs = []
    for seed in rng.choice(FIRST_SEEDS, 2, replace=False):
        cells = study.cells(study.default_configs(seed=int(seed)))
        place = rng.integers(len(cells))
        for now, then in zip(measure(cells[place], fingerprint()), stored.blocks[seed][place], strict=True):
            assert now.labels == then.labels
            assert now.values.keys() == then.values.keys()
            for name in now.values:
                if not any(word in name for word in ON_THE_CLOCK):
                    check_mean(now.values[name], then.values[name], name)
                    pairs.append((now.values[name], then.values[name]))
    assert share_of_calm(pairs) >= 0.5


def test_another_machine_is_told_from_another_computation():
    rng = np.random.default_rng(0)
    then = rng.uniform(0.6, 0.8, 20)
    calm, chaotic = then.copy(), then.copy()
    calm[3] += 0.019
    chaotic[[2, 5, 11]] += [0.4, -0.3, 0.2]
    for now in (calm, chaotic):
        check_mean(now, then, "accuracy")
        assert share_of_calm([(now, then)]) >= 0.5
    check_mean([np.inf, np.nan, 3e9, 1.0], [4e8, np.inf, np.nan, 1.0], "moved")
    with pytest.raises(AssertionError, match="accuracy"):
        check_mean(then + rng.normal(0.01, 0.002, 20), then, "accuracy")
    assert share_of_calm([(rng.permutation(then), then)]) < 0.5


@pytest.mark.parametrize("drawn", [MAP, STUDIES["crossover"]], ids=["map", "crossover"])
def test_what_a_page_draws_at_the_default_settings_is_stored_and_still_holds(drawn):
    stored = present(read(drawn.name, PAGES))
    config = RunConfig()
    cells = drawn.cells([drawn.without_swept(config)])
    assert stored.configs == [repr(drawn.without_swept(config))]
    assert stored.fits(cells)
    place = next(place for place, cell in enumerate(cells) if cell.labels["strategy"] == "end_to_end")
    (now,), (then,) = measure(cells[place], fingerprint()), stored.cells[place]
    np.testing.assert_allclose(now.values["test_accuracy"], then.values["test_accuracy"], atol=0.02)


def test_a_stored_result_that_no_longer_holds_is_noticed(tmp_path):
    study = STUDIES["same_basin"]
    stored = present(read(study.name))
    path = write(study, stored.made, stored.stored.blocks, tmp_path)
    for ending in (".json", ".cells.json.gz"):
        assert path.with_suffix(ending).read_bytes() == (FOLDER / path.with_suffix(ending).name).read_bytes()
    first = next(iter(stored.stored.blocks))
    changed = {seed: [list(readings) for readings in block] for seed, block in stored.stored.blocks.items()}
    labels, values = changed[first][0][0]
    changed[first][0][0] = Reading(labels, {**values, "test_accuracy": values["test_accuracy"] + 0.5})
    path = write(study, stored.made, changed, tmp_path)
    assert not present(read(study.name, tmp_path)).table.equals(stored.table)


def test_stored_cells_of_another_grid_are_refused():
    study = STUDIES["same_basin"]
    with pytest.raises(ValueError, match="stored cells must be those of the study"):
        present(read(study.name)).rows(study.cells(study.default_configs())[1:])


def test_the_ledger_has_every_claim_once_by_question_the_lesson_first():
    ledger = claims.ledger()
    assert len({entry.name for entry in ledger}) == len(ledger) == sum(len(study.claims) for study in STUDIES.values())
    questions = [list(QUESTIONS).index(entry.claim.question) for entry in ledger]
    assert questions == sorted(questions)
    for _, here in claims.by_question(ledger):
        lesson = [entry.claim.source == LESSON for entry in here]
        assert lesson == sorted(lesson, reverse=True)
    assert sum(entry.claim.source == LESSON for entry in ledger) >= 8
    assert {entry.verdict for entry in ledger} <= {*VERDICTS, UNTESTED}


def test_a_verdict_is_shipped_only_where_all_blocks_agree():
    for entry in claims.ledger():
        blocks = {finding.verdict for finding in entry.standing.findings}
        assert len(entry.standing.findings) == len(FIRST_SEEDS)
        assert entry.verdict in ({next(iter(blocks)), INCONCLUSIVE} if len(blocks) == 1 else {INCONCLUSIVE})


def test_the_tally_counts_what_the_ledger_holds():
    ledger = claims.ledger()
    counts = claims.filters(ledger)
    assert counts["all"] == f"All {len(ledger)}"
    assert sum(int(title.split()[-1]) for name, title in counts.items() if name != "all") == len(ledger)
    assert f"Of {len(ledger)} claims" in claims.tally(ledger)
    assert len(claims.tally(ledger).split()) <= 15


def rows_of(app):
    return [html.unescape(element.proto.body) for element in app.get("html") if "claim" in element.proto.body]


def test_the_page_lists_all_claims_each_with_the_interval_that_decides():
    app = open_page("claims", {})
    assert not app.exception
    said = "".join(rows_of(app))
    for entry in claims.ledger():
        assert f"<b>{entry.claim.text}</b>" in said
        assert entry.standing.replication in said
        if entry.standing.first.decisive:
            assert claim_row.words(entry.standing.first.decisive) in said
    assert not app.get("vega_lite_chart")


@pytest.mark.parametrize("value", [-5.0, -0.2, 0.0, 0.003, 0.009, 0.4, 9.0])
def test_the_interval_lies_where_its_numbers_do(value):
    picture = claim_row.picture(Decisive("it", "points", 0.01, value, value - 0.002, value + 0.002, 20), "red", "light")
    picture = b64decode(picture.split("base64,")[1].split('"')[0]).decode()
    middle, dot = claim_row.WIDTH / 2, float(picture.split('cx="')[1].split('"')[0])
    assert 0 < dot < claim_row.WIDTH
    assert np.sign(dot - middle) == np.sign(value)
    strip = picture.split('<rect x="')[1]
    left, width = float(strip.split('"')[0]), float(strip.split('width="')[1].split('"')[0])
    assert (left <= dot <= left + width) == (abs(value) <= 0.01)


@pytest.mark.parametrize("source", [claims.LESSON_ALONE, claims.PAPERS_ALONE])
def test_the_list_can_be_cut_to_a_source(source):
    said = "".join(rows_of(open_page("claims", {"source": source})))
    for entry in claims.ledger():
        assert (f"<b>{entry.claim.text}</b>" in said) == ((entry.claim.source == LESSON) == (source == "lesson"))


@pytest.mark.parametrize("verdict", list(claims.SLUGS.values()))
def test_the_list_can_be_cut_to_a_verdict(verdict):
    said = "".join(rows_of(open_page("claims", {"verdict": verdict})))
    for entry in claims.ledger():
        assert (f"<b>{entry.claim.text}</b>" in said) == (claims.SLUGS[entry.verdict] == verdict)


@pytest.mark.no_cover
def test_every_claim_opens_by_its_link_with_figure_protocol_and_rule():
    for study in STUDIES.values():
        name = f"{study.name}.{next(iter(study.claims))}"
        app = open_page("claims", {"claim": name})
        assert not app.exception
        assert not app.warning
        assert app.get("vega_lite_chart")
        said = texts(app.markdown)
        claim = claims.entry(*name.split(".")).claim
        assert study.protocol in said
        assert f"*Confirmed* if {claim.rule.confirmed_if}." in said
        assert f"*Refuted* if {claim.rule.refuted_if}." in said
        assert claim.objection in said
        assert "Stored results from " in texts(app.caption)


def test_a_claim_is_opened_and_closed_with_its_button():
    name = "same_basin.one_basin"
    app = open_page("claims", {})
    widget(app, f"open_{name}").click().run()
    assert app.query_params["claim"] == name
    assert app.get("vega_lite_chart")
    widget(app, f"open_{name}").click().run()
    assert "claim" not in app.query_params
    assert not app.get("vega_lite_chart")


def test_a_claim_that_does_not_exist_is_said_as_text():
    app = open_page("claims", {"claim": "<img src=x>"})
    assert not app.exception
    assert "claim in the link must be a claim on the list" in texts(app.warning)
    assert "`<img src=x>`" in texts(app.warning)


def test_a_repetition_with_other_seeds_gets_its_own_verdict():
    name = "same_basin.one_basin"
    app = open_page("claims", {"claim": name})
    widget(app, f"again_scenario_{name}").set_value("low_to_high")
    widget(app, f"again_n_seeds_{name}").set_value(10)
    widget(app, f"again_{name}").click().run(timeout=120)
    assert not app.exception
    assert "**Repeated on Digits 0-4 to digits 5-9, seeds 3000 to 3009: one block alone**" in texts(app.markdown)
    assert len(app.get("vega_lite_chart")) >= 2
    assert app.query_params["again"] == "low_to_high,3000,10"
    widget(app, f"again_seed_{name}").set_value(30).run(timeout=120)
    assert "**Again" not in texts(app.markdown)


def test_a_link_to_one_claim_shows_it_first_whatever_the_list_is_cut_to():
    name = "speed.fast"
    other = next(slug for verdict, slug in claims.SLUGS.items() if verdict != claims.entry(*name.split(".")).verdict)
    app = open_page("claims", {"claim": name, "verdict": other})
    buttons = [button.key for button in app.button if (button.key or "").startswith("open_")]
    assert buttons[0] == f"open_{name}"
    assert app.get("vega_lite_chart")


@pytest.mark.parametrize("text", ["mars,10,10", ",ten,10", ",10,7", ",99999,10", "10", "<b>,1,1", ",10,10,x", ",²,10"])
def test_a_wrong_repetition_in_the_link_is_said(text):
    app = open_page("claims", {"claim": "same_basin.one_basin", "again": text})
    assert not app.exception
    assert "again in the link must be a scenario of the study or nothing, a first seed from 0 to 9999" in texts(
        app.warning
    )
    assert "again" not in app.query_params
    assert "**Again" not in texts(app.markdown)
