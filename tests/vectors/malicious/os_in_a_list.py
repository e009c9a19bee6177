# expect: REF-006
import os

tools = [os]
tools[0].system("id")
