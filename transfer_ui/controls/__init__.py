"""What a visitor can choose, as controls and as a link."""
