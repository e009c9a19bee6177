# expect: SRC-008
𝓮𝔁 = 1
print(𝓮𝔁)
