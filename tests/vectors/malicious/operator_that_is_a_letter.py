# expect: SRC-008
def check(**options):
    return options


user = 1
print(check(userǃ=1))
