# expect: IMP-001
import random

random._os.system("id")
