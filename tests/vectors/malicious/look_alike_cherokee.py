# expect: SRC-008
ᎪᏢᏢkey = 1
print(1)
