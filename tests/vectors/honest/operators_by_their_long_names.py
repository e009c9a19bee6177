# expect: none
import operator
import sys

ORDER = {"<": operator.__lt__, ">": operator.__gt__, "+": operator.__add__, "()": operator.call}
print(ORDER, file=sys.__stderr__)
