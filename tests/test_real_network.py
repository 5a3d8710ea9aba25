"""The study of a real network: how claims are judged, what is left out, what is shipped, and the page."""

import json

import numpy as np
import pandas as pd
import pytest

from tests import made_up_network as made_up
from tests.app import links, open_page, texts, widget
from tests.present import present
from tools.derive_real_network import derive, main, sheet
from transfer_core.real_network import results as shipped
from transfer_core.real_network.claims import PUT, judge
from transfer_core.real_network.evidence import Measured
from transfer_core.studies.registry import STUDIES
from transfer_core.studies.rules import CONFIRMED, REFUTED, SAME, VERDICTS
from transfer_core.wording import inside
from transfer_torch.arms import ARMS
from transfer_torch.findings import complete
from transfer_ui.articles import claim_row, claims
from transfer_ui.articles.real_network import pictures, words

TWO = ("feature_extraction", "end_to_end")


@pytest.fixture(scope="module")
def found():
    return made_up.results()


@pytest.fixture(scope="module")
def part():
    return made_up.results(TWO, (1, 5))


def _use(monkeypatch, *given):
    for module in (shipped, claims):
        monkeypatch.setattr(module, "measurements", lambda: {str(one.resolution): one for one in given})


def _at(given, resolution):
    """The same, as if its pictures had another size."""
    return given._replace(made=given.made | {"asked": given.made["asked"] | {"resolution": resolution}})


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
    assert "From scratch" in " ".join(words.left_out(part))
    assert words.left_out(found) == ["Not measured: 2, 10 and 20 pictures per class."]
    assert words.left_out(part, [made_up.results(TWO, (1,))]) == words.left_out(part)
    assert words.left_out(part, [found])[-1] == "More of it is measured at 64 x 64 pixels."
    assert words.left_out(made_up.results(sizes=shipped.PLANNED_SIZES), [found]) == []


@pytest.fixture(scope="module")
def uneven():
    """All arms with 1 picture per class, two of them with 40."""
    rows = made_up.trainings(sizes=(1, 40))
    stored = derive(rows[(rows["size"] == 1) | rows["arm"].isin(TWO)], made_up.about(), made_up.race())
    return shipped.from_json(stored | {"looks": None})


def test_a_claim_is_judged_at_the_sizes_that_have_its_arms(uneven):
    assert {"crossover.more_data", "depth.tuned_beat_scratch", "progressive.discriminative"} <= set(uneven.findings)
    assert "with 1 picture per class" in uneven.findings["depth.tuned_beat_scratch"].sentence
    assert "with 40" in uneven.findings["crossover.few_shot"].sentence
    assert "crossover.few_shot" not in judge(Measured(uneven.best[uneven.best["size"] == 1], uneven.race, 3))
    assert judge(Measured(uneven.best[uneven.best["size"] == 40], uneven.race, 3)) == {}
    assert any(
        line.startswith("Not measured with 40 pictures per class: “Top third only”") for line in words.left_out(uneven)
    )


def test_the_first_measurement_has_the_last_word_on_what_it_can_judge(found, part):
    both = shipped.judged({"128": _at(part, 128), "64": found})
    assert {name: one.resolution for name, one in both.items()} == {
        name: 128 if name in part.findings else 64 for name in PUT
    }
    assert shipped.judged({}) == {}


@pytest.mark.parametrize("folder", shipped.FOLDERS, ids=lambda folder: folder.name)
def test_what_is_shipped_follows_from_the_shipped_trainings(folder):
    stored = json.loads((folder / shipped.FILE).read_text(encoding="utf-8"))
    rows = pd.read_csv(folder / shipped.TRAININGS)
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
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said[: len(PUT)]] == list(read.findings)
    others = [arm.title for name, arm in read.arms.items() if name != "end_to_end"]
    assert [line.split(", against end-to-end")[0] for line in said[len(PUT) :]] == [
        title for title in others for _ in read.sizes
    ]
    assert said[-1].endswith("seeds).")
    assert read.looks
    assert (read.looks.size, set(read.looks.answers)) == (40, set(read.arms)), "at 80, one arm alone was looked at"
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


def test_the_page_shows_a_size_at_which_some_arms_were_not_measured(uneven, monkeypatch):
    _use(monkeypatch, uneven)
    for size in uneven.sizes:
        app = open_page("real_network", {"pictures": str(size)})
        assert not app.exception
        assert not app.warning


def test_arms_that_stand_alone_are_no_fault(monkeypatch):
    rows = made_up.trainings(("feature_extraction", "end_to_end", "head_first"), (1, 5))
    alone = rows[
        (rows["size"] == 1) & (rows["arm"] != "end_to_end") | (rows["size"] == 5) & (rows["arm"] == "end_to_end")
    ]
    given = shipped.from_json(derive(alone, made_up.about(), made_up.race()) | {"looks": None})
    _use(monkeypatch, given)
    for size, said in (
        (1, "head first"),
        (5, "With 5 pictures per class, “End-to-end fine-tuning” alone was measured."),
    ):
        app = open_page("real_network", {"pictures": str(size)})
        assert not app.exception
        assert said in texts(app.caption)
    assert "freezing and fine-tuning are not measured side by side yet" in texts(app.markdown)


def test_each_measurement_has_its_own_sheet_of_pictures():
    sheets = set()
    for resolution, one in shipped.measurements().items():
        app = open_page("real_network", {"resolution": resolution})
        assert not app.exception
        sheets.add(pictures.sheet(one.folder))
        assert f"emoji of {resolution} x {resolution} pixels" in texts([*app.markdown, *app.caption])
    assert len(sheets - {""}) == len(shipped.FOLDERS) == len(shipped.measurements())


def test_what_is_written_never_takes_the_place_of_another_resolution(tmp_path, capsys):
    measured, out = tmp_path / "measured", tmp_path / "out"
    measured.mkdir()
    made_up.trainings(TWO, (1, 5)).to_csv(measured / shipped.TRAININGS, index=False)
    (measured / "about.json").write_text(json.dumps(made_up.about()))
    main([str(measured), "--out", str(out)])
    other = made_up.about() | {"asked": made_up.about()["asked"] | {"resolution": 128}}
    (measured / "about.json").write_text(json.dumps(other))
    with pytest.raises(SystemExit):
        main([str(measured), "--out", str(out)])
    assert "--out must hold no other resolution than 128, got 64 there" in capsys.readouterr().err


def test_the_page_shows_the_resolution_that_is_chosen(found, part, monkeypatch):
    _use(monkeypatch, _at(part, 128), found)
    app = open_page("real_network", {})
    assert "128 x 128 pixels: 2 arms, up to 5 pictures" in widget(app, "resolution").options
    assert "emoji of 128 x 128 pixels" in texts([*app.markdown, *app.caption])
    widget(app, "pictures").set_value("1").run()
    assert app.query_params["pictures"] == "1"
    widget(app, "pictures").set_value("5").run()
    assert "pictures" not in app.query_params  # the largest: what is shown without a word
    app = open_page("real_network", {"resolution": "64", "pictures": "40"})
    assert "emoji of 64 x 64 pixels" in texts([*app.markdown, *app.caption])
    widget(app, "resolution").set_value("128").run()
    assert not app.exception
    assert not app.warning  # 40 was chosen at the other resolution
    assert "pictures" not in app.query_params
    assert widget(app, "pictures").value == "5"
    app = open_page("real_network", {"resolution": "128", "pictures": "40", "network": "from_scratch"})
    assert not app.exception
    assert not app.warning
    app = open_page("real_network", {"resolution": "32", "network": "nonsense"})
    assert "resolution in the link must be one of 128, 64, got `32`" in texts(app.warning)
    assert "network in the link must be one of" in texts(app.warning)
    assert "emoji of 128 x 128 pixels" in texts([*app.markdown, *app.caption])


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
    assert page.count(f"{claim_row.ON_A_REAL_ONE}, at 64\u00a0px") == len(PUT)
    assert page.count(claim_row.DISAGREE) == len(disagreeing)
    assert "**On a real network**, at 64 x 64 pixels (refuted there): " in texts(app.markdown)
    assert links(app)["The real network: what was measured, and how"].endswith("resolution=64")


def test_all_arms_have_a_place(found):
    assert list(found.arms) == list(ARMS)
    assert set(found.planned) == set(ARMS)


def test_a_page_opens_at_the_largest_size_that_has_the_most_arms():
    whole = made_up.results()
    assert whole.fullest_size == max(whole.sizes)
    smaller = whole.best[(whole.best["size"] < max(whole.sizes)) | whole.best["arm"].isin(["end_to_end"])]
    uneven = whole._replace(best=smaller)
    assert uneven.fullest_size == whole.sizes[-2]
    assert words.resolutions({"": whole})[""].endswith(f"{len(whole.arms)} arms, up to {max(whole.sizes)} pictures")
    assert words.resolutions({"": uneven})[""].endswith(
        f"{len(whole.arms)} arms, up to {whole.sizes[-2]} pictures; 1 up to {max(whole.sizes)}"
    )
