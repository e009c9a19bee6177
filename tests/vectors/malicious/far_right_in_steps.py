# expect: SRC-010
x = 1;                                                                      y = 2;                                                                      z = 3;                                                                      print(x)
