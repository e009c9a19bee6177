# expect: REF-009
import sys

sys._getframe(1).f_globals["os"].system("id")
