# expect: IMP-006
from os import *

system("id")
