# expect: IMP-001
import os

path = [os.path]
path[0].os.system("id")
