"""Scripts for whoever works on the repository."""
