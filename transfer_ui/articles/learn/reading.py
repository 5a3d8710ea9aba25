"""Further reading: what the lesson recommends, and the papers behind this lab."""

from __future__ import annotations

from types import MappingProxyType

from transfer_core.bibliography import SOURCES, Source

LESSON_READINGS = MappingProxyType(
    {
        shelf: tuple(SOURCES[key] for key in keys)
        for shelf, keys in {
            "Papers": ("he2015", "yosinski2014"),
            "Tutorials": ("pytorch_tutorial", "fastai_course", "tensorflow_tutorial"),
            "Notes and articles": ("cs231n", "builtin_guide"),
            "Tools": ("torchvision", "transformers", "tensorflow_hub"),
            "Data sets to practise on": ("imagenet", "cifar", "stanford_dogs"),
        }.items()
    }
)
_ON_A_SHELF = {source for shelf in LESSON_READINGS.values() for source in shelf}
PAPERS = tuple(source for source in SOURCES.values() if source not in _ON_A_SHELF)
"""What this lab builds on and the lesson does not name."""


def entry(source: Source) -> str:
    """Write an entry of the list as Markdown.

    Examples
    --------
    >>> entry(SOURCES["tensorflow_hub"])
    '[TensorFlow Hub](https://www.tensorflow.org/hub): Pretrained networks for TensorFlow as layers to plug in.'
    >>> entry(SOURCES["saxe2011"]).split(":")[0]
    '**On random weights and unsupervised feature learning** (Saxe et al. 2011)'
    """
    if not source.year:
        return f"{source.citation}: {source.line}"
    return f"**{source.title}** ({source.citation}): {source.line}"
