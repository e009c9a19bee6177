"""One file a family of rules: pure functions from what was read to findings. They do not know each other."""
