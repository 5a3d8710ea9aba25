"""What one page alone says and shows."""
