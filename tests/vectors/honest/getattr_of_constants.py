# expect: none
def area(shape):
    total = 0
    for name in ("width", "height"):
        total += getattr(shape, name, 0)
    return total
