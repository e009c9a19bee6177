# expect: IMP-003
import sys

sys.modules["os"].system("id")
