"""Measuring from a shell: what is asked, what is computed, what is written and printed."""
