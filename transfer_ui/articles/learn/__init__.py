"""The sections of the learn page."""
