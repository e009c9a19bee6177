"""What authors write: manifests, annotations, docstrings, and what is said of their mistakes."""
