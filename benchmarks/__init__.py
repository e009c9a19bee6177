"""Figures beside their floors, measured in one run; ``python -m benchmarks`` prints the table."""
