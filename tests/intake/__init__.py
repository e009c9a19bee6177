"""How a folder becomes bytes."""
