"""One module per chart. Each returns an Altair chart; none computes a result."""
