"""One module a framework, each with its `FRAMEWORK`."""
