"""Freeze or fine-tune? The entrypoint: the map of pages, and nothing else."""

from transfer_ui.frame import navigation

navigation().run()
