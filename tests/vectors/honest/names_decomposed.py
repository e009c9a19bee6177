# expect: none
café = 1
print(café)
