"""Every page by a link for a class: veiled, fixed, hidden, asked; and the page that makes such links."""

import re
from urllib.parse import parse_qs, parse_qsl, urlencode

import pytest

from tests.app import PAGE_FILES, QUICK, links, open_page, texts, widget
from tests.present import present
from transfer_core import RunConfig
from transfer_ui.articles.class_links import handout
from transfer_ui.articles.class_links.room import WAITS, WAITS_FOR_WORD
from transfer_ui.controls.class_link import ClassLink, mark, reveal_by, write
from transfer_ui.controls.knobs import KNOB
from transfer_ui.controls.link import from_query, to_query
from transfer_ui.runs import baseline_scores, cached, places, studies

READERS = [page for page in PAGE_FILES if page != "class_links"]
QUICK_CONFIG = from_query(QUICK).config
VEIL = {"ask": "Who wins?", "reveal": "prediction"}
HARM = {
    "script": "<script>alert(1)</script>",
    "markdown image": "![x](https://evil.example/x.png)",
    "markup": "# Big **bold** :red[red] $x^2$ `code` <b>b</b>",
}


def _predicted(link, config=QUICK_CONFIG, answer="end_to_end"):
    return write(link) | {"predicted": f"{answer}.{mark(link, config)}"}


def _everything(app):
    """All elements of a page with the sidebar, whatever their kind."""

    def walk(block):
        for child in getattr(block, "children", {}).values():
            yield child
            yield from walk(child)

    return [*walk(app.main), *walk(app.sidebar)]


@pytest.fixture
def _nothing_computed(monkeypatch):
    def computed(*args, **options):
        raise AssertionError("a veiled page must not ask for a result")

    for module, names in (
        (cached, ("outcome", "default_view", "default_arms")),
        (places, ("quietly", "default_view")),
        (baseline_scores, ("quietly", "default_view")),
        (studies, ("outcome", "shipped_study", "shipped_measured")),
    ):
        for name in names:
            monkeypatch.setattr(module, name, computed)


@pytest.mark.usefixtures("_nothing_computed")
@pytest.mark.parametrize("reveal", ["prediction", reveal_by("tree")], ids=["prediction", "word"])
@pytest.mark.parametrize("page", READERS)
def test_a_veiled_page_asks_for_no_result_and_offers_none(page, reveal):
    app = open_page(page, QUICK | {"ask": "Who wins?", "reveal": reveal})
    assert not app.exception
    assert not app.warning
    assert [element.value for element in app.text] == ["Who wins?"]
    waits = WAITS if reveal == "prediction" else WAITS_FOR_WORD
    assert waits in texts(app.markdown)
    assert not app.dataframe
    assert not app.get("download_button")
    assert page not in ("claims", "export") or app.main.expander or app.main.table  # what is known without a run
    assert page != "real_network" or app.main.subheader
    assert page != "your_data" or "rows" in texts(app.main.caption)
    assert not re.search(r"\d\.\d.%", texts([*app.markdown, *app.caption]))


@pytest.mark.parametrize("page", READERS)
def test_a_link_for_a_class_goes_on_from_page_to_page_and_fixes_controls_on_each(page):
    query = {"ask": "Who?", "lock": "n_epochs", "hide": "seed.momentum", "view": "projector"}
    app = open_page(page, QUICK | query | {"reveal": "prediction"})
    assert not app.exception
    carried = {label: dict(parse_qsl(text)) for label, text in links(app).items()}
    assert {"Compare", "Learn"} <= set(carried)
    assert "For a class" not in carried
    left = carried.pop("Leave the projector view")
    assert "view" not in left
    for link in [*carried.values(), left | {"view": "projector"}]:
        assert link | query == link
        assert link["n_epochs"] == "5"
    knobs = {element.key for element in app.sidebar if getattr(element, "key", None) in KNOB}
    assert knobs.isdisjoint({"seed", "momentum"})
    assert not knobs or widget(app, "n_epochs").disabled


def test_a_prediction_opens_the_answer_is_repeated_and_judged():
    link = ClassLink(ask="Who wins?", predict="winner", reveal="prediction")
    app = open_page("compare", write(link))
    assert app.button(key="predict_for_class").disabled
    app.radio(key="class_prediction").set_value("end_to_end").run()
    app.button(key="predict_for_class").click().run()
    assert not app.exception
    text = app.query_params["predicted"]
    assert text == f"end_to_end.{mark(link, RunConfig())}"
    assert text in [element.value for element in app.code]
    assert "You predicted **end-to-end fine-tuning**." in texts(app.markdown)
    answer = next(element.value for element in app.markdown if element.value.startswith("####"))
    assert texts(app.info) == f"**Not here.** {answer.removeprefix('#### ')}"
    assert app.dataframe
    assert all("predicted=end_to_end" in query for query in links(app).values())


def test_a_right_prediction_is_called_right_and_another_page_says_so_too():
    link = ClassLink(predict="winner", reveal="prediction")
    app = open_page("home", _predicted(link, RunConfig(), "progressive_unfreezing"))
    assert texts(app.success).startswith("**Right.** ")


def test_a_prediction_at_other_settings_is_not_judged():
    link = ClassLink(predict="winner", reveal="prediction")
    app = open_page("compare", QUICK | _predicted(link, RunConfig(seed=3)))
    assert not app.success
    assert not app.info
    assert app.dataframe


@pytest.mark.parametrize(("predict", "answer"), [("gap", "-5"), ("forgotten", "10")])
def test_a_number_is_asked_for_and_judged_by_the_run(predict, answer):
    link = ClassLink(predict=predict, reveal="prediction")
    app = open_page("compare", write(link))
    app.select_slider(key="class_prediction").set_value(answer).run()
    app.button(key="predict_for_class").click().run()
    assert re.match(r"\*\*(Right|Not here)\.\*\* (On test images|End-to-end)", texts([*app.success, *app.info]))


def test_a_crossing_predicted_for_the_class_is_the_guess_of_the_page():
    app = open_page("decide", {"predict": "crossing", "reveal": "prediction"})
    assert not [element for element in app.get("button_group") if element.key == "guess"]
    app.radio(key="class_prediction").set_value("50").run()
    app.button(key="predict_for_class").click().run(timeout=120)
    assert not app.exception
    assert "You said 50" in texts(app.caption)
    assert "overtakes" in texts([*app.success, *app.info])


def test_without_an_old_task_readers_are_asked_who_wins():
    app = open_page("compare", QUICK | {"scenario": "lesson", "pretrain_epochs": "0"} | {"predict": "forgotten"})
    assert "Predict: which wins on test images?" in texts(app.markdown)


def test_the_word_of_the_teacher_opens_the_answer_and_no_other():
    link = ClassLink(ask="Who wins?", predict="winner", reveal=reveal_by("Open sesame"))
    app = open_page("compare", write(link))
    app.radio(key="class_prediction").set_value("open").run()
    app.button(key="predict_for_class").click().run()
    assert WAITS_FOR_WORD in texts(app.markdown)
    app.text_input(key="class_word").set_value("please").run()
    assert "That is not the word." in texts(app.caption)
    assert not app.dataframe
    app.button(key="predict_again").click().run()
    assert "predicted" not in app.query_params
    app.text_input(key="class_word").set_value("OPEN sesame").run()
    assert not app.exception
    assert app.query_params["said"] == "OPEN sesame"
    assert app.dataframe


@pytest.mark.parametrize("name", ["reveal", "ask", "lock", "hide", "view", "predict", "predicted", "said"])
def test_what_is_wrong_is_said_once_and_the_rest_of_the_page_works(name):
    app = open_page("compare", QUICK | {name: "[x](javascript:alert(1))" + 10_000 * "y"})
    (notice,) = app.warning
    assert notice.value.startswith(f"{name} in the link must be ")
    assert notice.value.endswith("It was left out.")
    assert name not in app.query_params
    assert app.dataframe
    assert not app.run().warning


@pytest.mark.parametrize("kind", HARM)
@pytest.mark.parametrize("page", ["compare", "class_links"])
def test_what_a_link_asks_is_written_as_text_and_nowhere_else(page, kind):
    ask = HARM[kind]
    query = {"ask": ask} if page == "compare" else {"made": urlencode({"page": "compare", "ask": ask})}
    app = open_page(page, QUICK | query)
    assert not app.exception
    assert not app.warning
    assert [element.value for element in app.text] == [ask]
    shown = [element for element in _everything(app) if ask in str(getattr(element, "value", ""))]
    assert {element.type for element in shown} <= {"text", "text_input"}
    assert not any(ask in element.proto.label for element in app.get("page_link"))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("Who\u202e\u2066 wins?\u200b\ufeff", "Who wins?"), ("x" * 10_000, None)],
    ids=["unseen", "long"],
)
def test_a_question_holds_nothing_unseen_and_is_not_long(typed, shown):
    app = open_page("compare", QUICK | {"ask": typed})
    assert [element.value for element in app.text] == ([shown] if shown else [])
    assert bool(app.warning) == (shown is None)


def test_no_button_moves_what_is_fixed():
    app = open_page("compare", QUICK | {"lock": "images_per_class.scenario"})
    presets = {element.key for element in app.button if present(element.key).startswith("preset_")}
    assert "preset_Rate too high" in presets
    assert presets.isdisjoint({"preset_Hardly any images", "preset_The lesson's notebook"})
    app.button(key="reset").click().run()
    config = app.session_state["config"]
    assert (config.images_per_class, config.n_epochs) == (QUICK_CONFIG.images_per_class, 60)
    assert not [label for label in links(app) if label.startswith("**One image per class**")]


def test_with_all_controls_fixed_no_button_is_left():
    app = open_page("compare", QUICK | {"lock": "all"})
    assert not [element.key for element in app.button if present(element.key).startswith(("preset_", "reset"))]
    assert all(element.disabled for element in app.sidebar.slider)
    assert "fixes what is grey" in texts(app.sidebar.caption)


def test_a_hidden_control_keeps_its_value_and_follows_what_limits_it():
    app = open_page(
        "compare", QUICK | {"n_epochs": "20", "unfreeze_epoch": "15", "hide": "unfreeze_epoch.seed", "seed": "4"}
    )
    app.slider(key="n_epochs").set_value(10).run()
    config = app.session_state["config"]
    assert (config.n_epochs, config.unfreeze_epoch, config.seed) == (10, 10, 4)
    assert not app.exception


def test_a_step_of_the_lesson_shows_nothing_unpredicted_where_the_class_must_predict():
    app = open_page("learn", _predicted(ClassLink(predict="winner", reveal="prediction")) | QUICK)
    assert not [element for element in app.button if present(element.key).startswith("show_")]
    assert [element for element in app.button if present(element.key).startswith("check_")]


def test_words_of_the_lesson_lead_on_with_the_link_for_the_class():
    app = open_page("learn", {"ask": "Who wins?"})
    assert "learn?section=glossary&word=backbone&ask=Who+wins%3F" in texts(app.markdown)


def test_a_projector_shows_larger_charts_and_a_way_out():
    usual, projected = (open_page("compare", QUICK | view) for view in ({}, {"view": "projector"}))
    small, large = (app.get("vega_lite_chart")[0].proto.spec for app in (usual, projected))
    assert int(re.findall(r'"height": ?(\d+)', large)[-1]) > int(re.findall(r'"height": ?(\d+)', small)[-1])
    assert "view" not in parse_qs(links(projected)["Leave the projector view"])


def _made(app):
    return next(element.value for element in app.code if "view=projector" not in element.value)


def test_the_maker_writes_what_is_chosen():
    app = open_page("class_links", QUICK)
    app.text_input(key="made_ask").set_value("Who wins\u202e?")
    app.selectbox(key="made_page").set_value("unfreeze")
    app.multiselect(key="made_lock").set_value(["n_epochs", "seed"])
    app.multiselect(key="made_hide").set_value(["momentum"])
    widget(app, "made_reveal").set_value("word").run()
    app.text_input(key="made_word").set_value("tree").run()
    assert not app.exception
    wanted = ClassLink(
        "Who wins?", "winner", frozenset(["n_epochs", "seed"]), frozenset(["momentum"]), reveal_by("tree")
    )
    assert _made(app) == f"unfreeze?{urlencode(to_query(QUICK_CONFIG) | write(wanted))}"
    assert "Epochs and first seed: grey and fixed." in texts(app.markdown)
    again = open_page("class_links", QUICK | {"made": app.query_params["made"]})
    assert _made(again) == _made(app)


def test_the_class_is_counted_and_compared_with_the_run():
    app = open_page("class_links", {})
    asked = mark(ClassLink(predict="winner", reveal="prediction"), RunConfig())
    lines = [
        f"end_to_end.{asked}",
        f"Ada: progressive_unfreezing.{asked}",
        f"x?predicted=end_to_end.{asked}",
        "<b>me</b>",
    ]
    app.text_area(key="class_answers").set_value("\n".join(lines)).run()
    assert "Line 4 must hold a prediction, got `<b>me</b>`." in texts(app.caption)
    assert "#### Of 3 predictions, 2 say end-to-end fine-tuning." in texts(app.markdown)
    chart = app.get("vega_lite_chart")[-1].proto
    assert chart.alt == "Predictions of the class: End-to-end fine-tuning 2, Progressive unfreezing 1."
    app.toggle(key="class_truth").set_value(True).run()
    assert "#### Of 3 predictions, 1 is right." in texts(app.markdown)
    assert app.get("vega_lite_chart")[-1].proto.alt.endswith("The run says: Progressive unfreezing.")


def test_a_question_too_long_for_a_qr_code_is_said():
    app = open_page("class_links", {"made": urlencode({"ask": "\U0001f642" * 200})})
    assert not app.exception
    assert handout.NO_QR in texts(app.caption)
    assert not app.get("download_button")
