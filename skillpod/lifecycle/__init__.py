"""From a changed folder to a published generation, and back."""
