# expect: DYN-001
x = 1
--- scripts/run.py
exec("1")
