# expect: IMP-001
import os

[0 for _ in "a" if (m := os)]
m.system("id")
