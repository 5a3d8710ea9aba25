"""What a real pretrained network says to the lab's claims: stored results of `transfer_torch`, and their rules."""
