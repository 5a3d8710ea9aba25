"""Freeze or fine-tune? The entrypoint: the map of pages, and nothing else."""

from transfer_ui.shell import heap
from transfer_ui.shell.map import navigation

heap.settle()
try:
    navigation().run()
finally:  # a page that waits for a click stops here
    heap.settle()
