# expect: DYN-001
results = list(map(eval, ["1+1"]))
