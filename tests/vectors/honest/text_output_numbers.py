# expect: none
from skillpod import tool

PRIMES = [37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113]


@tool
def primes() -> list[int]:
    """Some primes."""
    return PRIMES
