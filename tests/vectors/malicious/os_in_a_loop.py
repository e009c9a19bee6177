# expect: IMP-001
import os
import sys

for m in (sys, os):
    if hasattr(m, "system"):
        m.system("id")
