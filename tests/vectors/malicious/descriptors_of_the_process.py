# expect: IMP-007
import os

os.dup2(1, 3)
