"""Pictures that move in the browser: inline components, each a module here and a script beside it."""
