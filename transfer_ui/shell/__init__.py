"""How a page begins, ends and links on."""
