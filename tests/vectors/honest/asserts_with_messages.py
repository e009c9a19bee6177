# expect: none
import math


def half(value):
    assert value > 0, f"{value} is not positive"
    assert math.isfinite(value), "not finite"
    return value / 2
