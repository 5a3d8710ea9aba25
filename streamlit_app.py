"""Freeze or fine-tune? The entrypoint: the map of pages, and nothing else."""

from transfer_ui.shell.map import navigation

navigation().run()
