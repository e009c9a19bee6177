"""The static examination of a bundle: what the code shows, said by rules."""
