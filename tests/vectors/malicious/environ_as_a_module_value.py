# expect: REF-006
import os

path = [os.path]
path[0].os.system("id")
