# expect: REF-006
import os


class Tool:
    m = os


Tool.m.system("id")
