"""Freeze or fine-tune? The entrypoint: the map of pages, and nothing else."""

from transfer_ui import heap
from transfer_ui.shell.map import navigation

heap.settle()
navigation().run()
