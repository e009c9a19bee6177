# expect: SRC-008
def prınt(x):
    return x


print(1)
