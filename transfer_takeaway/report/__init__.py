"""A record as one page of HTML that needs nothing else: no network, no script, no browser of a certain kind."""
