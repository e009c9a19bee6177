# expect: IMP-007
import os

os.kill(os.getppid(), 9)
