"""Who signed a bundle: evidence is verified or refused, never ignored."""
