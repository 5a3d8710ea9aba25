"""What the page about the inside of the networks knows: one module per picture."""
