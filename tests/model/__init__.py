"""The frozen values."""
