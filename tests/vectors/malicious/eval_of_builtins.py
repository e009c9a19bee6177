# expect: DYN-001
import builtins as b

b.eval("1+1")
