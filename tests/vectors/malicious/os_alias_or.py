# expect: IMP-001
import os

helper = None or os
helper.system("id")
