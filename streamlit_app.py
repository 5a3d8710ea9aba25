"""Freeze or fine-tune? The entrypoint: the map of pages, and nothing else."""

from transfer_ui.map import navigation

navigation().run()
