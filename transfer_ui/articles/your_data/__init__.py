"""What the page about a visitor's own data says and shows."""
