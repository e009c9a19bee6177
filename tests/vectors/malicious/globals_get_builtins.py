# expect: REF-001
globals().get("__builtins__")["eval"]
