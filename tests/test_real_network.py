"""The study of a real network: how claims are judged, what is left out, what is shipped, and the page."""

import json

import numpy as np
import pandas as pd
import pytest

from tests import made_up_network as made_up
from tests.app import open_page, texts
from tests.present import present
from tools.derive_real_network import derive, main, sheet
from transfer_core.real_network import results as shipped
from transfer_core.real_network.claims import PUT
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME, VERDICTS
from transfer_core.wording import inside
from transfer_torch.arms import ARMS
from transfer_torch.findings import complete
from transfer_ui.articles import claim_row, claims
from transfer_ui.articles.real_network import words

TWO = ("feature_extraction", "end_to_end")


@pytest.fixture(scope="module")
def found():
    return made_up.results()


@pytest.fixture(scope="module")
def part():
    return made_up.results(TWO, (1, 5))


def _use(monkeypatch, given):
    for module in (shipped, claims):
        monkeypatch.setattr(module, "results", lambda: given)


def test_each_claim_that_is_put_to_it_stands_in_the_ledger():
    assert set(PUT) <= {f"{study}.{claim}" for study, one in STUDIES.items() for claim in one.claims}


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("crossover.few_shot", CONFIRMED),
        ("crossover.small_data", CONFIRMED),
        ("crossover.enough_data", CONFIRMED),
        ("progressive.gradual", REFUTED),
        ("progressive.discriminative", SAME),
        ("distortion.head_first", SAME),
        ("depth.tuned_beat_scratch", CONFIRMED),
        ("speed.cost", CONFIRMED),
    ],
)
def test_known_leads_get_the_verdict_they_deserve(found, claim, verdict):
    assert found.findings[claim].verdict == verdict


def test_every_claim_is_judged_by_what_was_measured_alone(found, part):
    assert set(found.findings) == set(PUT)
    assert {name for name, put in PUT.items() if set(put.arms) <= set(TWO) and put.smallest_end <= 5} == set(
        part.findings
    )
    for finding in found.findings.values():
        assert finding.verdict in VERDICTS
        assert finding.sentence.endswith(".")
        assert present(finding.decisive).n == made_up.N_SEEDS


def test_a_size_at_which_one_seed_lacks_one_setting_is_left_out_for_that_arm():
    rows = made_up.trainings(TWO, (1, 5))
    lacking = rows.drop(rows[(rows["arm"] == "end_to_end") & (rows["size"] == 5)].index[0])
    kept = complete(lacking)
    assert {(arm, int(size)) for arm, size in kept[["arm", "size"]].drop_duplicates().to_numpy()} == {
        ("feature_extraction", 1),
        ("end_to_end", 1),
        ("feature_extraction", 5),
    }


def test_what_was_not_measured_is_named(found, part):
    assert "2, 10, 20 and 40 pictures per class" in " ".join(words.left_out(part))
    assert "from scratch" in " ".join(words.left_out(part))
    assert words.left_out(found) == ["Not measured yet: 2, 10 and 20 pictures per class."]


def test_what_is_shipped_follows_from_the_shipped_trainings():
    stored = json.loads((shipped.FOLDER / shipped.FILE).read_text(encoding="utf-8"))
    rows = pd.read_csv(shipped.FOLDER / shipped.TRAININGS)
    again = json.loads(json.dumps(derive(rows, stored["made"], pd.DataFrame(stored["race"]))))
    for part in ("arms", "best", "work"):
        assert again[part] == stored[part]
    assert {name: one["verdict"] for name, one in again["findings"].items()} == {
        name: one["verdict"] for name, one in stored["findings"].items()
    }
    assert stored["made"]["command"].startswith("python -m tools.build_real_network")
    assert stored["made"]["asked"]["seeds"] >= 10


def test_the_tool_writes_what_is_read(tmp_path, capsys):
    measured, out = tmp_path / "measured", tmp_path / "out"
    measured.mkdir()
    made_up.trainings().to_csv(measured / shipped.TRAININGS, index=False)
    (measured / "about.json").write_text(json.dumps(made_up.about()))
    made_up.race().to_csv(measured / "race.csv", index=False)
    np.savez(measured / "looks.npz", allow_pickle=False, **made_up.looks())
    main([str(measured), "--out", str(out)])
    read = shipped.from_json(json.loads((out / shipped.FILE).read_text()))
    assert set(read.findings) == set(PUT)
    assert capsys.readouterr().out.count("\n") == len(PUT)
    pd.testing.assert_frame_equal(read.best, made_up.results().best, check_dtype=False, atol=1e-5)


def test_the_sheet_holds_both_styles_of_each_picture_in_order(tmp_path):
    from PIL import Image

    colours = {"one": ("red", "green"), "two": ("blue", "black")}
    for folder, painted in colours.items():
        for place, colour in enumerate(painted):
            path = tmp_path / folder / f"flags/flag_{place}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (8, 8), colour).save(path)
    about = {"names": ["flags/flag_0", "flags/flag_1"]}
    sheet([tmp_path / "one", tmp_path / "two"], about, [1, 0], tmp_path / "sheet.webp")
    with Image.open(tmp_path / "sheet.webp") as drawn:
        pixels = np.asarray(drawn.convert("RGB")).astype(int)
    green, red, black, blue = (pixels[y, x] for y in (20, 84) for x in (20, 84))
    assert [green.argmax(), red.argmax(), blue.argmax()] == [1, 0, 2]
    assert black.max() < 40


@pytest.mark.parametrize("size", made_up.SIZES)
def test_the_page_shows_every_size(found, size, monkeypatch):
    _use(monkeypatch, found)
    app = open_page("real_network", {"pictures": str(size)})
    assert not app.exception
    assert "On a real network, freezing leads with 1 picture per class, fine-tuning from 40." in texts(app.markdown)
    assert len(app.get("vega_lite_chart")) == 4


def test_the_page_shows_every_network_and_a_part_of_the_study(found, part, monkeypatch):
    for given in (found, part):
        _use(monkeypatch, given)
        for arm in given.arms:
            app = open_page("real_network", {"network": arm})
            assert not app.exception
            assert f", {inside(given.arms[arm].title)} gets " in texts(app.caption)


def test_a_link_with_a_size_that_was_not_measured_gets_a_sentence(part, monkeypatch):
    _use(monkeypatch, part)
    app = open_page("real_network", {"pictures": "7"})
    assert not app.exception
    assert "pictures in the link must be one of 1, 5, got `7`" in texts(app.warning)


@pytest.mark.parametrize(
    ("signs", "said"),
    [
        ({1: -1, 5: 0, 10: 1}, "freezing leads with 1 picture per class, fine-tuning from 10"),
        ({1: -1, 5: -1, 10: 1}, "freezing leads up to 5 pictures per class, fine-tuning from 10"),
        ({1: 0, 5: 1, 10: 1}, "fine-tuning is ahead from 5 pictures per class on"),
        ({1: -1, 5: 0, 10: 0}, "freezing leads with 1 picture per class, fine-tuning nowhere"),
        ({1: 0, 5: 0}, "freezing and fine-tuning are level up to 5 pictures per class"),
        ({1: 1, 5: -1}, "freezing and fine-tuning take turns in the lead"),
    ],
)
def test_the_headline_says_who_is_clearly_ahead_where(signs, said):
    from transfer_core.studies.summaries import gap_of

    gaps = {
        size: gap_of(np.array([0.02, -0.02, 0.02, -0.02, 0.01, -0.01]) if not sign else np.full(6, 0.03 * sign))
        for size, sign in signs.items()
    }
    headline = words.headline_of(gaps)
    assert headline == f"On a real network, {said}."
    assert len(headline.split()) <= 15


def test_the_ledger_has_a_second_column_and_says_where_both_disagree(found, monkeypatch):
    _use(monkeypatch, found)
    entries = {entry.name: entry for entry in claims.ledger()}
    assert {name for name, entry in entries.items() if entry.real} == set(PUT)
    disagreeing = {name for name, entry in entries.items() if entry.disagrees}
    assert "progressive.gradual" in disagreeing  # no difference in the lab, made up to be worse
    assert "crossover.few_shot" not in disagreeing
    app = open_page("claims", {"claim": "progressive.gradual"})
    assert not app.exception
    page = texts(app.get("html"))
    assert page.count(claim_row.ON_A_REAL_ONE) == len(PUT)
    assert page.count(claim_row.DISAGREE) == len(disagreeing)
    assert "**On a real network** (refuted there): " in texts(app.markdown)


def test_all_arms_have_a_place(found):
    assert list(found.arms) == list(ARMS)
    assert set(found.planned) == set(ARMS)
