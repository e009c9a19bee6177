"""Module isolation: what it takes, what it refuses, and what it does not stop."""
