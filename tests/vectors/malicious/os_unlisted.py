# expect: IMP-008
import os

os.plock(1)
