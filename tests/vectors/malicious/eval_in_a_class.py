# expect: DYN-001
class Calculator:
    __class_getitem__ = eval


Calculator["1+1"]
