"""What stands on the page of the real network."""
