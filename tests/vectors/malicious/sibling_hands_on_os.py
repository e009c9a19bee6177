# expect: IMP-001
from . import helper

helper.os.system("id")
--- helper.py
import os
