# expect: REF-009
__builtins__["eval"]("1+1")
