# expect: REF-005
import os

space = vars(os)
for name in space:
    if name.startswith("sys"):
        space[name]("id")
