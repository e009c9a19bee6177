"""The tree over the lines: its hashes, proofs and notes against their definitions."""
