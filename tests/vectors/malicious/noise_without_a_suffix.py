# expect: FIL-010
"""Noise without a suffix."""

from skillpod import tool


@tool
def about() -> str:
    """Say what this is."""
    return "Noise without a suffix."
--- blob base64
AKkApq3LPWQGlIG+IcnHJ7jbjBiPNBqSTH+I36Fhv9sOzGgpGdLmRpL4GUFX8dSvkJiChc96mvfJPVVSJmr+cOeq5tpHYnwuWa8uo3q8hGcK08TTa8CKrR//
jrhAbi+Kf8TM5N2fC0EQ2fL6ACXI7+V/N3JPTTfqKxQAQHcTm0GA3zkyJJlixoVyAAWa646hfPN4fg7SnRwLY//XKYN02b10/BGt17nKZQOVImn9Zp9jdu5x
h5c3/V9y+NUcSskbbQxI1BoeXsnmoDkoVKhhXu8Qn8G/qeJWNwEojymz1z9qwrae3SwZ8mS+5GKluvIP0n7PFMAR7SAfg2MgrbmLqxaGoo2YASEMdzbz7sWA
3PxD/l0Em014p6PruShlyFF+0CER9qZS2jUkhytqMQ==
