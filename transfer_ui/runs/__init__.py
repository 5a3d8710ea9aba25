"""Who computes, and who waits."""
