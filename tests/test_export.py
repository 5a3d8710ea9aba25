"""Exported scripts are generated for every strategy, checked as text, run, and compared with the lab."""

import ast
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from functools import cache

import nbformat
import numpy as np
import pytest

from tests.app import ROOT
from tests.present import present
from transfer_core import STRATEGIES, Layer, Phase, RunConfig, compare, freeze_to, scenario_config
from transfer_core.arrays import Examples
from transfer_core.measures import Curves
from transfer_core.schedules import first_epochs
from transfer_core.training import train
from transfer_ui.export import FRAMEWORKS
from transfer_ui.export.changes import changes
from transfer_ui.export.code import number
from transfer_ui.export.notebook import to_notebook
from transfer_ui.export.recipe import recipe_of, to_npz

AT_ONCE = RunConfig(
    hidden_sizes=(16, 12),
    pretrain_epochs=2,
    images_per_class=5,
    n_epochs=6,
    unfreeze_epoch=3,
    batch_size=16,
    n_seeds=2,
    seed=3,
)
LAYER_BY_LAYER = AT_ONCE.but(
    hidden_sizes=(16, 12, 8), gradual=True, layer_decay=0.385, weight_decay=0.01, n_epochs=9, momentum=0.8
)
LESSON = scenario_config("lesson", n_epochs=6, unfreeze_epoch=3, n_seeds=2)
TWO_CLASSES = AT_ONCE.but(scenario="digits_to_parity")
CONFIGS = {"at_once": AT_ONCE, "layer_by_layer": LAYER_BY_LAYER}
CASES = [(name, strategy) for name in CONFIGS for strategy in STRATEGIES]
NO_MOMENTUM = AT_ONCE.but(momentum=0.0, unfrozen_learning_rate=AT_ONCE.head_learning_rate)
CONFIGS |= {"lesson": LESSON, "no_momentum": NO_MOMENTUM, "two_classes": TWO_CLASSES, "default": RunConfig(n_seeds=10)}
CASES += [(name, "progressive_unfreezing") for name in ("lesson", "no_momentum", "two_classes", "default")]
CASES += [("lesson", "feature_extraction"), ("two_classes", "end_to_end")]
# No strategy of the lab does this: a hole in the mask, layers frozen again, rates up and down.
ODD_SCHEDULE = (
    Phase("Top", 2, (True, True, False), (0.0, 0.0, 0.05)),
    Phase("Bottom", 2, (False, True, True), (0.02, 0.0, 0.0)),
    Phase("Outer", 2, (False, True, False), (0.01, 0.0, 0.04)),
    Phase("Top again", 1, (True, True, False), (0.0, 0.0, 0.01)),
)
ODD = ("at_once", "odd")
RUN = [name for name, framework in FRAMEWORKS.items() if framework.checked.is_run]
# Framework and, where it has several, each backend.
WAYS = [(name, backend) for name in RUN for backend in FRAMEWORKS[name].checked.backends or ("",)]
CANNOT_SAY_ODD = {"fastai", "finetuning_scheduler"}
# Every backend of Keras gets the same script: one of them runs all cases, the others those that differ in kind.
OF_EACH_KIND = [case for case in CASES if case[0] == "at_once"]
OF_EACH_KIND += [(name, "progressive_unfreezing") for name in ("layer_by_layer", "lesson", "no_momentum")]
WITH_ALL_CASES = ("", "torch")


def cases_run(way):
    """The cases that a framework runs on a backend."""
    framework, backend = way
    cases = CASES if backend in WITH_ALL_CASES else OF_EACH_KIND
    return cases if framework in CANNOT_SAY_ODD else [*cases, ODD]


RUNS = [(way, case) for way in WAYS for case in cases_run(way)]
of_every_run = pytest.mark.parametrize(("way", "case"), RUNS, ids=lambda value: "-".join(filter(None, value)))
LOSSES, ACCURACIES = ("train_loss", "val_loss"), ("train_accuracy", "val_accuracy")


@cache
def results(name):
    return compare(CONFIGS[name])


@cache
def recipe(case):
    name, strategy = case
    if case == ODD:
        return recipe(("at_once", "end_to_end"))._replace(name="odd", schedule=ODD_SCHEDULE, weight_decay=0.01)
    return recipe_of(results(name)[strategy])


def lab_curves(case):
    """What the lab measured for the first seed."""
    if case != ODD:
        result = results(case[0])[case[1]]
        return {metric: values[0] for metric, values in result.history.items()}
    odd = recipe(ODD)
    stacked = tuple(Layer(layer.weights[None], layer.bias[None]) for layer in odd.start)
    sets = [Examples(part.inputs[None], part.labels[None]) for part in odd.target[:2]]
    epochs = list(
        train(
            stacked,
            odd.schedule,
            sets[0],
            batch_seeds=[odd.batch_seed],
            batch_size=odd.batch_size,
            momentum=odd.momentum,
            weight_decay=odd.weight_decay,
            measures=[Curves()],
            others={"val": sets[1]},
        )
    )
    return {metric: np.array([epoch.metrics[metric][0] for epoch in epochs]) for metric in epochs[0].metrics}


def cases_of(framework):
    return [case for case in [*CASES, ODD] if not FRAMEWORKS[framework].cannot_say(recipe(case).schedule)]


def write_scripts(framework, folder):
    """Every case with its arrays; they have names of their own."""
    for case in cases_of(framework):
        whole = recipe(case)
        folder.joinpath(whole.data_file).write_bytes(to_npz(whole))
        folder.joinpath(f"{whole.stem}.py").write_text(FRAMEWORKS[framework].write(whole), encoding="utf-8")


@pytest.fixture(scope="module")
def scripts(tmp_path_factory):
    """Framework -> folder with its scripts, not run."""

    @cache
    def written(framework):
        folder = tmp_path_factory.mktemp(framework)
        write_scripts(framework, folder)
        return folder

    return written


@pytest.fixture(scope="module")
def found(scripts):
    """Way -> function that gives what a script found; all scripts of one way run in one process."""

    @cache
    def ran(way):
        framework, backend = way
        folder, stems = str(scripts(framework)), [recipe(case).stem for case in cases_run(way)]
        others = set(FRAMEWORKS[framework].checked.backends) - {backend}
        run_python("-m", "tests.run_scripts", folder, f"{backend}.found", "--only", *stems, "--without", *others)
        return lambda case: np.load(scripts(framework) / f"{recipe(case).stem}.{backend}.found.npz")

    return ran


def run_python(*arguments, cwd=ROOT, backend=""):
    """Run Python apart, so that neither threads nor warnings of a framework get into the other tests."""
    done = try_python(*arguments, cwd=cwd, backend=backend)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def try_python(*arguments, cwd=ROOT, backend=""):
    """Run Python apart, and see how it ends."""
    # On the processor, because a graphics card adds up in another order; on one thread, because networks as
    # small as these are not worth a second one, and where other work goes on they would wait for each other.
    # JAX would take longer to make each network's code fast than to train it.
    one_processor = {"CUDA_VISIBLE_DEVICES": "", "OMP_NUM_THREADS": "1"}
    one_processor |= {"XLA_FLAGS": "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"}
    environment = os.environ | one_processor | {"PYTHONPATH": str(ROOT), "KERAS_BACKEND": backend}
    if not backend:
        del environment["KERAS_BACKEND"]
    return subprocess.run(
        [sys.executable, *arguments], cwd=cwd, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_scripts_are_well_formatted_and_linted(scripts, framework):
    folder = str(scripts(framework))
    run_python("-m", "ruff", "format", "--check", "--isolated", "--no-cache", folder)  # as it comes, width 88
    run_python("-m", "ruff", "check", "--config", str(ROOT / "pyproject.toml"), "--no-cache", folder)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("case", CASES, ids="-".join)
def test_script_compiles_and_stays_within_the_width(framework, case):
    text = FRAMEWORKS[framework].write(recipe(case))
    compile(text, "script", "exec")
    assert max(map(len, text.splitlines())) <= 88
    assert text.count("\n") < 210


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_any_number_of_layers_and_long_rates_stay_well_formatted(tmp_path, framework):
    for top in range(1, 9):
        rates = tuple(0.1 / 3 / (index + 1.7) for index in range(top + 1))
        masks = [freeze_to(top + 1, lowest) for lowest in range(top, -1, -1)]
        phases = tuple(Phase(f"layer {top - step + 1} and up", 200, mask, rates) for step, mask in enumerate(masks))
        deep = recipe(CASES[0])._replace(schedule=phases)
        tmp_path.joinpath(f"deep_{top}.py").write_text(FRAMEWORKS[framework].write(deep), encoding="utf-8")
    run_python("-m", "ruff", "format", "--check", "--isolated", "--no-cache", str(tmp_path))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_no_text_can_become_code(framework):
    evil = 'x"""\nimport evil\n\\"\'); evil() #'
    phases = tuple(
        Phase(evil, phase.n_epochs, phase.frozen, phase.learning_rates) for phase in recipe(CASES[0]).schedule
    )
    text = FRAMEWORKS[framework].write(recipe(CASES[0])._replace(title=evil, task=evil, name=evil, schedule=phases))
    names = {node.id for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    imported = {
        alias.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Import) for alias in node.names
    }
    assert "evil" in text
    assert "evil" not in names | imported
    assert text.count("\n") == FRAMEWORKS[framework].write(recipe(CASES[0])).count("\n")


@pytest.mark.parametrize("value", ["1; import os", "nan; x", None])
def test_only_a_number_is_written_as_a_number(value):
    with pytest.raises((TypeError, ValueError)):
        number(value)


@of_every_run
def test_script_reproduces_the_run(found, way, case):
    ours, theirs = lab_curves(case), found(way)(case)
    for metric in LOSSES:
        np.testing.assert_allclose(theirs[metric], ours[metric], rtol=0, atol=1e-4, err_msg=metric)
    for metric in ACCURACIES:
        np.testing.assert_allclose(theirs[metric], ours[metric], rtol=0, atol=1e-6, err_msg=metric)
    if case != ODD:
        test_accuracy = results(case[0])[case[1]].test_accuracy[0]
        np.testing.assert_allclose(theirs["test_accuracy"], test_accuracy, rtol=0, atol=1e-6)


@of_every_run
def test_frozen_layers_do_not_move_by_a_bit_and_trained_ones_do(found, way, case):
    stored, whole = found(way)(case), recipe(case)
    arrays = [stored[f"array_{index}"] for index in range(2 * len(whole.start))]
    for index, layer in enumerate(whole.start):
        for array, start in zip(arrays[2 * index : 2 * index + 2], layer, strict=True):
            assert np.array_equal(array[0], start)
            moved = (array[1:] != array[:-1]).reshape(len(array) - 1, -1).any(axis=1)
            frozen = np.concatenate([np.repeat(phase.frozen[index], phase.n_epochs) for phase in whole.schedule])
            assert np.array_equal(moved, ~frozen), index


def test_cases_cover_what_they_should():
    assert len(recipe(("layer_by_layer", "progressive_unfreezing")).schedule) == 4
    assert recipe(("lesson", "feature_extraction")).is_full_batch
    assert recipe(("two_classes", "end_to_end")).start[-1].bias.shape == (2,)


def test_schedules_that_cannot_be_said_are_refused_and_no_other():
    for name, framework in FRAMEWORKS.items():
        assert not any(framework.cannot_say(recipe(case).schedule) for case in CASES), name
        assert bool(framework.cannot_say(ODD_SCHEDULE)) == (name in CANNOT_SAY_ODD)


def test_refusals_say_what_is_the_matter():
    everything = Phase("All", 1, (False,) * 3, (0.1,) * 3)
    fastai, scheduler = FRAMEWORKS["fastai"].cannot_say, FRAMEWORKS["finetuning_scheduler"].cannot_say
    assert "above one that trains" in fastai(ODD_SCHEDULE)
    assert "frozen again" in fastai((everything, ODD_SCHEDULE[0]))
    assert "never freezes again" in scheduler((everything, ODD_SCHEDULE[0]))
    assert "never freezes again" in scheduler((everything, everything))
    decayed = STRATEGIES["progressive_unfreezing"].build(AT_ONCE.but(layer_decay=0.5))
    assert "here they have several" in scheduler(decayed)


def test_fastai_gives_uneven_rates_as_a_list():
    uneven = (Phase("all", 1, (False,) * 3, (0.1, 0.01, 0.1)), Phase("top", 1, (True, False, False), (0.0, 0.01, 0.1)))
    text = FRAMEWORKS["fastai"].write(recipe(CASES[0])._replace(schedule=uneven))
    assert "learn.fit(1, [0.1, 0.01, 0.1])" in text
    assert "learn.fit(1, slice(0.001, 0.1))" in text


def test_files_of_another_configuration_have_another_name():
    stem = recipe(("at_once", "end_to_end")).stem
    assert stem.startswith("end_to_end_seed_3_")
    assert recipe_of(compare(AT_ONCE, ["end_to_end"])["end_to_end"]).stem == stem
    for change in ({"pretrain_epochs": 1}, {"shift_amount": 15.0}, {"images_per_class": 3}):
        other = compare(AT_ONCE.but(**change), ["end_to_end"])["end_to_end"]
        assert recipe_of(other).stem != stem


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_script_names_what_its_data_came_of_and_what_the_lab_got(framework):
    case = ("at_once", "progressive_unfreezing")
    text = FRAMEWORKS[framework].write(recipe(case))
    for line in (
        '"Scenario": MNIST to UCI digits, off centre',
        '"Rotation of the target": 0°',
        '"Pretraining epochs": 2',
    ):
        assert line in text
    accuracy = 100 * results(case[0])[case[1]].test_accuracy[0]
    assert f"The lab got {accuracy:.1f} % of the test images right." in present(ast.get_docstring(ast.parse(text)))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_phases_name_their_controls(framework):
    write = FRAMEWORKS[framework].write
    progressive = write(recipe(("layer_by_layer", "progressive_unfreezing")))
    assert '# Head only: "Learning rate, head only"' in progressive
    assert '# Layer 2 and up: "Learning rate after unfreezing", "Rate decay per layer"' in progressive
    assert '# All layers: "Learning rate, end-to-end"' in write(recipe(("at_once", "end_to_end")))


def test_outcome_of_a_run_that_was_stopped_or_broke_down():
    result = results("at_once")["end_to_end"]
    stopped = replace(result, schedule=first_epochs(result.schedule, 1))
    assert "continues to the end" in recipe_of(stopped).outcome
    broken = replace(result, history=result.history | {"train_loss": np.full((2, 7), np.nan)})
    assert "became NaN" in recipe_of(broken).outcome


# Runs each script that its arguments name, and says how it ended.
RUN_EACH = """
import runpy, sys
for path in sys.argv[1:]:
    try:
        runpy.run_path(path, run_name="__main__")
        print("ENDED")
    except SystemExit as left:
        print("LEFT", left)
import keras
print("on", keras.config.backend())
"""


def test_scripts_find_their_data_from_another_folder_and_say_where_they_are_missing(tmp_path):
    # All in one process, and on the backend that is named, though one that comes before it is installed.
    whole = recipe(("at_once", "feature_extraction"))
    folders = [tmp_path / f"{name} {state}" for name in RUN for state in ("without", "with")]
    for folder in folders:
        folder.mkdir()
        folder.joinpath("run.py").write_text(FRAMEWORKS[folder.name.split()[0]].write(whole), encoding="utf-8")
        if folder.name.endswith(" with"):
            folder.joinpath(whole.data_file).write_bytes(to_npz(whole))
    scripts = [str(folder / "run.py") for folder in folders]
    said = run_python("-c", RUN_EACH, *scripts, cwd=tmp_path, backend="torch").splitlines()
    ends = [line for line in said if line.startswith(("LEFT", "ENDED"))]
    assert ends == [
        "ENDED"
        if folder.name.endswith(" with")
        else f"LEFT Missing: {folder / whole.data_file}. Download it from the same page."
        for folder in folders
    ]
    assert sum(line.startswith("test accuracy") for line in said) == len(RUN)
    assert said[-1] == "on torch"


def test_a_script_without_its_data_ends_with_status_1_and_one_sentence(tmp_path):
    tmp_path.joinpath("run.py").write_text(FRAMEWORKS["plain_numpy"].write(recipe(CASES[0])), encoding="utf-8")
    failed = try_python("run.py", cwd=tmp_path)
    assert failed.returncode == 1
    assert failed.stderr.startswith("Missing: ")
    assert failed.stderr.count("\n") == 1


@pytest.mark.parametrize("installed", FRAMEWORKS["keras"].checked.backends)
def test_keras_script_takes_the_backend_that_is_installed(found, installed):
    assert found(("keras", installed))(("at_once", "feature_extraction"))["backend"] == installed


def test_keras_takes_its_own_optimizer_where_one_rate_says_it_all():
    write = FRAMEWORKS["keras"].write
    assert "keras.optimizers.SGD(0.05, momentum=MOMENTUM)" in write(recipe(("at_once", "end_to_end")))
    assert "class LayerwiseSGD" in write(recipe(("at_once", "progressive_unfreezing")))


@pytest.mark.parametrize("framework", RUN)
def test_versions_named_on_the_page_are_those_of_the_tests(framework):
    lines = (ROOT / "requirements-parity.txt").read_text(encoding="utf-8").splitlines()
    required = {line.split(" ;")[0] for line in lines}
    pinned = [version for version in FRAMEWORKS[framework].checked.versions if "==" in version]
    assert set(pinned) <= required
    assert pinned or framework == "plain_numpy"


def test_frameworks_stand_in_the_order_of_the_page():
    names = ["pytorch", "keras", "lightning", "finetuning_scheduler", "fastai", "plain_numpy"]
    assert list(FRAMEWORKS) == names


def test_keras_runs_on_every_backend_and_says_so():
    said = FRAMEWORKS["keras"].checked.sentence
    assert set(FRAMEWORKS["keras"].checked.backends) == {"tensorflow", "jax", "torch"}
    assert "on each of its backends" in said
    assert all(version in said for version in ("jax 0", "tensorflow-cpu 2", "torch 2"))


def test_those_that_are_not_run_say_why():
    for framework in FRAMEWORKS.values():
        assert framework.checked.is_run != bool(framework.checked.why_not)
        assert framework.words
        assert framework.habits


def test_arrays_load_without_pickle_and_are_those_of_the_first_seed():
    result = results("at_once")["end_to_end"]
    with np.load(io.BytesIO(to_npz(recipe(("at_once", "end_to_end")))), allow_pickle=False) as stored:
        assert np.array_equal(stored["weights_0"], result.pretrained[0].weights[0])
        assert stored["weights_0"].dtype == np.float32
        assert stored["test_inputs"].shape == (504, 100)
        assert stored["train_labels"].shape == (50,)


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_notebook_is_valid_and_has_the_code_of_the_script(framework):
    script = FRAMEWORKS[framework].write(recipe(("layer_by_layer", "progressive_unfreezing")))
    notebook = nbformat.reads(to_notebook(script), as_version=4)
    nbformat.validate(notebook)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    tree = ast.parse(script)
    assert ast.dump(ast.Module(tree.body[1:], [])) == ast.dump(ast.parse(code))
    assert notebook.cells[0].source.startswith("# Progressive unfreezing ")
    assert sum(cell.cell_type == "markdown" for cell in notebook.cells) >= 5
    assert json.loads(to_notebook(script))["nbformat_minor"] == 5


@pytest.mark.parametrize("framework", RUN)
def test_notebook_runs_from_top_to_bottom(tmp_path, framework):
    whole = recipe(("at_once", "progressive_unfreezing"))
    tmp_path.joinpath(whole.data_file).write_bytes(to_npz(whole))
    tmp_path.joinpath("run.ipynb").write_text(to_notebook(FRAMEWORKS[framework].write(whole)), encoding="utf-8")
    run_python(
        "-c",
        "import nbclient, nbformat; notebook = nbformat.read('run.ipynb', as_version=4);"
        "nbclient.NotebookClient(notebook, timeout=120).execute(); nbformat.write(notebook, 'ran.ipynb')",
        cwd=tmp_path,
        backend="torch",  # of Keras; the others have none
    )
    ran = nbformat.read(tmp_path / "ran.ipynb", as_version=4)
    said = "".join(output.get("text", "") for output in ran.cells[-1].outputs)
    test_accuracy = results("at_once")["progressive_unfreezing"].test_accuracy[0]
    assert f"test accuracy: {test_accuracy:.4f}" in said


def test_changes_count_lines_and_show_them():
    found = changes("a\nb\nc\nd\n", "a\nx\nc\nd\ne\n")
    assert found.summary == "2 lines have changed since your last look"
    assert {"-b", "+x", "+e"} <= set(found.diff.splitlines())
    assert "---" not in found.diff
