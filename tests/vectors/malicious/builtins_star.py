# expect: IMP-006
from builtins import *
