"""What outlives a process: bundles by digest, the index of what should be mounted, and the state of skills."""
