"""Frozen values: what the walk of a folder hands from stage to stage. Nothing here touches the world."""
