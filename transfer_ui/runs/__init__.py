"""What computes, and what waits."""
