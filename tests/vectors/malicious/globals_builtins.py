# expect: REF-001
globals()["__builtins__"]
