# expect: IMP-001
import os

[m.system("id") for m in [os]]
