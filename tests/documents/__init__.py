"""YAML, JSON, JSON Schema and patterns from strangers."""
