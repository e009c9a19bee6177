# expect: IMP-001
from helper import *

shell.system("id")
--- helper.py
import os as shell
