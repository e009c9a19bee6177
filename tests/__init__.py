"""Every test of skillpod; folders mirror the source."""
