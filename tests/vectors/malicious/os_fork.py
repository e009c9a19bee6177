# expect: IMP-001
from os import fork

if fork() == 0:
    pass
