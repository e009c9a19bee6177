# expect: IMP-008
from functools import not_a_member
