"""The steps of the guided lesson, one file each."""
