"""The Merkle tree over the lines: hashes, proofs, signed heads. Nothing here knows what a line says."""
