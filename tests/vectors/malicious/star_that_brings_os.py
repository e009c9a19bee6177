# expect: IMP-001
from platform import *

os.system("id")
