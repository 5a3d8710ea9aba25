"""What a single page alone says and shows."""
