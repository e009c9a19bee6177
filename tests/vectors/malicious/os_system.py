# expect: IMP-001
import os

os.system("id")
