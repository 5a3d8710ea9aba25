"""What the map and the crossing mean for one visitor."""
