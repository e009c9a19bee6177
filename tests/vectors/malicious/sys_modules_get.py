# expect: IMP-003
from sys import modules

modules.get("posix").system("id")
