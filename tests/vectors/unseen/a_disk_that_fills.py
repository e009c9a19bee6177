# expect: none
def fill(path, count):
    with open(path, "wb") as file:
        for _ in range(count):
            file.write(bytes(1 << 20))
