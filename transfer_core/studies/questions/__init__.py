"""One file per study; the registry finds them."""
