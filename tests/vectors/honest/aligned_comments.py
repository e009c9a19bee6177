# expect: none
x = 1                                                            # one
longer_name = 2                                                  # two
print(x + longer_name)
