"""Studies from a shell: what is asked, where it runs, and what is written and printed."""
