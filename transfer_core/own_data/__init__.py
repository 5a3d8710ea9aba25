"""Data that a visitor brings: read by content, checked, and made into a scenario. Nothing here keeps or writes them."""
