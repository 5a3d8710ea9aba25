"""One module per framework, each with its ``FRAMEWORK``."""
