"""What a real pretrained network says to the lab's claims: stored results, and the rules of its claims."""
