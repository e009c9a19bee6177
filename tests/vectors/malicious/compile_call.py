# expect: DYN-001
code = compile("1+1", "x", "eval")
