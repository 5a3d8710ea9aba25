"""The unfreeze page: its figures, which epochs to sweep, who uses which decay, and how to word what comes out."""
