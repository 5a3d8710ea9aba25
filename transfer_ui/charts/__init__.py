"""One module a chart. Each returns an Altair chart; none computes a result."""
