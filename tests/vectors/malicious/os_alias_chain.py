# expect: IMP-001
import os

a = os
b = a
c = b
c.system("id")
