"""What the page says and shows on which a visitor draws a schedule."""
