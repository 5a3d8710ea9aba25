"""Freeze or fine-tune? The same question, put to a real network on your own pictures.

Needs the packages of ``requirements-torch.txt``; the app imports none of it.
"""
