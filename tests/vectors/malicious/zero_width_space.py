# expect: SRC-005
name = "pass​word"
