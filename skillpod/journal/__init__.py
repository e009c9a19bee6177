"""The audit log of one node: what an entry's bytes are, how they become durable, how they are read back."""
