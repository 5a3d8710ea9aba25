"""One file a study; the registry finds them."""
