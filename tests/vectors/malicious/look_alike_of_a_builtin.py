# expect: SRC-008
def eνal(x):
    return x


print(eνal(1))
