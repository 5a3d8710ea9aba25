"""How a page begins, ends and links to others."""
