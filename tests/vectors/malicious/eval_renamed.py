# expect: DYN-001
calculate = eval
calculate("1+1")
