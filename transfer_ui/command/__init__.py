"""Studies from a shell: what is asked, where it runs, what is written and said."""
