"""Print the README's table: the default comparison, measured now. ``python -m tools.figures``."""

from __future__ import annotations

from transfer_core import RunConfig, compare
from transfer_core.baselines import logistic_regression, zero_shot
from transfer_ui import sentences


def main() -> None:
    """Print a Markdown table and the verdict."""
    config = RunConfig()
    results = compare(config)
    print("| strategy | test accuracy (95 % interval) | multiply-adds | source accuracy after |")
    print("| --- | --- | --- | --- |")
    for name, result in results.items():
        after = result.source_accuracy_after.mean()
        kept = sentences.percent(after) if after == after else "–"
        scores = sentences.accuracy_words(result.test_accuracy)
        print(f"| {sentences.TITLES[name]} | {scores} | {result.cost.multiply_adds / 1e6:.1f} M | {kept} |")
    for title, found in (
        ("Zero-shot", zero_shot(config)),
        ("Logistic regression on pixels", logistic_regression(config)),
    ):
        if found is not None:
            print(f"| {title} | {sentences.accuracy_words(found)} | – | – |")
    print(f"\n> {sentences.answer(results)} {sentences.worth_of_pretraining(results)}")


if __name__ == "__main__":
    main()
