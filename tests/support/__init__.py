"""Builders and fakes that every test may use."""
