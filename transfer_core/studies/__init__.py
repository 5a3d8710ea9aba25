"""Studies: questions that are answered by running a grid of trainings."""
