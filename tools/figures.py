"""Print the README's table: the default comparison, measured now. ``python -m tools.figures``."""

from __future__ import annotations

from transfer_core import RunConfig, compare
from transfer_core.baselines import measure_baselines
from transfer_ui import sentences, verdicts


def main() -> None:
    """Print a Markdown table and the verdict."""
    config = RunConfig()
    results = compare(config)
    print("| strategy | test accuracy (95 % interval) | multiply-adds | source accuracy after |")
    print("| --- | --- | --- | --- |")
    for name, result in results.items():
        after = result.source_accuracy_after.mean()
        kept = sentences.percent(after) if after == after else "–"
        reached = sentences.accuracy_words(result.test_accuracy)
        print(f"| {sentences.TITLES[name]} | {reached} | {result.cost.multiply_adds / 1e6:.1f} M | {kept} |")
    baselines = measure_baselines(config)
    for name, scores in baselines.items():
        print(f"| {verdicts.TITLES[name]} | {sentences.accuracy_words(scores)} | – | – |")
    said = [verdicts.answer(results, baselines), *verdicts.behind_it(results, baselines)]
    print(f"\n> {' '.join(said)} {verdicts.worth_of_pretraining(results, baselines)}")


if __name__ == "__main__":
    main()
