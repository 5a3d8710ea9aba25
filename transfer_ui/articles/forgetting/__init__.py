"""What became of the old task: the arms that are followed, the words, and the images that are lost."""
