"""Links for a class: what a reader meets on every page, and the page that makes them and counts what came back."""
