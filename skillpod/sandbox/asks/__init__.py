"""What a guest may ask of the host, one kind a module; the broker hands each ask to the one that answers it."""
