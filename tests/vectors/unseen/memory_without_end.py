# expect: none
def take(count):
    return [bytearray(1 << 20) for _ in range(count)]
